"""What a run has to know of each marketplace. One more takes part by one more line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Market:
    """`send` and `readings`: the sandbox's names of the calls that are spoiled. `limits`: calls a second and burst,
    by the name of the call; tight for replies, so that keeping to it is a feat, wide for readings. `refusals`: by
    the name of the call, the marketplace's codes that it may be refused with ("" for an overload)."""

    slug: str
    name: str
    send: str
    readings: tuple[str, ...]
    limits: Mapping[str, tuple[float, int]]
    refusals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


MARKETS = (
    Market(
        "shopee",
        "Shopee",
        send="send_message",
        readings=("get_message", "get_conversation_list"),
        limits={"send_message": (10, 8)},
        refusals={
            "send_message": ("", "user_is_forbidden", "invalid_acceess_token"),
            "get_message": ("", "invalid_acceess_token"),
        },
    ),
    Market(
        "tokopedia",
        "Tokopedia",
        send="reply",
        readings=("replies", "messages"),
        limits={"reply": (4, 4), "replies": (40, 40), "messages": (15, 15)},
    ),
)
