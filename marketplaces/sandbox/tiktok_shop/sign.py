"""TikTok Shop's signatures (tiktok_shop.md 2 and 5)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

UNSIGNED = ("sign", "access_token")


def sign(secret: str, path: str, query: Iterable[tuple[str, str]], body: bytes) -> str:
    """`query` holds decoded values; `body` is empty for multipart."""
    pairs = sorted((pair for pair in query if pair[0] not in UNSIGNED), key=lambda pair: pair[0])
    text = (secret + path + "".join(key + value for key, value in pairs)).encode() + body + secret.encode()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def sign_push(key: str, secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), key.encode() + body, hashlib.sha256).hexdigest()
