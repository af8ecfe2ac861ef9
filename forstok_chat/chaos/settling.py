"""Waiting until nothing is under way, and what is when it does not end."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg

from forstok_chat.chaos.ours import Ours

PAUSE = 1.0
# A worker that dies while it sends is missed after two minutes; then the reply is read back.
LONGEST = 240.0


def settle(ours: Ours, tell: Callable[[str], None]) -> dict[str, int]:
    """Empty when all is settled: every shop has been looked at since now as well."""
    since, told = datetime.now(UTC), ""
    deadline = time.monotonic() + LONGEST
    left: dict[str, int] = {}
    while time.monotonic() < deadline:
        left = under_way(ours, since)
        if not left:
            return {}
        if (line := ", ".join(f"{count} {what}" for what, count in left.items())) != told:
            tell(f"waiting: {line}")
            told = line
        time.sleep(PAUSE)
    return left


def under_way(ours: Ours, since: datetime) -> dict[str, int]:
    try:
        return ours.under_way(since)
    except psycopg.Error:
        return {"database away": 1}
