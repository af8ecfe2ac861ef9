"""Signing of calls, the link to the consent page, and the check of a push."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from marketplaces import clock

TOKEN_HEADER = "x-tts-access-token"


def hex_hmac(key: str, text: bytes) -> str:
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()


def signature(secret: str, path: str, query: Mapping[str, str], body: bytes) -> str:
    """Over the values before they are percent-encoded and the exact bytes of the body; b"" for multipart."""
    pairs = "".join(name + query[name] for name in sorted(query))
    return hex_hmac(secret, f"{secret}{path}{pairs}".encode() + body + secret.encode())


def signed_query(keys: Mapping[str, str], path: str, query: Mapping[str, str], body: bytes) -> dict[str, str]:
    stamped = {**query, "app_key": keys["app_key"], "timestamp": str(clock.timestamp(keys["api_url"]))}
    return {**stamped, "sign": signature(keys["app_secret"], path, stamped, body)}


def token_query(keys: Mapping[str, str], query: Mapping[str, str]) -> dict[str, str]:
    """The token host wants the secret itself."""
    return {"app_key": keys["app_key"], "app_secret": keys["app_secret"], **query}


def consent_url(keys: Mapping[str, str], state: str) -> str:
    """The seller comes back to the address that is registered in Partner Center, so none is told here. An app
    without a service id is named by its key, as older apps are."""
    parts = urlsplit(keys["consent_url"])
    query = dict(parse_qsl(parts.query))
    if keys.get("service_id"):
        query["service_id"] = keys["service_id"]
    elif "service_id" not in query:
        query["app_key"] = keys["app_key"]
    return urlunsplit(parts._replace(query=urlencode({**query, "state": state})))


def is_signed(keys: Mapping[str, str], given: str, body: bytes) -> bool:
    """Over the exact bytes. There is no time in it: who keeps a push can send it again. No secret opens nothing."""
    secret = keys.get("app_secret", "")
    expected = hex_hmac(secret, keys["app_key"].encode() + body)
    is_same = hmac.compare_digest(expected.encode(), given.strip().lower().encode("utf-8", "replace"))
    return bool(secret) and is_same
