"""Tokopedia's codes -> our errors."""

from __future__ import annotations

import re

from marketplaces.connectors.tokopedia.limits import DEFAULT_PAUSE
from marketplaces.connectors.tokopedia.wire import Answer
from marketplaces.errors import (
    MarketplaceError,
    NotAuthorized,
    RateLimited,
    Rejected,
    Temporary,
    Uncertain,
)

# Every service has its own prefix; the first pattern that fits counts.
CODES: tuple[tuple[str, type[MarketplaceError]], ...] = (
    (r"RBAC_\w+|SHP_USC_001|ORD_USC_015|ORD_USC_024|PRD_USC_001", NotAuthorized),
    (r"[A-Z]+_GRPC_00[12]|[A-Z]+_API_00[13456]", Temporary),
    (r"[A-Z]+_GRPC_003|ORD_API_00[89]|[A-Z]+_DLV_\d+", Rejected),
)
NOT_FOUND = r"[A-Z]+_GRPC_003|ORD_API_008|404"
# Told with a 200 in place of what was asked for.
TOO_MANY_CALLS = "ERR_TOO_MANY_REQUEST"
# Too many orders for one answer.
TOO_LARGE = "ORD_API_009"


def error_of(status: int, answer: Answer | None, *, is_send: bool) -> MarketplaceError:
    code = answer.code if answer and status != 401 else ""
    code = code or (str(status) if status >= 400 else "")
    detail = answer.detail if answer else f"no JSON in the answer (HTTP {status})"
    if code == TOO_MANY_CALLS:
        return RateLimited(detail, code=code, retry_after=DEFAULT_PAUSE)
    error = error_class(status, code, is_told=answer is not None)
    if error is Temporary and is_send:
        error = Uncertain
    return error(detail, code=code)


def error_class(status: int, code: str, *, is_told: bool) -> type[MarketplaceError]:
    for pattern, error in CODES:
        if re.fullmatch(pattern, code):
            return error
    if status in (401, 403):
        return NotAuthorized
    return Rejected if is_told and status < 500 else Temporary


def is_not_found(error: Rejected) -> bool:
    return re.fullmatch(NOT_FOUND, error.code) is not None
