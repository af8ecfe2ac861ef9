"""Shopee's codes -> our errors."""

from __future__ import annotations

from marketplaces.errors import MarketplaceError, NotAuthorized, Rejected, Temporary, Uncertain

RATE_LIMIT = "error_rate_limit"
DAILY_LIMIT = "error_limit"
NOT_FOUND = "error_not_found"


class TokenRefused(NotAuthorized):
    """The access token is wrong or over; another one may do."""


class ClockRefused(Temporary):
    """Our timestamp is too far from Shopee's time, which `date` tells as its answers do ("" where not told).
    Refused before anything else."""

    date: str = ""


# Codes that are not here are Rejected. Uncertain: a send may have been stored
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


def code_of_status(status: int) -> str:
    if status >= 500:
        return "error_server"
    return STATUSES.get(status) or (str(status) if status >= 300 else "")


def error_class(code: str, detail: str, status: int) -> type[MarketplaceError]:
    if code == "error_auth" and "permission" in detail.lower():
        return NotAuthorized  # no token helps here
    if code == "error_param" and "timestamp is expired" in detail.lower():
        return ClockRefused
    return ERRORS.get(code) or (Uncertain if status >= 500 else Rejected)


def recast(error: MarketplaceError, into: type[MarketplaceError]) -> MarketplaceError:
    return into(error.detail, code=error.code, request_id=error.request_id)
