"""Rooms and messages as Shopee writes them. Which id is text and which a number: shopee.md 4.2 and 4.3."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.world import Message, Room

WITHOUT_PREVIEW = ("bundle_message", "voucher")
HIDE_TIME = "9223372036854775"
DELETED = "This message was deleted"
STAFF = 7  # a sub-account's user id follows the shop's own at this distance


def picture_url(sandbox: Sandbox, name: str) -> str:
    """The absolute address of one of our files."""
    return sandbox.file_url(f"/shopee/file/{name}") if name else ""


def content(sandbox: Sandbox, message: Message) -> dict[str, Any]:
    """The content with our own file addresses made absolute."""
    return {
        key: sandbox.file_url(value) if key.endswith("url") and isinstance(value, str) else value
        for key, value in message.content.items()
    }


def conversation(sandbox: Sandbox, room: Room) -> dict[str, Any]:
    last, buyer = room.last, sandbox.world.buyer_of(room)
    return {
        "conversation_id": str(room.id),
        "to_id": room.buyer_id,
        "to_name": buyer.username,
        "to_avatar": picture_url(sandbox, buyer.picture),
        "shop_id": room.shop_id,
        "unread_count": room.unread,
        "pinned": room.is_pinned,
        "last_read_message_id": str(room.read_by_shop),
        "latest_message_id": str(last.id),
        "latest_message_type": "product" if last.kind == "item" else last.kind,
        "latest_message_content": None if last.kind in WITHOUT_PREVIEW else content(sandbox, last),
        "latest_message_from_id": from_id(sandbox, room, last),
        "last_message_timestamp": last.at_ns,
        "last_message_option": 0,
        "max_general_option_hide_time": HIDE_TIME,
        "mute": room.is_muted,
        "opposite_last_deliver_msg_id": str(room.read_by_buyer),
        "opposite_last_read_msg_id": str(room.read_by_buyer),
    }


def message(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    shop = sandbox.world.shop_of(room)
    from_buyer = said.is_from_buyer
    return {
        "message_id": str(said.id),
        "message_type": said.kind,
        "from_id": from_id(sandbox, room, said),
        "from_shop_id": 0 if from_buyer else shop.id,
        "to_id": shop.user_id if from_buyer else room.buyer_id,
        "to_shop_id": shop.id if from_buyer else 0,
        "conversation_id": str(room.id),
        "created_timestamp": said.at_s,
        "region": "ID",
        "status": said.status_at(sandbox.clock.now_ns()),
        "source": said.source,
        "content": content(sandbox, said),
        "message_option": 0,
        "source_content": said.source_content,
        "quoted_msg": None,
        "business_type": 0,
    }


def from_id(sandbox: Sandbox, room: Room, said: Message) -> int:
    """A reply typed in Seller Centre carries a staff member's id, a system card none (shopee.md 4.3)."""
    if said.is_from_buyer:
        return room.buyer_id
    if said.sent_by == "system":
        return 0
    return sandbox.world.shop_of(room).user_id + (STAFF if said.sent_by == "seller_centre" else 0)
