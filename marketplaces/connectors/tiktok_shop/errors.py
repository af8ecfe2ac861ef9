"""TikTok Shop's codes -> our errors. They are numbers; here they are texts, as everywhere."""

from __future__ import annotations

from marketplaces.errors import MarketplaceError, NotAuthorized, Rejected, Temporary, Uncertain

TOKEN_EXPIRED = "105002"
RATE_LIMIT = "36009002"
INTERNAL = "36009003"
INVALID = "36009004"
TIMED_OUT = "36009007"
QUOTA = "45101004"
CLOSED = "45109001"

# Our own words, where TikTok Shop has none.
NO_CODE = "consent_denied"
NOT_A_SELLER = "not_a_seller"
NO_CHAT_SCOPE = "no_chat_scope"
NOT_AMONG_SHOPS = "shop_not_authorized"


class TokenRefused(NotAuthorized):
    """The access token is wrong or over; another one may do."""


class ClockRefused(Temporary):
    """Our timestamp is too far from TikTok Shop's time, which `date` tells as its answers do ("" where not
    told). Refused before anything else."""

    date: str = ""


# One code for many things: the words of the message, in lower case and without backticks, tell them apart -> a
# finer code of ours.
WORDS_OF_INVALID = {
    "access-token header is invalid": f"{INVALID}-token",
    "access_token header is invalid": f"{INVALID}-token",
    "missing credentials": f"{INVALID}-credentials",
    "invalid app_key": f"{INVALID}-app",
    "invalid timestamp": f"{INVALID}-clock",
    "earlier than 5 minutes": f"{INVALID}-clock",
    "more than 30 seconds": f"{INVALID}-clock",
    "not required": f"{INVALID}-cipher",
    "invalid api version": f"{INVALID}-version",
}

# Codes that are not here are Rejected. Uncertain: a send may have been stored all the same; for a reading it is
# only Temporary.
ERRORS: dict[str, type[MarketplaceError]] = {
    TOKEN_EXPIRED: TokenRefused,
    f"{INVALID}-token": TokenRefused,
    f"{INVALID}-clock": ClockRefused,
    "105005": NotAuthorized,  # the app or the consent lacks the permission; no token helps
    "101000": NotAuthorized,  # the token is another shop's
    "36004001": NotAuthorized,  # the refresh token is over
    "36004005": NotAuthorized,  # the refresh token is unknown, or was used already
    INTERNAL: Uncertain,
    TIMED_OUT: Uncertain,
    "45101001": Uncertain,
    "45101008": Uncertain,
}

# What an answer without a code means.
STATUSES = {401: TOKEN_EXPIRED, 408: TIMED_OUT, 429: RATE_LIMIT, 503: RATE_LIMIT}


def code_of_status(status: int) -> str:
    """What the status alone says; "" for a success."""
    if status in STATUSES:
        return STATUSES[status]
    if status >= 500:
        return INTERNAL
    return str(status) if status >= 300 else ""


def finer(code: str, message: str) -> str:
    if code != INVALID:
        return code
    said = message.lower().replace("`", "")
    return next((found for words, found in WORDS_OF_INVALID.items() if words in said), code)


def is_about_products(code: str) -> bool:
    """A refusal by what keeps the products, not by the gate in front of it: it does not tell this product."""
    return len(code) == 8 and code.startswith("12")


def is_of_the_gate(code: str) -> bool:
    """Refused before anybody looked at what was asked for: the key, the token, the form, the load."""
    return len(code) < 8 or code.startswith("3600")


def error_class(code: str, status: int) -> type[MarketplaceError]:
    return ERRORS.get(code) or (Uncertain if status >= 500 else Rejected)


def recast(error: MarketplaceError, into: type[MarketplaceError]) -> MarketplaceError:
    return into(error.detail, code=error.code, request_id=error.request_id)
