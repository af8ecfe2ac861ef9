"""Stopping the product between two of its lines: to die there, or to let others go first.

Lines of the modules in WATCHED are counted, but those of the marketplace itself: it is another machine. A process
that dies loses its open transaction, as a savepoint here; nothing else of it happens, as nothing catches a
BaseException. Others go first only outside a transaction: inside one they would wait for its locks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.db import connection

WATCHED = tuple(
    f"/conversations/{name}.py"
    for name in (
        "dispatch",
        "held",
        "ingest",
        "lanes",
        "outbox",
        "proof",
        "pushes",
        "reading",
        "received",
        "sync",
        "tasks/receiving",
        "tasks/sending",
        "tasks/shops",
        "tasks/sweeps",
        "bazaar",
    )
)


MARKETPLACE = "Bazaar."


class Died(BaseException):
    """The process is gone."""


@contextmanager
def after_lines(lines: int, act: Callable[[], None], *, may_be_inside: bool) -> Iterator[None]:
    """Call `act` once, before the line after so many of what runs in this block. `may_be_inside` a transaction."""
    depth, left = len(connection.savepoint_ids), lines
    is_done = False

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal left, is_done
        code = frame.f_code
        if is_done or not code.co_filename.endswith(WATCHED) or code.co_qualname.startswith(MARKETPLACE):
            return None
        if event != "line":
            return trace
        left -= 1
        if left < 0 and (may_be_inside or len(connection.savepoint_ids) <= depth):
            is_done = True
            sys.settrace(before)
            act()
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def die() -> None:
    raise Died
