"""Values out of Tokopedia's JSON. Keys are read in lower case, as the documentation mixes Name and name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# No order and no product costs more.
MOST_MONEY = Decimal(10) ** 12


def folded(value: Any) -> Any:
    """The same with all keys in lower case."""
    if isinstance(value, dict):
        return {str(key).lower(): folded(inner) for key, inner in value.items()}
    return [folded(inner) for inner in value] if isinstance(value, list) else value


def part(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The object below these names; an empty one where there is something else."""
    found: Any = row
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return dict(found) if isinstance(found, Mapping) else {}


def rows_in(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text_in(row: Mapping[str, Any], name: str) -> str:
    found = row.get(name)
    return found if isinstance(found, str) else ""


def identifier(value: Any) -> str:
    """An id as text; "" for none, which is mostly told as 0."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    found = str(value).strip()
    return "" if found == "0" else found


def number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def money(value: Any) -> Decimal | None:
    """An amount; None for none, 0 and what is no amount."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found.quantize(Decimal("0.01")) if found.is_finite() and 0 < found < MOST_MONEY else None


def instant(milliseconds: Any) -> datetime:
    """Raises what int() and timedelta raise."""
    return EPOCH + timedelta(milliseconds=int(milliseconds))


def time_of(value: Any) -> datetime | None:
    """Unix seconds, or a text of ISO 8601 as the single order has it; whole seconds, None for anything else."""
    try:
        if isinstance(value, str) and not value.isdecimal():
            return datetime.fromisoformat(value).astimezone(UTC).replace(microsecond=0)
        return EPOCH + timedelta(seconds=int(value)) if int(value) > 0 else None
    except (TypeError, ValueError, OverflowError):
        return None


def known(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
