"""What a run has to know of each marketplace. One more takes part by one more line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Market:
    """`send` and `readings`: the sandbox's names of the calls that are spoiled. `limits`: calls a second and burst,
    by the name of the call; tight for replies, so that keeping to it is a feat, wide for readings. `refusals`: by
    the name of the call, the marketplace's codes that it may be refused with ("" for an overload). `rules`: of the
    sandbox, switched so that what was said before never forbids a reply."""

    slug: str
    name: str
    send: str
    readings: tuple[str, ...]
    limits: Mapping[str, tuple[float, int]]
    refusals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[str, bool] = field(default_factory=dict)


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
        rules={
            "first_chat_without_order_info": False,
            "user_is_forbidden": False,
            "reach_5_message_limit": False,
        },
    ),
    Market(
        "tokopedia",
        "Tokopedia",
        send="reply",
        readings=("replies", "messages"),
        limits={"reply": (4, 4), "replies": (40, 40), "messages": (15, 15)},
    ),
    Market(
        "tiktok_shop",
        "TikTok Shop",
        send="send",
        readings=("messages", "conversations"),
        limits={"send": (3, 3), "messages": (10, 10), "conversations": (10, 10)},
        refusals={"send": ("", "45101006", "105002"), "messages": ("", "105002")},
        rules={"can_send_message": True},
    ),
)
