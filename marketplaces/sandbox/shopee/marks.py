"""Marks on conversations and taking messages back (shopee.md 4.1). Ids keep their JSON type strictly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marketplaces.sandbox.clock import NS
from marketplaces.sandbox.shopee.chat import own_room
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.rows import DELETED
from marketplaces.sandbox.shopee.sign import Call
from marketplaces.sandbox.world import Room

RECALL_WINDOW_S = 600  # Indonesia


def read_conversation(call: Call) -> dict[str, Any]:
    """conversation_id is a number and last_read_message_id a text, in one body."""
    room, last = _room_in_body(call), call.body.get("last_read_message_id")
    if not isinstance(last, str) or not last.isdigit():
        raise ShopeeError("param_error", "Invalid last_read_message_id.")
    room.read_by_shop = max(room.read_by_shop, min(int(last), room.last.id))
    room.is_marked_unread = False
    call.sandbox.room_changed(room)
    return {}


def _mark(change: Callable[[Room], None]) -> Callable[[Call], dict[str, Any]]:
    def handler(call: Call) -> dict[str, Any]:
        room = _room_in_body(call)
        change(room)
        call.sandbox.room_changed(room)
        return {}

    return handler


def _set(name: str, value: bool) -> Callable[[Call], dict[str, Any]]:
    return _mark(lambda room: setattr(room, name, value))


unread_conversation = _set("is_marked_unread", True)
pin_conversation = _set("is_pinned", True)
unpin_conversation = _set("is_pinned", False)
mute_conversation = _set("is_muted", True)
unmute_conversation = _set("is_muted", False)
delete_conversation = _set("is_hidden", True)


def delete_message(call: Call) -> dict[str, Any]:
    """Take back one's own message within ten minutes; it stays with another text."""
    message_id = str(call.body.get("message_id", ""))
    if not message_id.isdigit():
        raise ShopeeError("param_error", "Invalid message_id.")
    for room in call.sandbox.world.rooms_of(call.shop):
        said = room.find(int(message_id))
        if said is None:
            continue
        if said.is_from_buyer or call.sandbox.clock.now_ns() - said.at_ns > RECALL_WINDOW_S * NS:
            raise ShopeeError("param_error", "The message cannot be recalled.")
        said.kind, said.content = "text", {"text": DELETED}
        call.sandbox.room_changed(room)
        return {}
    raise ShopeeError("param_error", "Invalid message_id.")


def _room_in_body(call: Call) -> Room:
    room_id = call.body.get("conversation_id")
    if not isinstance(room_id, int) or isinstance(room_id, bool):
        raise ShopeeError("param_error", "Invalid conversation_id.")
    return own_room(call, room_id)
