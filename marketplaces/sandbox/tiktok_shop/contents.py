"""What a message holds, as TikTok Shop writes it: a type, and JSON text inside JSON (tiktok_shop.md 4)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.rupiah import rupiah
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tiktok_shop.people import public_url
from marketplaces.sandbox.tiles import tile_name
from marketplaces.sandbox.world import Message, Room

VIDEO_S = 86400  # how long the address of a video is good
Content = Callable[[Sandbox, Room, Message], dict[str, Any]]
TIPS = {"id-ID": "Silakan cek pesan ini di Seller Center.\n"}
TIP = "Please check this message in Seller Center.\n"


def type_of(said: Message) -> str:
    """A kind in capitals is a type already, one that nobody knows yet."""
    if said.kind.isupper():
        return said.kind
    return TYPES[said.kind][0] if said.kind in TYPES else "OTHER"


def content_of(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    if said.kind.isupper():
        return said.content
    return TYPES.get(said.kind, TYPES["other"])[1](sandbox, room, said)


def data_of(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any] | None:
    """The structured facts behind a card; None where a message has none."""
    shop = sandbox.world.shop_of(room)
    if type_of(said) == "PRODUCT_CARD":
        product = sandbox.world.catalogue.products_of(shop).get(said.content.get("item_id", 0))
        return {"product_id": str(product.id), "product_name": product.name} if product else None
    if type_of(said) in ("ORDER_CARD", "LOGISTICS_CARD"):
        order = sandbox.world.catalogue.orders_of(shop).get(said.content.get("order_sn", ""))
        return {"order_id": order.id, "packages": [{"package_id": package_id(order.id)}]} if order else None
    return None


def plaintext_of(sandbox: Sandbox, room: Room, said: Message) -> str:
    """What a person would read; "" where nothing can be made of it."""
    if said.text:
        return said.text
    shop = sandbox.world.shop_of(room)
    product = sandbox.world.catalogue.products_of(shop).get(said.content.get("item_id", 0))
    if product:
        return f"Product card shared:\n- Product ID: {product.id};\n- Product name: {product.name};\n" + (
            f"- Product price: {rupiah(product.price)}."
        )
    order_id = said.content.get("order_sn", "")
    return f"Order card shared:\n- Order ID: {order_id}." if order_id else ""


def package_id(order_id: str) -> str:
    return str(1_152_321_000_000_000_000 + int(order_id) % 10**15)


def coupon_id(shop: Shop) -> str:
    """Every shop has one coupon."""
    return str(7_262_992_004_278_000_000 + shop.id % 10**9)


def image_url(sandbox: Sandbox, shop_id: int, name: str) -> str:
    """Of a picture in a message: it wants a token and a cipher, and has a query already."""
    return sandbox.file_url(f"/tiktok-shop/image/{shop_id}/{name}?from=1320446476")


def video_signature(sandbox: Sandbox, name: str, ends_at: int) -> str:
    key = sandbox.keys.tiktok_shop_app_secret.encode()
    return hmac.new(key, f"{name}-{ends_at}".encode(), hashlib.sha256).hexdigest()[:32]


def _words(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    return {"content": said.text}


def _image(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    """Sizes are texts here, and numbers when sent."""
    url = str(said.content.get("url", ""))
    name = url.removeprefix("/tiktok_shop/file/")
    height, width = (str(said.content.get(f"thumb_{side}", 0)) for side in ("height", "width"))
    return {
        "height": height,
        "url": image_url(sandbox, room.shop_id, name) if name != url else url,
        "width": width,
    }


def _video(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    ends_at = sandbox.clock.now_s() + VIDEO_S
    names = {key: str(said.content.get(f"{key}_url", "")).rpartition("/")[2] for key in ("video", "thumb")}
    urls = {
        key: sandbox.file_url(
            f"/tiktok-shop/video/{name}?x-tos-expires={ends_at}"
            f"&x-tos-signature={video_signature(sandbox, name, ends_at)}"
        )
        for key, name in names.items()
    }
    return {
        "url": urls["video"],
        "cover": urls["thumb"],
        "width": said.content.get("thumb_width", 480),
        "height": said.content.get("thumb_height", 640),
        "duration": f"{said.content.get('duration_seconds', 0)}.004",
        "vid": f"v0{said.id:x}",
        "expire_time": str(ends_at),
        "format": "mp4",
        "size": 400_000,
    }


def _product(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    return {"product_id": str(said.content.get("item_id", ""))}


def _order(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    return {"order_id": str(said.content.get("order_sn", ""))}


def _sticker(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    name = tile_name("tile", str(said.content.get("sticker_id", "")), 45)
    return {"url": public_url(sandbox, name), "width": "320", "height": "320"}


def _coupon(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    return {"coupon_id": coupon_id(sandbox.world.shop_of(room))}


def _logistics(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    order = str(said.content.get("order_sn") or "0")
    return {"order_id": order, "package_id": package_id(order)}


def _return(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    return {
        "order_id": str(said.content.get("order_sn", "")),
        "sku_id": str(said.content.get("sku_id", "")),
    }


TYPES: dict[str, tuple[str, Content]] = {
    "text": ("TEXT", _words),
    "image": ("IMAGE", _image),
    "video": ("VIDEO", _video),
    "item": ("PRODUCT_CARD", _product),
    "order": ("ORDER_CARD", _order),
    "sticker": ("EMOTICONS", _sticker),
    "voucher": ("COUPON_CARD", _coupon),
    "logistics_card": ("LOGISTICS_CARD", _logistics),
    "return_refund_card": ("RETURN_REFUND_CARD", _return),
    "notification": ("NOTIFICATION", _words),
    "allocated_service": ("ALLOCATED_SERVICE", _words),
    "buyer_enter_from_transfer": ("BUYER_ENTER_FROM_TRANSFER", _words),
    "buyer_enter_from_product": ("BUYER_ENTER_FROM_PRODUCT", _product),
    "buyer_enter_from_order": ("BUYER_ENTER_FROM_ORDER", _order),
    "other": ("OTHER", _words),
}
