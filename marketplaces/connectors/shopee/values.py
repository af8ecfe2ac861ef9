"""Values out of Shopee's JSON. It writes ids as numbers here and as texts there, and leaves fields out at will."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplaces.errors import Temporary

logger = logging.getLogger(__name__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FILES = "https://cf.shopee.co.id/file/"
VIDEOS = "https://cvf.shopee.co.id/file/"
# No order and no product costs more.
MOST_MONEY = Decimal(10) ** 12


def object_in(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def part(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object in this field; an empty one where there is something else."""
    found = row.get(name)
    return found if isinstance(found, dict) else {}


def rows_in(row: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of this list; none where there is no list. What is no object goes to the log."""
    found = row.get(name) or []
    listed = found if isinstance(found, list) else []
    rows = [each for each in listed if isinstance(each, dict)]
    if strange := [each for each in listed if not isinstance(each, dict)] or (not listed and found):
        logger.warning("left out of %s what is no object: %.500r", name, strange)
    return rows


def plain(value: Any) -> str:
    """A sentence of Shopee's on one line; some are padded with tabs."""
    return " ".join(str(value or "").split())


def text_in(row: Mapping[str, Any], name: str) -> str:
    found = row.get(name)
    return found if isinstance(found, str) else ""


def identifier(value: Any) -> str:
    """An id as text; "" for the many ways of saying none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    found = str(value).strip()
    return "" if found == "0" else found


def identifiers(value: Any) -> tuple[str, ...]:
    found = map(identifier, value if isinstance(value, list) else [])
    return tuple(each for each in found if each)


def number(value: Any) -> int:
    """Without a detour through floats, which are too coarse for ids and nanoseconds."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def instant(microseconds: int) -> datetime | None:
    try:
        return EPOCH + timedelta(microseconds=microseconds) if microseconds > 0 else None
    except OverflowError:
        return None


def from_seconds(value: Any) -> datetime | None:
    return instant(number(value) * 1_000_000)


def from_nanoseconds(value: Any) -> datetime | None:
    return instant(number(value) // 1000)


def money(value: Any) -> Decimal | None:
    """An amount; None for none, 0 and what is no amount."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found.quantize(Decimal("0.01")) if found.is_finite() and 0 < found < MOST_MONEY else None


def address(file: Any, host: str = FILES) -> str:
    """Where a file is: Shopee gives addresses and bare ids."""
    found = identifier(file)
    return found if not found or found.startswith(("https://", "http://")) else host + found


def known(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def stated_code(answer: Mapping[str, Any]) -> str:
    """The code with its module's prefix. Success is "", null, missing or "-"."""
    code = plain(answer.get("error"))
    return "" if code == "-" else code


def response_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    found = answer.get("response")
    if not isinstance(found, dict):
        logger.warning("answered %.500r in place of an object", found)
        raise Temporary("Shopee answered something unreadable", request_id=plain(answer.get("request_id")))
    return found
