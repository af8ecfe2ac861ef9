"""How often each endpoint was called and what it answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Count:
    calls: int = 0
    ok: int = 0  # 2xx, and 3xx on the way to a page
    client_errors: int = 0  # 4xx, 429 included
    server_errors: int = 0  # 5xx
    rate_limited: int = 0  # 429
    rate_limited_on_purpose: int = 0  # of these, by a fault
    dropped: int = 0  # no answer at all: timeouts and resets
    refused_signatures: int = 0
    in_flight: int = 0
    max_in_flight: int = 0

    def answered(self, status: int) -> None:
        """Count one answer; status 0 stands for none."""
        if not status:
            self.dropped += 1
        elif status < 400:
            self.ok += 1
        elif status >= 500:
            self.server_errors += 1
        else:
            self.client_errors += 1
            self.rate_limited += status == 429


class Calls:
    def __init__(self) -> None:
        self._counts: dict[str, dict[str, Count]] = {}

    @contextmanager
    def running(self, marketplace: str, endpoint: str) -> Iterator[Count]:
        count = self._counts.setdefault(marketplace, {}).setdefault(endpoint, Count())
        count.calls += 1
        count.in_flight += 1
        count.max_in_flight = max(count.max_in_flight, count.in_flight)
        try:
            yield count
        finally:
            count.in_flight -= 1

    def clear(self) -> None:
        self._counts.clear()

    def as_dict(self) -> dict[str, dict[str, dict[str, int]]]:
        return {
            marketplace: {endpoint: asdict(count) for endpoint, count in sorted(counts.items())}
            for marketplace, counts in sorted(self._counts.items())
        }
