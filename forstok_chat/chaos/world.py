"""The sandbox as a run begins with it, and as it is when nothing is spoiled any more."""

from __future__ import annotations

from collections.abc import Iterable

from forstok_chat.chaos.markets import Market
from forstok_chat.rig.sandbox import Sandbox


def begin(sandbox: Sandbox, markets: Iterable[Market], shops: int, rooms: int, bubbles: int) -> None:
    """A fresh world in which shops may always answer, as fast as the markets' limits say."""
    sandbox.post("reset", shops=shops, conversations=rooms, bubbles=bubbles)
    for market in markets:
        if market.rules:
            sandbox.post("rules", marketplace=market.slug, rules=dict(market.rules))
        for call, (rate, burst) in market.limits.items():
            sandbox.post("limits", marketplace=market.slug, endpoint=call, rate=rate, burst=burst)


def make_well(sandbox: Sandbox, markets: Iterable[Market]) -> None:
    """No faults, and pushes as usual."""
    for market in markets:
        for call in (market.send, *market.readings):
            sandbox.post("faults", marketplace=market.slug, endpoint=call, kind="slow", count=0)
        sandbox.post("push", marketplace=market.slug, mode="normal")
