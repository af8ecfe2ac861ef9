"""Settings, read from the environment. The names are listed in .env.example."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import django_stubs_ext
import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

# Lets Django's classes be written with their type, as in ModelAdmin[Shop].
django_stubs_ext.monkeypatch()

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent


# Reading the environment


def required(name: str, why: str) -> str:
    """A production secret: without it the start stops with one clear line."""
    value: str = env.str(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {why}")
    return value


def env_bool(name: str, default: bool) -> bool:
    """Nonsense stops the start instead of meaning "no"."""
    value: str = env.str(name, "").lower()
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False, "": default}
    if value not in words:
        raise ImproperlyConfigured(f"{name} is {value!r}: write true or false")
    return words[value]


def celery_url(url: str) -> str:
    """Translate one REDIS_URL for Celery, which names unix sockets differently from redis-py."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    db = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={db}"


# Core

DEBUG = env_bool("DEBUG", False)
SECRET_KEY = required("SECRET_KEY", "a long random text, kept private, the same on every machine")
FIELD_KEYS: list[str] = env.list("FIELD_KEYS", default=[])
if not FIELD_KEYS:
    raise ImproperlyConfigured("FIELD_KEYS is not set: a comma list of Fernet keys, newest first")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
PUBLIC_URL: str = env.str("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ROOT_URLCONF = "forstok_chat.urls"
WSGI_APPLICATION = "forstok_chat.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TESTING = "pytest" in sys.modules

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "axes",
    "forstok_chat.accounts",
    "marketplaces",
    "conversations",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "forstok_chat.middleware.sign_in_again",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    },
]

# Database

DATABASES = {"default": env.db("DATABASE_URL", default="postgres://postgres@127.0.0.1/forstok_chat")}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"].pop("pool", None)
DATABASES["default"]["CONN_MAX_AGE"] = 0 if TESTING else 300

# Redis: the broker, the shared rate limits and the live nudges. Nothing lives only there.

REDIS_URL: str = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")

# The same for Celery; how it is run stands in queues.py.

CELERY_BROKER_URL = celery_url(REDIS_URL)

# Sign-in

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "forstok_chat.accounts.sessions"
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "accounts:login"
CSRF_FAILURE_VIEW = "forstok_chat.views.form_refused"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
X_FRAME_OPTIONS = "DENY"

# Ten wrong passwords for an address from one place lock that pair for a quarter of an hour; a new password, set
# through the mailbox, unlocks the address at once. By the pair, so that nobody can lock out somebody else.

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "forstok_chat.accounts.locking.address"
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
# Where people are signed in is known by their sessions.
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# Mail. In DEBUG it is printed, unless EMAIL_URL says otherwise.

MAIL = env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25")
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = MAIL["EMAIL_HOST"], MAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_USER"], MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.get("EMAIL_USE_TLS", False), MAIL.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = MAIL["EMAIL_FILE_PATH"]
EMAIL_TIMEOUT = 10  # seconds that a person waits at most
DEFAULT_FROM_EMAIL: str = env.str(
    "DEFAULT_FROM_EMAIL", f"Forstok Chat <noreply@{urlsplit(PUBLIC_URL).hostname}>"
)
PASSWORD_RESET_TIMEOUT = 3600 * 24

# Web Push (RFC 8292): who we are for the makers of browsers. Without a pair of keys (`manage.py make_vapid_keys`)
# people are told only while a tab is open.

VAPID_PUBLIC_KEY: str = env.str("VAPID_PUBLIC_KEY", "")
VAPID_PRIVATE_KEY: str = env.str("VAPID_PRIVATE_KEY", "")
VAPID_SUBJECT: str = env.str("VAPID_SUBJECT", "") or PUBLIC_URL

# Language and time

LANGUAGE_CODE: str = env.str("LANGUAGE_CODE", "id")
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "forstok_chat" / "locale"]
TIME_ZONE: str = env.str("TIME_ZONE", "Asia/Jakarta")
USE_TZ = True

# Static files

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BASE_DIR / "build" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Without collectstatic: files are served from where they are written.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG or TESTING
if not DEBUG and not TESTING:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# Pictures and videos of conversations, served by a view to those who may see the shop, never by a web server.

MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(BASE_DIR / ".data" / "media")))
# The largest upload, several pictures at once; what is larger is refused before it is read whole.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # without files
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Platform-wide marketplace apps: the default for sellers without an app of their own. All optional.
# `manage.py load_apps` turns each complete set into a row; the code reads rows only.

MARKETPLACE_APPS: dict[str, dict[str, str]] = {
    "shopee": {
        "api_url": env.str("SHOPEE_API_URL", ""),
        "partner_id": env.str("SHOPEE_PARTNER_ID", ""),
        "partner_key": env.str("SHOPEE_PARTNER_KEY", ""),
        "push_key": env.str("SHOPEE_PUSH_KEY", ""),
    },
    "tokopedia": {
        "api_url": env.str("TOKOPEDIA_API_URL", ""),
        "auth_url": env.str("TOKOPEDIA_AUTH_URL", ""),
        "fs_id": env.str("TOKOPEDIA_FS_ID", ""),
        "client_id": env.str("TOKOPEDIA_CLIENT_ID", ""),
        "client_secret": env.str("TOKOPEDIA_CLIENT_SECRET", ""),
        "webhook_secret": env.str("TOKOPEDIA_WEBHOOK_SECRET", ""),
    },
    "tiktok_shop": {
        "api_url": env.str("TIKTOK_SHOP_API_URL", ""),
        "auth_url": env.str("TIKTOK_SHOP_AUTH_URL", ""),
        "consent_url": env.str("TIKTOK_SHOP_CONSENT_URL", ""),
        "app_key": env.str("TIKTOK_SHOP_APP_KEY", ""),
        "app_secret": env.str("TIKTOK_SHOP_APP_SECRET", ""),
        "service_id": env.str("TIKTOK_SHOP_SERVICE_ID", ""),
    },
}

# Logs

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # urllib3 writes whole addresses at DEBUG, and some marketplaces carry tokens in them.
    "loggers": {"urllib3": {"level": "WARNING"}, "axes": {"level": "WARNING"}},
}
