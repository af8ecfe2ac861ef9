"""Reading chats (shopee.md 4.2 and 4.3), measured oddities included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marketplaces.sandbox.shopee import rows
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.sign import Call
from marketplaces.sandbox.world import Room

AFFILIATE = 11
SIZE_THAT_WORKS = 25
CSAT, LONGEST_CSAT_S = ("Good", "Bad", "Average"), 15 * 86400
LARGEST_LIST, LARGEST_MESSAGES = 60, 100


def get_conversation_list(call: Call) -> dict[str, Any]:
    direction, kind = call.query.get("direction", ""), call.query.get("type", "")
    if direction not in ("latest", "older") or kind not in ("all", "pinned", "unread"):
        raise ShopeeError("param_error", "Invalid direction or type.")
    size = page_size(call, LARGEST_LIST)
    cursor = call.integer("next_timestamp_nano", 0)
    found = [room for room in call.sandbox.world.rooms_of(call.shop) if _is_listed(room, kind)]
    if size > SIZE_THAT_WORKS or call.integer("business_type", 0) == AFFILIATE:
        found = []
    found = in_direction(found, direction, cursor)
    page = found[:size]
    last = _cursor_row(page)
    return {
        "page_result": {
            "page_size": size,
            "next_cursor": {
                "next_message_time_nano": str(last.last.at_ns) if last else "",
                "conversation_id": str(last.id) if last else "0",
            },
            "more": len(found) > size,
        },
        "conversations": [rows.conversation(call.sandbox, room) for room in page],
    }


def in_direction(found: Sequence[Room], direction: str, cursor: int) -> list[Room]:
    """The four measured cases; `found` is newest first, `cursor` in nanoseconds, 0 when absent.

    `latest` without a cursor is the trap: the oldest rooms of the shop come first.
    """
    if direction == "latest":
        return [room for room in reversed(found) if room.last.at_ns > cursor]
    if cursor:
        return [room for room in found if room.last.at_ns < cursor]
    return sorted(found, key=lambda room: not room.is_pinned)


def get_one_conversation(call: Call) -> dict[str, Any]:
    return rows.conversation(call.sandbox, room_in_query(call))


def get_message(call: Call) -> dict[str, Any]:
    """Newest first. The offset is the oldest id already given."""
    room, size = room_in_query(call), page_size(call, LARGEST_MESSAGES)
    before, wanted = call.integer("offset", 0), set(call.query.getlist("message_id_list"))
    newest_first = (m for m in reversed(room.messages) if not before or m.id < before)
    found = [m for m in newest_first if not wanted or str(m.id) in wanted]
    page = found[:size]
    return {
        "messages": [rows.message(call.sandbox, room, said) for said in page],
        "page_result": {"next_offset": str(page[-1].id) if len(found) > size else "", "page_size": size},
    }


def get_unread_conversation_count(call: Call) -> dict[str, Any]:
    """Conversations, not messages."""
    rooms = call.sandbox.world.rooms_of(call.shop)
    return {"total_unread_count": sum(room.unread > 0 for room in rooms)}


def get_csat_msg_details(call: Call) -> dict[str, Any]:
    """Nobody has rated the shop yet."""
    since, until = call.integer("time_from"), call.integer("time_to")
    if call.query.get("csat_result") not in CSAT or not 0 <= until - since <= LONGEST_CSAT_S:
        raise ShopeeError("param_error", "Invalid csat_result or time.")
    return {"csat_msg_list": [], "total_count": 0}


def offers(call: Call) -> dict[str, Any]:
    """Bargaining is switched off for everybody."""
    raise ShopeeError("api_suspended", "This API has been suspended.")


def page_size(call: Call, largest: int) -> int:
    size = call.integer("page_size", SIZE_THAT_WORKS)
    if not 1 <= size <= largest:
        raise ShopeeError("param_error", "Invalid page_size.")
    return size


def room_in_query(call: Call) -> Room:
    return own_room(call, call.integer("conversation_id", 0))


def own_room(call: Call, room_id: int) -> Room:
    room = call.sandbox.world.rooms.get(("shopee", room_id))
    if room is None or room.shop_id != call.shop.id or not room.messages:
        raise ShopeeError("param_error", "Invalid conversation_id.")
    return room


def _is_listed(room: Room, kind: str) -> bool:
    return kind == "all" or (room.is_pinned if kind == "pinned" else room.unread > 0)


def _cursor_row(page: Sequence[Room]) -> Room | None:
    """The last row of a page; pinned ones on top say nothing about how far the page went."""
    unpinned = [room for room in page if not room.is_pinned]
    return (unpinned or page)[-1] if page else None
