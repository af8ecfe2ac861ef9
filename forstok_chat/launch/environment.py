"""What the processes are told: the real environment wins over .env, which wins over the defaults for a demo."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.management.utils import get_random_secret_key

from forstok_chat.embedded import DataDir
from forstok_chat.embedded.datadir import ROOT

DEMO_KEYS = ROOT / "marketplaces" / "sandbox" / "demo.env"
MARKETPLACES = ("SHOPEE_", "TOKOPEDIA_", "TIKTOK_SHOP_", "LAZADA_")


def read_env_file(path: Path) -> dict[str, str]:
    """KEY=value lines; blank lines and # comments are skipped. No file is no values."""
    if not path.exists():
        return {}
    lines = [line.strip() for line in path.read_text().splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#") and "=" in line]
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def build(data: DataDir, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of every process. `given` stands for the real one."""
    env = read_env_file(ROOT / ".env") | dict(os.environ if given is None else given)
    port, sandbox_port = env.setdefault("PORT", "8000"), env.setdefault("SANDBOX_PORT", "8001")
    defaults = {
        "DEBUG": "true",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "STATIC_ROOT": str(data.path / "static"),
        "DJANGO_SETTINGS_MODULE": "forstok_chat.settings",
        # A worker that is told to stop gives its task back instead of waiting for its end (Celery's own pair).
        "REMAP_SIGTERM": "SIGQUIT",
        **secrets(data),
        **demo_keys(env, sandbox_port),
    }
    return defaults | env | data.mark


def demo_keys(env: Mapping[str, str], sandbox_port: str) -> dict[str, str]:
    """The sandbox's keys, except for a marketplace of which the user has set anything: never a mixture."""
    theirs = tuple(prefix for prefix in MARKETPLACES if any(name.startswith(prefix) for name in env))
    demo = read_env_file(DEMO_KEYS)
    return {
        name: value.replace("127.0.0.1:8001", f"127.0.0.1:{sandbox_port}")
        for name, value in demo.items()
        if not name.startswith(theirs)
    }


def secrets(data: DataDir) -> dict[str, str]:
    """Made once for this data directory, readable by its owner alone."""
    path = data.path / "secrets.env"
    if not path.exists():
        text = f"SECRET_KEY={get_random_secret_key()}\nFIELD_KEYS={Fernet.generate_key().decode()}\n"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    lines = [line.partition("=") for line in path.read_text().splitlines()]
    return {name: value for name, _, value in lines if value}
