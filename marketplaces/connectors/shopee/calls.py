"""One call and what its answer means: the code in the body decides, the HTTP status only where there is none.

Shopee documents no status for its errors; some integrators saw refusals inside a 200, others in a 4xx.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from marketplaces.connectors.shopee import wire
from marketplaces.errors import MarketplaceError, NotAuthorized, RateLimited, Rejected, Temporary, Uncertain
from marketplaces.http import Bucket, Http

logger = logging.getLogger(__name__)

# Calls per second are not published. Shopee counts per app and per shop.
RATE, BURST = 10, 5
DEFAULT_PAUSE = 2.0
LONGEST_PAUSE = 3600.0
# The daily limit of an app starts again at midnight here.
SHOPEE_TIME = timezone(timedelta(hours=8))

RATE_LIMIT = "error_rate_limit"
DAILY_LIMIT = "error_limit"
# Nothing secret that we sent may come back in a message.
SECRETS = ("access_token", "sign", "refresh_token", "code")


class TokenRefused(NotAuthorized):
    """The access token is wrong or over; another one may do."""


# Shopee's codes -> our errors. Codes that are not here are Rejected. Uncertain: a send may have been stored
# all the same; for a reading it is only Temporary.
ERRORS: dict[str, type[MarketplaceError]] = {
    "invalid_acceess_token": TokenRefused,  # Shopee's spelling
    "invalid_access_token": TokenRefused,
    "error_access_token": TokenRefused,
    "error_auth": TokenRefused,
    "error_permission": NotAuthorized,
    "error_api_permission": NotAuthorized,
    "error_api_call_restricted": NotAuthorized,
    "api_suspended": NotAuthorized,
    "user_is_unauthorized": NotAuthorized,
    "error_shop": NotAuthorized,
    "shop_banned": NotAuthorized,
    "shop_access_expired": NotAuthorized,
    "shop_no_linked": NotAuthorized,
    "error_shop_refresh_token": NotAuthorized,
    "refresh_token_expired": NotAuthorized,
    "merchant_access_expired": NotAuthorized,
    "merchant_no_linked": NotAuthorized,
    "error_merchant_refresh_token": NotAuthorized,
    "system_busy": Temporary,  # refused before anything was stored
    "error_system_busy": Temporary,
    "error_network": Uncertain,
    "error_server": Uncertain,
    "error_inner": Uncertain,
    "internal_server_error": Uncertain,
    "error_data": Uncertain,
}

# What an answer without a code means.
STATUSES = {401: "error_auth", 403: "error_auth", 429: RATE_LIMIT}


def bucket_for(keys: Mapping[str, str], shop: str, path: str) -> Bucket:
    endpoint = path.removeprefix("/api/v2/")
    return Bucket(key=f"shopee:{keys['partner_id']}:{shop}:{endpoint}", rate=RATE, burst=BURST)


def ask(
    http: Http,
    bucket: Bucket,
    method: str,
    url: str,
    *,
    params: Mapping[str, Any],
    json: Mapping[str, Any] | None = None,
    is_repeatable: bool,
) -> dict[str, Any]:
    """The whole answer. What a repeatable call left open is only Temporary."""
    try:
        response = http.request(method, url, bucket=bucket, params=params, json=json)
        status, headers = response.status_code, response.headers
        return understood(http, bucket, status, headers, response.content, sent={**params, **(json or {})})
    except Uncertain as error:
        if is_repeatable:
            raise recast(error, Temporary) from None
        raise


def understood(
    http: Http,
    bucket: Bucket,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    sent: Mapping[str, Any],
) -> dict[str, Any]:
    """The answer of a call that went well; else the error that it means."""
    answer = wire.object_in(body)
    if answer is None and status != 429:
        raise Uncertain(f"no JSON in the answer (HTTP {status})")
    answer = answer or {}
    stated, request_id = wire.stated_code(answer), wire.plain(answer.get("request_id"))
    code = stated.rpartition(".")[2] or stated or code_of_status(status)
    if not code:
        logger.info("%s answered, request %s", bucket.key, request_id)
        return answer
    detail = without_secrets(wire.plain(answer.get("message")) or f"HTTP {status}", sent)
    logger.warning("%s refused: %s (%s), request %s", bucket.key, stated or code, detail, request_id)
    if code in (RATE_LIMIT, DAILY_LIMIT) or status == 429:
        wait = until_tomorrow() if code == DAILY_LIMIT else told_pause(headers)
        http.pause(bucket, wait)
        raise RateLimited(detail, retry_after=wait, code=code, request_id=request_id)
    raise error_class(code, detail, status)(detail, code=code, request_id=request_id)


def code_of_status(status: int) -> str:
    if status >= 500:
        return "error_server"
    return STATUSES.get(status) or (str(status) if status >= 300 else "")


def error_class(code: str, detail: str, status: int) -> type[MarketplaceError]:
    if code == "error_auth" and "permission" in detail.lower():
        return NotAuthorized  # no token helps here
    if code == "error_param" and "timestamp is expired" in detail.lower():
        return Temporary  # somebody's clock: refused before anything else
    return ERRORS.get(code) or (Uncertain if status >= 500 else Rejected)


def recast(error: MarketplaceError, into: type[MarketplaceError]) -> MarketplaceError:
    return into(error.detail, code=error.code, request_id=error.request_id)


def without_secrets(text: str, sent: Mapping[str, Any]) -> str:
    for name in SECRETS:
        if secret := str(sent.get(name) or ""):
            text = text.replace(secret, "…")
    return text


def told_pause(headers: Mapping[str, str]) -> float:
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return DEFAULT_PAUSE
    return min(seconds, LONGEST_PAUSE) if math.isfinite(seconds) and seconds > 0 else DEFAULT_PAUSE


def until_tomorrow() -> float:
    """Seconds to the next midnight in Shopee's time."""
    now = datetime.now(UTC).astimezone(SHOPEE_TIME)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - now).total_seconds()
