"""Sending (shopee.md 4.5). The checks come in Shopee's order: receiver, shape, contact rules, the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marketplaces.sandbox.catalogue import Buyer
from marketplaces.sandbox.clock import NS
from marketplaces.sandbox.files import picture_size
from marketplaces.sandbox.shopee import rules
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.sign import Call
from marketplaces.sandbox.world import Message


def send_message(call: Call) -> dict[str, Any]:
    to_id, content = receiver_and_content(call)
    kind = call.body.get("message_type")
    source = call.body.get("source_content")
    source = source if isinstance(source, dict) else {}
    buyer = call.sandbox.world.catalogue.buyers.get(("shopee", to_id))
    order_sn = str((content if kind == "order" else source).get("order_sn") or "")
    if buyer and order_sn and order_sn not in _order_sns(call, buyer):
        order_sn = ""
    rules.check_contact(call.sandbox, call.shop, buyer, order_sn)
    if buyer is None or not isinstance(kind, str) or kind not in CONTENT:
        raise ShopeeError("user_is_forbidden", rules.SWITCHES["user_is_forbidden"])
    content = CONTENT[kind](call, buyer, content)
    return _store(call, buyer, kind, content, source)


def send_autoreply_message(call: Call) -> dict[str, Any]:
    """Text only; not an answer in Shopee's eyes."""
    to_id, content = receiver_and_content(call)
    buyer = call.sandbox.world.catalogue.buyers.get(("shopee", to_id))
    rules.check_contact(call.sandbox, call.shop, buyer, "")
    if buyer is None:
        raise ShopeeError("user_is_forbidden", rules.SWITCHES["user_is_forbidden"])
    return _store(call, buyer, "text", _text(call, buyer, content), {}, status="auto_reply")


def receiver_and_content(call: Call) -> tuple[int, dict[str, Any]]:
    to_id, content = call.body.get("to_id"), call.body.get("content")
    if not isinstance(to_id, int) or isinstance(to_id, bool) or to_id <= 0:
        raise ShopeeError("param_error", "Invalid to_id.")
    if not isinstance(content, dict):
        raise ShopeeError("param_error", "content is not an object.")
    return to_id, content


def _store(
    call: Call,
    buyer: Buyer,
    kind: str,
    content: dict[str, Any],
    source: dict[str, Any],
    status: str = "normal",
) -> dict[str, Any]:
    sandbox = call.sandbox
    room = sandbox.open_room(call.shop, buyer.id)
    said = sandbox.new_message(
        room, "shop", kind, content, source="openapi", status=status, source_content=source
    )
    for later in rules.LATER:
        if after_s := rules.seconds_until(sandbox, buyer, later):
            said.status_later, said.status_later_ns = later, said.at_ns + int(after_s * NS)
    sandbox.say(room, said)
    return _echo(said, room.id, buyer.id)


def _echo(said: Message, room_id: int, buyer_id: int) -> dict[str, Any]:
    """The stored message; conversation_id is a bare number here, and only here."""
    echo = {
        "message_id": str(said.id),
        "to_id": buyer_id,
        "message_type": said.kind,
        "content": said.content,
        "conversation_id": room_id,
        "created_timestamp": said.at_s,
        "message_option": 0,
        "region": "ID",
    }
    return echo | ({"source_content": said.source_content} if said.source_content else {})


def _text(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    text = _string(content, "text")
    rules.check_text(call.sandbox, call.sandbox.world.room_between(call.shop, buyer.id), buyer, text)
    return {"text": text}


def _image(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    """Only an address that upload_image gave."""
    url = _string(content, "image_url")
    name = url.partition("/shopee/file/")[2]
    found = call.sandbox.files.read(name) if name else None
    if found is None:
        raise ShopeeError("param_error", "Invalid image_url.")
    width, height = picture_size(found[0])
    return {"url": url, "thumb_url": url, "thumb_width": width, "thumb_height": height, "file_server_id": 0}


def _sticker(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    return {key: _string(content, key) for key in ("sticker_package_id", "sticker_id")}


def _item(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    item_id = content.get("item_id")
    if item_id not in call.sandbox.world.catalogue.products_of(call.shop):
        raise ShopeeError("param_error", "Invalid item_id.")
    return {"item_id": item_id, "shop_id": call.shop.id}


def _order(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    order_sn = _string(content, "order_sn")
    if order_sn not in _order_sns(call, buyer):
        raise ShopeeError("param_error", "Invalid order_sn.")
    return {"order_sn": order_sn, "shop_id": call.shop.id}


def _video(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    seconds = content.get("duration_seconds")
    if not isinstance(seconds, int) or not 1 <= seconds <= 180:
        raise ShopeeError("param_error", "Invalid duration_seconds.")
    shown = {key: content.get(key, 0) for key in ("thumb_width", "thumb_height")}
    words = {key: _string(content, key) for key in ("vid", "video_url", "thumb_url")}
    if words["vid"] not in call.access.videos:
        raise ShopeeError("param_error", "Invalid vid.")
    return words | shown | {"duration_seconds": seconds}


def _string(content: dict[str, Any], key: str) -> str:
    value = content.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ShopeeError("param_error", f"Invalid {key}.")
    return value


def _order_sns(call: Call, buyer: Buyer) -> set[str]:
    return {order.id for order in call.sandbox.world.catalogue.orders_between(call.shop, buyer.id)}


CONTENT: dict[str, Callable[[Call, Buyer, dict[str, Any]], dict[str, Any]]] = {
    "text": _text,
    "image": _image,
    "sticker": _sticker,
    "item": _item,
    "order": _order,
    "video": _video,
}
