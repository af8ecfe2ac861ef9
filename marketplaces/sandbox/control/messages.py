"""What was said: add to it, and read the truth."""

from __future__ import annotations

import base64
from typing import Any

from marketplaces.sandbox.control.asking import Values, room_in, shop_in
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.saying import say
from marketplaces.sandbox.world import Message, Room


def post_message(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    shop = shop_in(sandbox, values)
    buyer = sandbox.welcome_buyer(shop.marketplace, values["buyer"])
    picture = values.get("image")
    if isinstance(picture, str) and picture.startswith("data:"):
        picture = base64.b64decode(picture.partition(",")[2])
    room, said = say(
        sandbox,
        shop,
        buyer.id,
        values.get("kind", "text"),
        text=values.get("text", ""),
        item=values.get("item"),
        order=values.get("order"),
        picture=picture,
        content=values.get("content"),
        source_content=values.get("source_content"),
        sent_by=values.get("sent_by", ""),
        push=values.get("push", True),
        is_visible=bool(values.get("is_visible", True)),
        shift_s=int(values.get("shift_s", 0)),
    )
    return {"message": _message(sandbox, room, said)}


def get_messages(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    room = room_in(sandbox, values)
    said = room.messages if room else []
    return {"messages": [_message(sandbox, room, message) for message in said] if room else []}


def get_rooms(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """Newest first."""
    rooms = sandbox.world.rooms_of(shop_in(sandbox, values))
    return {
        "rooms": [
            {
                "id": str(room.id),
                "buyer": room.buyer_id,
                "buyer_name": sandbox.world.buyer_of(room).name,
                "messages": len(room.messages),
                "unread": room.unread,
                "last_at": room.last.at_ns / 1e9,
            }
            for room in rooms
        ]
    }


def _message(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    return {
        "id": str(said.id),
        "conversation": str(room.id),
        "shop": room.shop_id,
        "buyer": room.buyer_id,
        "sent_by": said.sent_by,
        "kind": said.kind,
        "text": said.text,
        "content": said.content,
        "source_content": said.source_content,
        "status": said.status_at(sandbox.clock.now_ns()),
        "role": said.role,
        "is_visible": said.is_visible,
        "at": said.at_ns / 1e9,
    }
