"""Rooms and bubbles (tokopedia.md A2 and A3)."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tokopedia.errors import HeaderError
from marketplaces.sandbox.tokopedia.gate import Call, success
from marketplaces.sandbox.tokopedia.pictures import take_picture
from marketplaces.sandbox.world import Message, Room

MOST_PER_PAGE = 15
TEXT, IMAGE, QUOTATION = 0, 2, 19
LINK = re.compile(r"https?://[^\s<>\"]+")


def list_messages(call: Call) -> dict[str, Any]:
    """Rooms, newest first. Nothing says whether another page follows."""
    shop = call.shop(call.text("shop_id"))
    kind = call.text("filter") or "all"
    if kind not in ("all", "read", "unread"):
        raise HeaderError(400, "invalid filter")
    rooms = [
        r for r in call.sandbox.world.rooms_of(shop) if kind == "all" or (r.unread > 0) == (kind == "unread")
    ]
    return success([_room(call.sandbox, room) for room in _page(call, rooms)])


def list_replies(call: Call) -> dict[str, Any]:
    """Bubbles, newest first. What is attached cannot be told from here."""
    room = _own_room(call, call.text("shop_id"))
    return success([_bubble(call.sandbox, room, said) for said in _page(call, list(reversed(room.messages)))])


async def reply(call: Call) -> dict[str, Any]:
    """Store an answer of the shop. Its id is not told."""
    room = _own_room(call, call.body.get("shop_id"))
    kind, content = _content(call.body)
    if kind == "image":
        content = {"url": await take_picture(call.sandbox, content["url"])}
    said = call.sandbox.new_message(room, "shop", kind, content, source="openapi")
    room.read_by_shop = said.id
    call.sandbox.say(room, said)
    shop = call.sandbox.world.shop_of(room)
    data = {
        "msg_id": room.id,
        "sender_id": shop.user_id,
        "role": 2,
        "msg": said.text,
        "reply_time": said.at_ms,
        "from": shop.name,
        "attachment": {},
    }
    if kind == "quotation":
        del data["msg"]
        words = f"{content['title']} {content['price']}"
        data["attachment"] = {"type": QUOTATION, "quotation_profile": content}
        data["fallback_attachment"] = {"html": f"<div>{escape(words)}</div>", "message": words}
    return success(data)


def initiate(call: Call) -> dict[str, Any]:
    """The room of an order's buyer, made when there is none."""
    order_id = call.text("order_id")
    for shop in call.sandbox.world.catalogue.shops.values():
        order = call.sandbox.world.catalogue.orders_of(shop).get(order_id)
        if shop.marketplace == "tokopedia" and order:
            room = call.sandbox.open_room(call.shop(shop.id), order.buyer_id)
            contact = _contact(call.sandbox, room)
            contact["attributes"] |= {"is_gold": False, "is_official": False}
            return success({"contact": contact, "is_success": True, "msg_id": room.id})
    raise HeaderError(400, "Data Not Found")


def _content(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    attachment, payload = body.get("attachment_type", TEXT), body.get("payload")
    message, path = body.get("message", ""), body.get("file_path")
    if attachment == TEXT and isinstance(message, str) and message.strip():
        return "text", {"text": message}
    if attachment == IMAGE and isinstance(path, str) and path:
        return "image", {"url": path}
    wanted = ("thumbnail", "identifier", "title", "price", "url")
    if attachment == QUOTATION and isinstance(payload, dict) and all(payload.get(key) for key in wanted):
        return "quotation", {key: str(payload[key]) for key in wanted}
    raise HeaderError(400, "invalid message or attachment")


def _page(call: Call, rows: list[Any]) -> list[Any]:
    page, size = call.number("page", 1), call.number("per_page", MOST_PER_PAGE)
    if page < 1 or not 1 <= size <= MOST_PER_PAGE:
        raise HeaderError(400, "invalid page or per_page")
    if call.text("order") == "asc":
        rows = rows[::-1]
    return rows[(page - 1) * size : page * size]


def _own_room(call: Call, shop_id: object) -> Room:
    shop = call.shop(shop_id)
    room = call.sandbox.world.rooms.get(("tokopedia", call.path_number("msg_id")))
    if room is None or room.shop_id != shop.id:
        raise HeaderError(400, "invalid msg_id")
    return room


def _room(sandbox: Sandbox, room: Room) -> dict[str, Any]:
    return {
        "message_key": f"user-{room.buyer_id}~shop-{room.shop_id}",
        "msg_id": room.id,
        "attributes": {
            "contact": _contact(sandbox, room),
            "last_reply_msg": preview(room.last),
            "last_reply_time": room.last.at_ms,
            "read_status": 1 if room.unread else 2,
            "unreads": room.unread,
            "pin_status": int(room.is_pinned),
        },
    }


def _contact(sandbox: Sandbox, room: Room) -> dict[str, Any]:
    buyer = sandbox.world.buyer_of(room)
    thumbnail = sandbox.file_url(f"/tokopedia/file/{buyer.picture}") if buyer.picture else ""
    attributes = {"Name": buyer.name, "tag": "Pengguna", "thumbnail": thumbnail}
    return {"id": buyer.id, "role": "user", "attributes": attributes}


def _bubble(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    shop, buyer = sandbox.world.shop_of(room), sandbox.world.buyer_of(room)
    is_read = said.id <= (room.read_by_shop if said.is_from_buyer else room.read_by_buyer)
    sender, role = (shop.name, "Shop Owner")
    if said.is_from_buyer:
        sender, role = buyer.name, "User"
    elif said.sent_by == "system":
        sender, role = "Tokopedia", "Tokopedia Admin"
    return {
        "msg_id": room.id,
        "sender_id": buyer.id if said.is_from_buyer else shop.user_id,
        "role": role,
        "msg": as_html(words(said)),
        "reply_time": said.at_ms,
        "reply_id": said.id,
        "sender_name": sender,
        "read_status": 2 if is_read else 1,
        "read_time": said.at_ms if is_read else 0,
        "status": 1,
        "attachment_id": said.id % 100_000_000 if said.kind != "text" else 0,
        "message_is_read": is_read,
        "is_opposite": said.is_from_buyer,
        "is_first_reply": said is room.messages[0],
        "is_reported": False,
    }


def as_html(text: str) -> str:
    """Links become anchors, everything else is escaped."""
    parts, at = [], 0
    for link in LINK.finditer(text):
        url = escape(link[0])
        parts += [
            escape(text[at : link.start()], quote=False),
            f'<a rel="nofollow" target="_blank" href="{url}">{url}</a>',
        ]
        at = link.end()
    return "".join(parts) + escape(text[at:], quote=False)


def words(said: Message) -> str:
    """A sticker's name stands where the text of others does."""
    return said.text or str(said.content.get("sticker_id", ""))


def preview(said: Message) -> str:
    return words(said) or {"item": "Produk", "image": "Gambar", "order": "Invoice"}.get(said.kind, "Lampiran")
