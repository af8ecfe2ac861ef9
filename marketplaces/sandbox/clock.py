"""The sandbox's clock. It can be moved forward, so that tokens and codes age in a test."""

from __future__ import annotations

import time

NS = 1_000_000_000


class Clock:
    def __init__(self, offset_s: float = 0) -> None:
        self.offset_s = offset_s
        self._last_ns = 0

    def now_ns(self) -> int:
        """Nanoseconds since 1970, never the same twice: two messages never share an instant."""
        now = time.time_ns() + int(self.offset_s * NS)
        self._last_ns = max(now, self._last_ns + 1)
        return self._last_ns

    def now_s(self) -> int:
        return (time.time_ns() + int(self.offset_s * NS)) // NS

    def advance(self, seconds: float) -> None:
        self.offset_s += seconds

    def reset(self) -> None:
        self.offset_s = 0
        self._last_ns = 0
