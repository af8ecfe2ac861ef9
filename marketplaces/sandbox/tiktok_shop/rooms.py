"""Rooms (tiktok_shop.md 3 and 4): the list, one of them, a new one, the end of a session."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.tiktok_shop import people, pushes, rows, rules, sessions
from marketplaces.sandbox.tiktok_shop.errors import TikTokShopError
from marketplaces.sandbox.tiktok_shop.gate import Call
from marketplaces.sandbox.tiktok_shop.paging import page
from marketplaces.sandbox.world import Room

MOST_PER_PAGE = 20


def get_conversations(call: Call) -> dict[str, Any]:
    size, _ = call.page_size(MOST_PER_PAGE), call.locale
    rooms, token = call.sandbox.world.rooms_of(call.shop), call.query.get("page_token", "")
    shown, token = page(rooms, lambda room: (room.last.at_ns, room.id), token, size)
    return {"conversations": [_listed(call, room) for room in shown], "next_page_token": token}


def get_conversation(call: Call) -> dict[str, Any]:
    """Neither the newest message nor whether one may write is told here, and the platform has another name."""
    return {"conversation": _row(call, call.room, "platform")}


def create_conversation(call: Call) -> dict[str, Any]:
    """The room with a buyer of the shop, made when there is none."""
    buyer_id = call.text("buyer_user_id")
    catalogue = call.sandbox.world.catalogue
    buyer = catalogue.buyers.get(("tiktok_shop", int(buyer_id))) if buyer_id.isdigit() else None
    if buyer is None or not rules.can_send(call.sandbox, call.shop, buyer):
        raise TikTokShopError(45109003)
    return {"conversation_id": str(call.sandbox.open_room(call.shop, buyer.id).id)}


def end_session(call: Call) -> dict[str, Any]:
    room = call.room
    session = sessions.current(call.sandbox, room)
    if session is None or session.id != call.request.path_params["session_id"]:
        raise TikTokShopError(45101003)
    call.access.ended_sessions[room.id] = room.last.id
    call.sandbox.state_changed()
    pushes.announce_agent(call.sandbox, room)
    return {}


def _listed(call: Call, room: Room) -> dict[str, Any]:
    buyer = call.sandbox.world.buyer_of(room)
    return _row(call, room, "buyer_platform") | {
        "can_send_message": rules.can_send(call.sandbox, call.shop, buyer),
        "latest_message": rows.message(call.sandbox, room, room.last),
    }


def _row(call: Call, room: Room, platform_key: str) -> dict[str, Any]:
    return {
        "id": str(room.id),
        "participant_count": 3 if people.has_agent(room) else 2,
        "unread_count": room.unread,
        "create_time": people.began_at(room),
        "participants": people.participants(call.sandbox, room, platform_key),
        **_session(call, room),
    }


def _session(call: Call, room: Room) -> dict[str, Any]:
    """On request, and absent when none is open."""
    needs_id, needs_info = call.flag("need_session_id"), call.flag("need_session_info")
    session = sessions.current(call.sandbox, room) if needs_id or needs_info else None
    if session is None:
        return {}
    info = {"cur_session": {"id": session.id, "phase": session.phase}} if needs_info else {}
    return {"cur_session_id": session.id, **info}
