"""What is said from outside the API: by a buyer, in the seller centre, or by the marketplace itself."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.files import picture_kind, picture_size
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tiles import tile_name
from marketplaces.sandbox.world import Message, Room

SPEAKERS = {"buyer": "android", "seller_centre": "new_webchat", "shop": "openapi", "system": "server"}


class Unsayable(ValueError):
    """Why something cannot be said."""


def say(
    sandbox: Sandbox,
    shop: Shop,
    buyer_id: int,
    kind: str,
    *,
    text: str = "",
    item: Any = None,
    order: Any = None,
    picture: bytes | str | None = None,
    content: dict[str, Any] | None = None,
    source_content: dict[str, Any] | None = None,
    sent_by: str = "buyer",
    push: bool = True,
) -> tuple[Room, Message]:
    """Say it and push it.

    `item` and `order` are ids; left out, the first product and the newest order are meant.
    `picture` is the bytes of a PNG, JPEG or GIF, or the address of one; left out, one is drawn.
    `content` replaces all of these, for kinds that are not known here.
    """
    if sent_by not in SPEAKERS:
        raise Unsayable(f"sent_by must be one of {', '.join(SPEAKERS)}")
    kind = "item" if kind == "product" else kind
    source = dict(source_content or {})
    if content is not None:
        pass
    elif kind == "text":
        if not text:
            raise Unsayable("text is missing")
        content = {"text": text}
    elif kind == "item":
        item_id = _item(sandbox, shop, item)
        content = {"shop_id": shop.id, "item_id": item_id}
        source = source or {"item_id": item_id}
    elif kind == "order":
        content = {"shop_id": shop.id, "order_sn": _order(sandbox, shop, buyer_id, order)}
    elif kind == "image":
        content = _image(sandbox, shop, picture)
    elif kind == "sticker":
        content = {"sticker_package_id": "1000", "sticker_id": text or "jempol"}
    elif kind == "video":
        url = f"/{shop.marketplace}/file/{tile_name('foto', 'Video', 210)}"
        content = {
            "video_url": url,
            "thumb_url": url,
            "thumb_width": 480,
            "thumb_height": 640,
            "duration_seconds": 15,
        }
    else:
        content = {"text": text} if text else {}
    room = sandbox.open_room(shop, buyer_id)
    said = sandbox.new_message(room, sent_by, kind, content, source=SPEAKERS[sent_by], source_content=source)
    if sent_by == "buyer":
        room.read_by_buyer = said.id
    return room, sandbox.say(room, said, push)


def _item(sandbox: Sandbox, shop: Shop, item: Any) -> int:
    products = sandbox.world.catalogue.products_of(shop)
    if item in (None, ""):
        return next(iter(products))
    if not str(item).isdigit() or int(item) not in products:
        raise Unsayable("no such item in this shop")
    return int(item)


def _order(sandbox: Sandbox, shop: Shop, buyer_id: int, order: Any) -> str:
    orders = [found.id for found in sandbox.world.catalogue.orders_between(shop, buyer_id)]
    if not orders or (order not in (None, "") and str(order) not in orders):
        raise Unsayable("this buyer has no such order in this shop")
    return orders[0] if order in (None, "") else str(order)


def _image(sandbox: Sandbox, shop: Shop, picture: bytes | str | None) -> dict[str, Any]:
    width, height, url = 0, 0, picture
    if picture is None:
        width, height = 480, 640
        url = f"/{shop.marketplace}/file/{tile_name('foto', 'Foto', sandbox.clock.now_s())}"
    elif isinstance(picture, bytes):
        ending = picture_kind(picture)
        if not ending:
            raise Unsayable("the picture must be a PNG, JPEG or GIF")
        width, height = picture_size(picture)
        url = f"/{shop.marketplace}/file/{sandbox.files.keep(picture, ending)}"
    return {"url": url, "thumb_url": url, "thumb_width": width, "thumb_height": height, "file_server_id": 0}
