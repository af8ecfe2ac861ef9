"""Token buckets: a rate a second and a burst, one bucket for each thing a marketplace counts separately."""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass, field

from marketplaces.sandbox.marketplace import Limit


@dataclass(slots=True)
class Bucket:
    """Refills in real time: the sandbox's own clock may jump, callers do not."""

    limit: Limit
    tokens: float = 0
    at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.tokens = self.limit.burst

    def take(self) -> bool:
        self._refill()
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    @property
    def remaining(self) -> int:
        return int(self.tokens)

    @property
    def reset_after(self) -> float:
        """Seconds until one more call is free; not above zero while some remain."""
        return (1 - self.tokens) / self.limit.rate

    @property
    def full_reset_after(self) -> float:
        """Seconds until the whole burst is free."""
        return (self.limit.burst - self.tokens) / self.limit.rate

    def _refill(self) -> None:
        now = time.monotonic()
        self.tokens = min(self.limit.burst, self.tokens + (now - self.at) * self.limit.rate)
        self.at = now


class Limits:
    def __init__(self) -> None:
        self._buckets: dict[Hashable, Bucket] = {}

    def bucket(self, limit: Limit, *scope: Hashable) -> Bucket:
        """The bucket of one scope; begun again when its limit was changed meanwhile."""
        bucket = self._buckets.get(scope)
        if bucket is None or bucket.limit != limit:
            bucket = self._buckets[scope] = Bucket(limit)
        return bucket

    def clear(self) -> None:
        self._buckets.clear()
