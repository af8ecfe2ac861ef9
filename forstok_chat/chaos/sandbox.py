"""The sandbox's levers, and its truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import requests

from forstok_chat.chaos.markets import Market
from forstok_chat.chaos.plan import Place

TIMEOUT = 30  # seconds


@dataclass(frozen=True)
class Said:
    """One message as the marketplace has it. `sent_by`: buyer, shop (through us), seller_centre, system."""

    id: str
    sent_by: str
    kind: str
    text: str


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

    def begin(self, markets: Iterable[Market], shops: int, rooms: int, bubbles: int) -> None:
        """A fresh world in which shops may always answer, as fast as the markets' limits say."""
        self.post("reset", shops=shops, conversations=rooms, bubbles=bubbles)
        for market in markets:
            if market.rules:
                self.post("rules", marketplace=market.slug, rules=dict(market.rules))
            for call, (rate, burst) in market.limits.items():
                self.post("limits", marketplace=market.slug, endpoint=call, rate=rate, burst=burst)

    def make_well(self, markets: Iterable[Market]) -> None:
        """No faults, and pushes as usual."""
        for market in markets:
            for call in (market.send, *market.readings):
                self.post("faults", marketplace=market.slug, endpoint=call, kind="slow", count=0)
            self.post("push", marketplace=market.slug, mode="normal")

    def rooms(self, market: str, shop: str) -> list[str]:
        """Buyers' ids, in an order that does not depend on the hour."""
        rooms = self.get("rooms", marketplace=market, shop=shop)["rooms"]
        return sorted((str(room["buyer"]) for room in rooms), key=int)

    def talk(self, place: Place) -> list[Said]:
        """All that was said there, oldest first."""
        query = {"marketplace": place.market, "shop": place.shop, "buyer": place.buyer}
        found = self.get("messages", **query)["messages"]
        return [Said(row["id"], row["sent_by"], row["kind"], row["text"]) for row in found]

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
