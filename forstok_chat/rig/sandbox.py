"""The sandbox's levers, and its truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

TIMEOUT = 30  # seconds


@dataclass(frozen=True)
class Said:
    """One message as the marketplace has it. `sent_by`: buyer, shop (through us), seller_centre, system. `at`: in
    seconds since 1970, by its clock."""

    id: str
    sent_by: str
    kind: str
    text: str
    at: float = 0


class Sandbox:
    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        return self.answer(self.session.post(f"{self.url}/control/{path}", json=body, timeout=TIMEOUT))

    def get(self, path: str, **query: str) -> dict[str, Any]:
        return self.answer(self.session.get(f"{self.url}/control/{path}", params=query, timeout=TIMEOUT))

    def answer(self, response: requests.Response) -> dict[str, Any]:
        response.raise_for_status()
        found: dict[str, Any] = response.json()
        return found

    def rooms(self, market: str, shop: str) -> list[str]:
        """Buyers' ids, in an order that does not depend on the hour."""
        rooms = self.get("rooms", marketplace=market, shop=shop)["rooms"]
        return sorted((str(room["buyer"]) for room in rooms), key=int)

    def talk(self, market: str, shop: str, buyer: str) -> list[Said]:
        """All that was said there, oldest first."""
        found = self.get("messages", marketplace=market, shop=shop, buyer=buyer)["messages"]
        return [Said(row["id"], row["sent_by"], row["kind"], row["text"], row["at"]) for row in found]

    def too_many(self, market: str) -> dict[str, int]:
        """Call -> how often it was refused for coming too often, without the refusals made on purpose."""
        counts: dict[str, dict[str, int]] = self.get("calls").get(market, {})
        own = {call: row["rate_limited"] - row["rate_limited_on_purpose"] for call, row in counts.items()}
        return {call: times for call, times in own.items() if times}

    def in_flight(self, market: str, call: str) -> bool:
        """Whether somebody waits for the answer of such a call now."""
        return bool(self.get("calls").get(market, {}).get(call, {}).get("in_flight", 0))

    def calls(self, market: str, call: str) -> int:
        return int(self.get("calls").get(market, {}).get(call, {}).get("calls", 0))
