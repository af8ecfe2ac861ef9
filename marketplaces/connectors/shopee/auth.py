"""Signing: of calls, of the link to the login page, and the check of a push."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from marketplaces import clock

AUTH_LINK = "/api/v2/shop/auth_partner"
GET_TOKEN = "/api/v2/auth/token/get"
REFRESH_TOKEN = "/api/v2/auth/access_token/get"


def sign(key: str, *parts: object) -> str:
    return hmac.new(key.encode(), "".join(map(str, parts)).encode(), hashlib.sha256).hexdigest()


def public_query(keys: Mapping[str, str], path: str) -> dict[str, Any]:
    """For calls that no shop is needed for."""
    timestamp = clock.timestamp(keys["api_url"])
    signature = sign(keys["partner_key"], keys["partner_id"], path, timestamp)
    return {"partner_id": keys["partner_id"], "timestamp": timestamp, "sign": signature}


def shop_query(keys: Mapping[str, str], path: str, access_token: str, shop: str) -> dict[str, Any]:
    timestamp = clock.timestamp(keys["api_url"])
    signature = sign(keys["partner_key"], keys["partner_id"], path, timestamp, access_token, shop)
    return {
        "partner_id": keys["partner_id"],
        "timestamp": timestamp,
        "access_token": access_token,
        "shop_id": shop,
        "sign": signature,
    }


def query_of(keys: Mapping[str, str], path: str, access_token: str, shop: str) -> dict[str, Any]:
    return shop_query(keys, path, access_token, shop) if access_token else public_query(keys, path)


def url_of(keys: Mapping[str, str], path: str) -> str:
    """The address may have a path of its own in front; the signed path never has it."""
    return keys["api_url"].rstrip("/") + path


def consent_url(keys: Mapping[str, str], callback_url: str) -> str:
    """Good for five minutes, so it is built when it is clicked, and by Shopee's clock."""
    clock.recall(keys["api_url"])
    query = public_query(keys, AUTH_LINK) | {"redirect": callback_url}
    return f"{url_of(keys, AUTH_LINK)}?{urlencode(query)}"


def is_signed(keys: Mapping[str, str], signature: str, callback_url: str, body: bytes) -> bool:
    """Over the configured callback URL and the exact bytes.

    Real pushes carry the push key, which older apps do not have; then it is the partner key.
    """
    base = callback_url.encode() + b"|" + body
    given = signature.strip().lower().encode("utf-8", "replace")
    candidates = [key for key in (keys.get("push_key"), keys.get("partner_key")) if key]
    # A list, so that both keys are always tried and the time tells nothing.
    matches = [hmac.compare_digest(push_signature(key, base), given) for key in candidates]
    return any(matches)


def push_signature(key: str, base: bytes) -> bytes:
    return hmac.new(key.encode(), base, hashlib.sha256).hexdigest().encode()
