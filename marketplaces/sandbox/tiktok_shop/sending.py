"""Sending (tiktok_shop.md 3, 4 and 6). Two versions of one call; the newer one says who speaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from marketplaces.sandbox.catalogue import Buyer, Order
from marketplaces.sandbox.tiktok_shop import contents, people, rules
from marketplaces.sandbox.tiktok_shop.errors import TikTokShopError, invalid
from marketplaces.sandbox.tiktok_shop.gate import Call
from marketplaces.sandbox.tiktok_shop.orders import sku_of
from marketplaces.sandbox.tiktok_shop.products import is_listed

ECHO_FIRST_S, ODD_ECHO_S = 0.1, 0.5  # so much later than the push the answer leaves
CARD, COUPON_CARD = 45101002, 45111017
AFTER_SALE = ("TO_CONFIRM_RECEIVE", "COMPLETED", "TO_RETURN")
SHIPPED = ("PROCESSED", "PARTLY_SHIPPED", "SHIPPED", *AFTER_SALE)


async def send(call: Call) -> dict[str, Any]:
    """As it was first: nothing tells who speaks, so it is the shop."""
    return await _send(call, people.SHOP)


async def send_as(call: Call) -> dict[str, Any]:
    role = call.body.get("sender_role", people.AGENT)
    if role not in (people.AGENT, people.SYSTEM, people.ROBOT):
        raise invalid("sender_role")
    return await _send(call, role)


async def _send(call: Call, role: str) -> dict[str, Any]:
    sandbox, room, type_ = call.sandbox, call.room, call.body.get("type")
    content, buyer = _content(call), sandbox.world.buyer_of(room)
    if not isinstance(type_, str) or type_ not in CONTENT:
        raise invalid("type")
    if not rules.can_send(sandbox, call.shop, buyer):
        raise TikTokShopError(45109001)
    kind, build = CONTENT[type_]
    said = sandbox.new_message(room, "shop", kind, build(call, buyer, content), source="openapi", role=role)
    sandbox.say(room, said)
    await _let_the_echo_pass(call, said.id)
    return {"message_id": str(said.id)}


async def _let_the_echo_pass(call: Call, message_id: int) -> None:
    """For every eighth message the push is there before the answer, in mode "odd" for all."""
    if call.sandbox.world.state.push("tiktok_shop").mode == "odd":
        await asyncio.sleep(ODD_ECHO_S)
    elif message_id % 8 == 0:
        await asyncio.sleep(ECHO_FIRST_S)


def _content(call: Call) -> dict[str, Any]:
    """JSON inside the JSON."""
    try:
        found = json.loads(call.text("content"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise invalid("content")
    return found


def _text(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    text = _string(content, "content")
    if len(text) > rules.LONGEST_TEXT:
        raise invalid("content")
    if rules.is_sensitive(text):
        raise TikTokShopError(45101006)
    return {"text": text}


def _image(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    """Only what this shop uploaded, and its sizes as numbers."""
    sizes = content.get("width"), content.get("height")
    name = _string(content, "url").partition("?")[0].rpartition("/")[2]
    is_ours = content["url"] == contents.image_url(call.sandbox, call.shop.id, name)
    if not is_ours or call.access.uploads.get(name) != call.shop.id:
        raise invalid("content.url")
    if not all(isinstance(size, int) and size > 0 for size in sizes):
        raise invalid("content.width")
    url = f"/tiktok_shop/file/{name}"
    return {"url": url, "thumb_url": url, "thumb_width": sizes[0], "thumb_height": sizes[1]}


def _product(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    """Of this shop, and on sale where the buyer is."""
    product_id = _string(content, "product_id")
    products = call.sandbox.world.catalogue.products_of(call.shop)
    product = products.get(int(product_id)) if product_id.isdigit() else None
    if product is None or not is_listed(product, buyer.platform):
        raise TikTokShopError(CARD)
    return {"shop_id": call.shop.id, "item_id": product.id}


def _order(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    return {"shop_id": call.shop.id, "order_sn": _own_order(call, buyer, content).id}


def _logistics(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    order = _own_order(call, buyer, content)
    package = content.get("package_id", contents.package_id(order.id))
    if order.status not in SHIPPED or package != contents.package_id(order.id):
        raise TikTokShopError(CARD)
    return {"shop_id": call.shop.id, "order_sn": order.id}


def _return(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    order, sku_id = _own_order(call, buyer, content), _string(content, "sku_id")
    if order.status not in AFTER_SALE or sku_id not in [sku_of(line) for line in order.lines]:
        raise TikTokShopError(CARD)
    return {"shop_id": call.shop.id, "order_sn": order.id, "sku_id": sku_id}


def _coupon(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    if _string(content, "coupon_id") != contents.coupon_id(call.shop):
        raise TikTokShopError(COUPON_CARD)
    return {"shop_id": call.shop.id, "voucher_code": "HEMAT10"}


def _video(call: Call, buyer: Buyer, content: dict[str, Any]) -> dict[str, Any]:
    """Nothing can be uploaded here, so there is no `vid` that would be right."""
    _string(content, "vid")
    raise invalid("content.vid")


def _own_order(call: Call, buyer: Buyer, content: dict[str, Any]) -> Order:
    order = call.sandbox.world.catalogue.orders_of(call.shop).get(_string(content, "order_id"))
    if order is None or order.buyer_id != buyer.id:
        raise TikTokShopError(CARD)
    return order


def _string(content: dict[str, Any], key: str) -> str:
    value = content.get(key)
    if not isinstance(value, str) or not value.strip():
        raise invalid(f"content.{key}")
    return value


CONTENT: dict[str, tuple[str, Callable[[Call, Buyer, dict[str, Any]], dict[str, Any]]]] = {
    "TEXT": ("text", _text),
    "IMAGE": ("image", _image),
    "VIDEO": ("video", _video),
    "PRODUCT_CARD": ("item", _product),
    "ORDER_CARD": ("order", _order),
    "RETURN_REFUND_CARD": ("return_refund_card", _return),
    "COUPON_CARD": ("voucher", _coupon),
    "LOGISTICS_CARD": ("logistics_card", _logistics),
}
