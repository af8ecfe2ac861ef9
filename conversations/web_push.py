"""Web Push: an encrypted word to a browser whose tab is closed, through the browser maker's own service.

RFC 8030 (delivery), 8291 (encryption: http_ece), 8292 (who we are: py_vapid).
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import http_ece
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from py_vapid import Vapid02

# Addresses come from browsers, so only the makers' own services are called: nobody sends us anywhere else.
SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
TIMEOUT = (3, 5)  # seconds to connect, and for the answer
KEPT_FOR = 4 * 3600  # seconds that a service holds it for a device without a network
SIGNED_FOR = 12 * 3600  # seconds; the standard allows a day


class Gone(Exception):
    """The browser is not there any more: forget this address."""


class NotPushed(Exception):
    """The service did not take it."""


def is_set_up() -> bool:
    return bool(settings.VAPID_PUBLIC_KEY and settings.VAPID_PRIVATE_KEY)


def is_push_service(endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    is_known = any(host == each or (each.startswith(".") and host.endswith(each)) for each in SERVICES)
    return parts.scheme == "https" and is_known and parts.port in (None, 443) and not parts.username


def push(address: Mapping[str, str], told: Mapping[str, str]) -> None:
    """`address`: endpoint, p256dh and auth of a subscription. A newer word takes the place of one that still waits for
    the device. Raises Gone and NotPushed."""
    endpoint = address["endpoint"]
    headers = {
        "Content-Encoding": "aes128gcm",
        "TTL": str(KEPT_FOR),
        "Topic": "chats",
        "Urgency": "high",
        **signature(endpoint),
    }
    try:
        answer = requests.post(
            endpoint, data=encrypted(address, told), headers=headers, timeout=TIMEOUT, allow_redirects=False
        )
    except requests.RequestException as error:
        raise NotPushed(type(error).__name__) from None  # its text has the address
    if answer.status_code in (404, 410):
        raise Gone
    if not answer.ok:
        raise NotPushed(f"HTTP {answer.status_code}")


def signature(endpoint: str) -> dict[str, str]:
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + SIGNED_FOR,
        "sub": settings.VAPID_SUBJECT,
    }
    signed: dict[str, str] = Vapid02.from_string(settings.VAPID_PRIVATE_KEY).sign(claims)
    return signed


def encrypted(address: Mapping[str, str], told: Mapping[str, str]) -> bytes:
    """Only the browser can read it, not its push service."""
    body: bytes = http_ece.encrypt(
        json.dumps(told).encode(),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=decoded(address["p256dh"]),
        auth_secret=decoded(address["auth"]),
        version="aes128gcm",
    )
    return body


def decoded(text: str) -> bytes:
    """Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
