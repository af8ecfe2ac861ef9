"""What a message of each kind holds, in Shopee's words (shopee.md 4.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.files import SAMPLE_VIDEO, picture_kind, picture_size
from marketplaces.sandbox.tiles import tile_name

if TYPE_CHECKING:
    from marketplaces.sandbox.sandbox import Sandbox

SYSTEM_CARDS = (
    "order_notification", "delivery_notification", "logistics_card", "return_refund_card",
    "unrated_order_reminder", "out_of_stock_reminder_card", "notification",
)  # fmt: skip
# TikTok Shop's notes: who came in from where (tiktok_shop.md 4).
NOTES = (
    "allocated_service", "buyer_enter_from_transfer", "buyer_enter_from_product", "buyer_enter_from_order",
)  # fmt: skip
SECONDS_OF_SAMPLE = 3
STICKERS = ("jempol", "terima-kasih", "hore", "sedih")


class Unsayable(ValueError):
    """Why something cannot be said."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to say, as it was asked for."""

    sandbox: Sandbox
    shop: Shop
    buyer_id: int
    text: str = ""
    item: Any = None
    order: Any = None
    picture: bytes | str | None = None


def content_of(kind: str, wish: Wish) -> dict[str, Any]:
    """Raises Unsayable. A kind that is not known here holds its text, if there is one."""
    build = CONTENT.get(kind)
    if build:
        return build(wish)
    return {"text": wish.text} if wish.text else {}


def speaker_of(kind: str) -> str:
    """Who says it when nobody is named."""
    return "system" if kind in SYSTEM_CARDS + NOTES else "buyer"


def _text(wish: Wish) -> dict[str, Any]:
    if not wish.text:
        raise Unsayable("text is missing")
    return {"text": wish.text}


def _item(wish: Wish) -> dict[str, Any]:
    """The first product on sale, unless one is named."""
    catalogue = wish.sandbox.world.catalogue
    if wish.item in (None, ""):
        return {"shop_id": wish.shop.id, "item_id": catalogue.on_sale(wish.shop)[0].id}
    if not str(wish.item).isdigit() or int(wish.item) not in catalogue.products_of(wish.shop):
        raise Unsayable("no such item in this shop")
    return {"shop_id": wish.shop.id, "item_id": int(wish.item)}


def _order(wish: Wish) -> dict[str, Any]:
    """The buyer's newest order, unless one is named."""
    orders = _order_ids(wish)
    if not orders or (wish.order not in (None, "") and str(wish.order) not in orders):
        raise Unsayable("this buyer has no such order in this shop")
    order_sn = orders[0] if wish.order in (None, "") else str(wish.order)
    return {"shop_id": wish.shop.id, "order_sn": order_sn}


def _image(wish: Wish) -> dict[str, Any]:
    width, height, url = _picture(wish)
    return {"url": url, "thumb_url": url, "thumb_width": width, "thumb_height": height, "file_server_id": 0}


def _image_with_text(wish: Wish) -> dict[str, Any]:
    width, height, url = _picture(wish)
    sizes = {"thumb_width": width, "thumb_height": height}
    return {"text": wish.text or "Seperti ini kak", "image_url": url, "thumb_url": url} | sizes


def _sticker(wish: Wish) -> dict[str, Any]:
    return {"sticker_package_id": "1000", "sticker_id": wish.text or STICKERS[0]}


def _video(wish: Wish) -> dict[str, Any]:
    files = f"/{wish.shop.marketplace}/file"
    return {
        "video_url": f"{files}/{SAMPLE_VIDEO}",
        "thumb_url": f"{files}/{tile_name('foto', 'Video', 210)}",
        "thumb_width": 480,
        "thumb_height": 640,
        "duration_seconds": SECONDS_OF_SAMPLE,
    }


def _voucher(wish: Wish) -> dict[str, Any]:
    """Made up: nobody has shown what Shopee's looks like."""
    return {"shop_id": wish.shop.id, "voucher_id": 813_220_057, "voucher_code": wish.text or "HEMAT10"}


def _faq_liveagent(wish: Wish) -> dict[str, Any]:
    return {"text": wish.text or "Chat dengan penjual", "pass_through_data": '{"from":"faq"}'}


def _system_card(wish: Wish) -> dict[str, Any]:
    """About the buyer's newest order, when there is one."""
    orders = [str(wish.order)] if wish.order else _order_ids(wish)
    about = {"shop_id": wish.shop.id, "order_sn": orders[0]} if orders else {}
    return about | ({"text": wish.text} if wish.text else {})


def _order_ids(wish: Wish) -> list[str]:
    found = wish.sandbox.world.catalogue.orders_between(wish.shop, wish.buyer_id)
    return [order.id for order in found]


def _picture(wish: Wish) -> tuple[int, int, str]:
    """Width, height and address of the picture; one is drawn when none is given."""
    files = f"/{wish.shop.marketplace}/file"
    if isinstance(wish.picture, str):
        return 0, 0, wish.picture
    if wish.picture is None:
        return 480, 640, f"{files}/{tile_name('foto', 'Foto', wish.sandbox.clock.now_s())}"
    ending = picture_kind(wish.picture)
    if not ending:
        raise Unsayable("the picture must be a PNG, JPEG or GIF")
    return *picture_size(wish.picture), f"{files}/{wish.sandbox.files.keep(wish.picture, ending)}"


CONTENT: dict[str, Callable[[Wish], dict[str, Any]]] = {
    "text": _text,
    "item": _item,
    "order": _order,
    "image": _image,
    "image_with_text": _image_with_text,
    "sticker": _sticker,
    "video": _video,
    "voucher": _voucher,
    "faq_liveagent": _faq_liveagent,
    "allocated_service": _text,
    "buyer_enter_from_transfer": _text,
    "buyer_enter_from_product": _item,
    "buyer_enter_from_order": _order,
    **dict.fromkeys(SYSTEM_CARDS, _system_card),
}
