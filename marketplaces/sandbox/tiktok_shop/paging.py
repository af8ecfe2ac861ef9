"""Pages behind opaque tokens; an empty token is the last page (tiktok_shop.md 3)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from marketplaces.sandbox.tiktok_shop.errors import invalid

Row = TypeVar("Row")
Key = Callable[[Row], tuple[int, int]]
# Makes every token begin with "+/": a caller who does not encode it loses its place.
MARK = b"\xfb\xff"


def page(
    rows: Sequence[Row], key: Key[Row], token: str, size: int, is_descending: bool = True
) -> tuple[list[Row], str]:
    """The rows after `token`, in the order of their keys, and the token of what follows."""
    found = sorted(rows, key=key, reverse=is_descending)
    if token:
        after = _read(token)
        found = [row for row in found if (key(row) < after if is_descending else key(row) > after)]
    shown = found[:size]
    return shown, _write(key(shown[-1])) if len(found) > size else ""


def _write(key: tuple[int, int]) -> str:
    return base64.b64encode(MARK + f"{key[0]}.{key[1]}".encode()).decode()


def _read(token: str) -> tuple[int, int]:
    try:
        first, second = base64.b64decode(token, validate=True).removeprefix(MARK).decode().split(".")
        return int(first), int(second)
    except (binascii.Error, ValueError):
        raise invalid("page_token") from None
