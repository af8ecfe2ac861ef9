"""Messages as TikTok Shop writes them. Their numbers tell the order; their times need not agree with it."""

from __future__ import annotations

import json
from typing import Any

from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tiktok_shop.contents import content_of, data_of, plaintext_of, type_of
from marketplaces.sandbox.tiktok_shop.people import role_of, sender
from marketplaces.sandbox.world import Message, Room

FROM_ID = 1_000_000_000_000_000_011  # a message's number is not its id


def index(said: Message) -> int:
    """Unique in a room and larger for newer messages, with gaps."""
    return said.id - FROM_ID


def create_time(said: Message) -> int:
    return said.at_s + said.shift_s


def message(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    return {
        "id": str(said.id),
        "type": type_of(said),
        "content": json.dumps(content_of(sandbox, room, said), ensure_ascii=False),
        "create_time": create_time(said),
        "is_visible": said.is_visible,
        "sender": sender(sandbox, room, said),
        "index": str(index(said)),
    }


def extras(
    sandbox: Sandbox, room: Room, said: Message, needs_data: bool, needs_plaintext: bool
) -> dict[str, Any]:
    """What was asked for besides, for visible messages that have it."""
    data = data_of(sandbox, room, said) if needs_data and said.is_visible else None
    words = plaintext_of(sandbox, room, said) if needs_plaintext and said.is_visible else ""
    return ({"data": json.dumps(data, ensure_ascii=False)} if data else {}) | (
        {"plaintext": words} if words else {}
    )


def pushed(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    """The data of webhook 14: neither name nor platform nor the id that finds orders."""
    who = sender(sandbox, room, said)
    return {
        "content": json.dumps(content_of(sandbox, room, said), ensure_ascii=False, separators=(",", ":")),
        "conversation_id": str(room.id),
        "create_time": create_time(said),
        "is_visible": said.is_visible,
        "message_id": str(said.id),
        "index": str(index(said)),
        "type": type_of(said),
        "sender": {"im_user_id": who["im_user_id"], "role": role_of(said)},
    }
