"""Values out of TikTok Shop's JSON: ids are texts of 19 digits, times are unix seconds, money is a text."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplaces.errors import Uncertain

logger = logging.getLogger(__name__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# No order and no product costs more.
MOST_MONEY = Decimal(10) ** 12


def object_in(text: bytes | str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def data_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a successful answer holds; nothing at all where there is nothing to tell. Raises Uncertain: it went
    well, but what came of it cannot be read."""
    found = answer.get("data")
    if found is None:
        return {}
    if not isinstance(found, dict):
        logger.warning("answered a %s in place of an object", type(found).__name__)
        raise Uncertain("an unreadable answer", request_id=plain(answer.get("request_id")))
    return found


def part(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object in this field; an empty one where there is something else."""
    found = row.get(name)
    return found if isinstance(found, dict) else {}


def rows_in(row: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = row.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def texts_in(row: Mapping[str, Any], name: str) -> list[str]:
    found = row.get(name)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def text_in(row: Mapping[str, Any], name: str) -> str:
    found = row.get(name)
    return found if isinstance(found, str) else ""


def plain(value: Any) -> str:
    """A sentence on one line."""
    return " ".join(str(value or "").split())


def identifier(value: Any) -> str:
    """An id as text, without the line ends that some samples have; "" for the many ways of saying none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    found = str(value).strip()
    return "" if found == "0" else found


def is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def number(value: Any) -> int:
    """Without a detour through floats, which are too coarse for ids."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def seconds(value: Any) -> int:
    """A length of time such as "20.504", in whole seconds and at least one; 0 where none is told."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0
    return max(1, round(found)) if math.isfinite(found) and found > 0 else 0


def from_seconds(value: Any) -> datetime | None:
    try:
        return EPOCH + timedelta(seconds=number(value)) if number(value) > 0 else None
    except OverflowError:
        return None


def money(value: Any) -> Decimal | None:
    """An amount, which may be 0; None for none and for what is no amount."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found.quantize(Decimal("0.01")) if found.is_finite() and 0 <= found < MOST_MONEY else None


def address(value: Any) -> str:
    found = identifier(value)
    return found if found.startswith(("https://", "http://")) else ""


def known(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def following(data: Mapping[str, Any], cursor: str | None) -> str | None:
    """The cursor of the next page. The last one has an empty text; one that stands still ends the list, too."""
    told = identifier(data.get("next_page_token"))
    return told if told and told != cursor else None
