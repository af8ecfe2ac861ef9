"""Where the listing of a shop's products stands.

Shopee pages by offset, and refuses large ones. Then the time in which the products changed is cut in two, and
each half listed by itself; products that change meanwhile are listed twice rather than missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

# Seconds; Shopee opened in 2015, so no product is older.
FIRST_SECOND = 1_420_070_400


@dataclass(frozen=True)
class Place:
    """`offset` among the products changed in [since, until], both in seconds; 0 for no such end."""

    offset: int = 0
    since: int = 0
    until: int = 0

    @classmethod
    def read(cls, cursor: str) -> Self:
        return cls(*map(int, cursor.split("-")))

    def __str__(self) -> str:
        return f"{self.offset}-{self.since}-{self.until}"

    @property
    def query(self) -> dict[str, Any]:
        ends = {"update_time_from": self.since, "update_time_to": self.until}
        return {"offset": self.offset, **{name: value for name, value in ends.items() if value}}

    def earlier_half(self, now: int) -> Place | None:
        """None when there is nothing left to cut."""
        since = self.since or FIRST_SECOND
        middle = (since + (self.until or now)) // 2
        return Place(0, since, middle) if middle > since else None

    def later(self) -> Place | None:
        """What comes after this stretch of time; None when it had no end."""
        return Place(0, self.until + 1) if self.until else None
