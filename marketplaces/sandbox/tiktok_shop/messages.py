"""Bubbles (tiktok_shop.md 3): a page of them, and that they were read."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.tiktok_shop import rows
from marketplaces.sandbox.tiktok_shop.contents import TIP, TIPS
from marketplaces.sandbox.tiktok_shop.gate import Call
from marketplaces.sandbox.tiktok_shop.paging import page
from marketplaces.sandbox.world import Message

MOST_PER_PAGE = 10


def get_messages(call: Call) -> dict[str, Any]:
    """By their times unless asked otherwise, and these are not unique."""
    size, room, locale = call.page_size(MOST_PER_PAGE), call.room, call.locale
    is_descending = call.choice("sort_order", "DESC", "ASC") == "DESC"
    by_number = call.choice("sort_field", "create_time", "index") == "index"
    needs = call.flag("need_data"), call.flag("need_plaintext")

    def key(said: Message) -> tuple[int, int]:
        return 0 if by_number else rows.create_time(said), rows.index(said)

    shown, token = page(room.messages, key, call.query.get("page_token", ""), size, is_descending)
    return {
        "messages": [
            rows.message(call.sandbox, room, said) | rows.extras(call.sandbox, room, said, *needs)
            for said in shown
        ],
        "next_page_token": token,
        "unsupported_msg_tips": TIPS.get(locale, TIP),
    }


def read_messages(call: Call) -> dict[str, Any]:
    """All that the buyer wrote."""
    room = call.room
    if room.messages:
        room.read_by_shop = room.last.id
        call.sandbox.room_changed(room)
    return {}
