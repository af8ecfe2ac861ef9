"""The sandbox's levers: what buyers say, what went wrong, what really is in a room."""

from __future__ import annotations

import time
from typing import Any

import requests


class Sandbox:
    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        response = requests.post(f"{self.url}/control/{path}", json=body, timeout=10)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    def says(
        self, marketplace: str, shop: str, buyer: str, text: str = "", kind: str = "text", **more: Any
    ) -> None:
        """A second after the last word elsewhere: Shopee counts whole seconds, within one there is no order."""
        time.sleep(1.1)
        said = {"kind": kind, "text": text, "push": True} | more
        self.post("messages", marketplace=marketplace, shop=shop, buyer=buyer, **said)

    def calls(self, marketplace: str, endpoint: str) -> int:
        """How often it was called with success."""
        return int(self.counts(marketplace).get(endpoint, {}).get("ok", 0))

    def too_many(self, marketplace: str) -> dict[str, int]:
        """Endpoint -> how often it had to refuse for too many calls."""
        counts = self.counts(marketplace).items()
        return {name: each["rate_limited"] for name, each in counts if each["rate_limited"]}

    def counts(self, marketplace: str) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, dict[str, int]]] = requests.get(
            f"{self.url}/control/calls", timeout=10
        ).json()
        return found.get(marketplace, {})

    def room(self, marketplace: str, shop: str, buyer: str) -> list[dict[str, Any]]:
        """The truth: everything said in that room, in order."""
        query = {"marketplace": marketplace, "shop": shop, "buyer": buyer}
        response = requests.get(f"{self.url}/control/messages", params=query, timeout=10)
        response.raise_for_status()
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages

    def answers(self, marketplace: str, shop: str, buyer: str) -> list[str]:
        """What the buyer got from the shop through us, in order."""
        return [m["text"] for m in self.room(marketplace, shop, buyer) if m["sent_by"] == "shop"]

    def buyers(self, marketplace: str, shop: str) -> list[str]:
        query = {"marketplace": marketplace, "shop": shop}
        response = requests.get(f"{self.url}/control/rooms", params=query, timeout=10)
        response.raise_for_status()
        return [str(room["buyer"]) for room in response.json()["rooms"]]

    def pushes(self, mode: str) -> None:
        for marketplace in ("shopee", "tokopedia"):
            self.post("push", marketplace=marketplace, mode=mode)
