"""How a message looks on the buyer's phone. First page and live updates are drawn by the same function."""

from __future__ import annotations

import time
from collections.abc import Sequence

from marketplaces.sandbox.catalogue import Order, Shop
from marketplaces.sandbox.html import Html, join, render
from marketplaces.sandbox.rupiah import rupiah
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.world import Message

KINDS = {
    "image": "Foto",
    "item": "Produk",
    "order": "Pesanan",
    "sticker": "Stiker",
    "video": "Video",
    "voucher": "Voucher",
    "buyer_enter_from_product": "Melihat produk",
    "buyer_enter_from_order": "Melihat pesanan",
    "logistics_card": "Pengiriman",
    "livestream_card": "Siaran langsung",
    "return_refund_card": "Pengembalian",
}
PRODUCTS, ORDERS = ("item", "buyer_enter_from_product"), ("order", "buyer_enter_from_order")
STICKER_FACES = {"jempol": "👍", "terima-kasih": "🙏", "hore": "🎉", "sedih": "😢"}
STATUS = {
    "UNPAID": "Belum dibayar", "READY_TO_SHIP": "Perlu dikirim", "PROCESSED": "Diproses",
    "SHIPPED": "Dikirim", "COMPLETED": "Selesai", "CANCELLED": "Dibatalkan", "PENDING": "Ditahan",
    "IN_CANCEL": "Minta batal", "TO_RETURN": "Minta retur", "TO_CONFIRM_RECEIVE": "Sudah sampai",
    "PARTLY_SHIPPED": "Dikirim sebagian",
}  # fmt: skip


def bubbles(sandbox: Sandbox, shop: Shop, messages: Sequence[Message]) -> Html:
    return join(bubble(sandbox, shop, said) for said in messages)


def bubble(sandbox: Sandbox, shop: Shop, said: Message) -> Html:
    side = "mine" if said.is_from_buyer else "system" if said.sent_by == "system" else "theirs"
    return render(
        "bubble.html",
        id=said.id,
        side=side,
        kind=said.kind,
        body=_body(sandbox, shop, said),
        time=time.strftime("%H.%M", time.localtime(said.at_s)),
        day=time.strftime("%d/%m/%Y", time.localtime(said.at_s)),
    )


def line_of(said: Message) -> str:
    """One line for a list."""
    return said.text or f"[{KINDS.get(said.kind, said.kind)}]"


def order_line(order: Order) -> str:
    return f"{STATUS.get(order.status, order.status)} · {rupiah(order.total)}"


def _body(sandbox: Sandbox, shop: Shop, said: Message) -> Html:
    if said.kind in ("image", "image_with_text"):
        url = said.content.get("url") or said.content.get("image_url", "")
        caption = render("bubble_text.html", text=said.text) if said.text else Html("")
        return join([render("bubble_image.html", url=url), caption])
    if said.kind == "video":
        shown = {key: said.content.get(f"{key}_url", "") for key in ("video", "thumb")}
        return render("bubble_video.html", **shown)
    if said.kind == "sticker":
        name = str(said.content.get("sticker_id", ""))
        return render("bubble_sticker.html", face=STICKER_FACES.get(name, "🖼️"), name=name)
    if said.kind in PRODUCTS:
        product = sandbox.world.catalogue.products_of(shop).get(said.content.get("item_id", 0))
        if product:
            picture = f"/{shop.marketplace}/file/{product.picture}"
            return render("bubble_card.html", url=picture, title=product.name, detail=rupiah(product.price))
    if said.kind in ORDERS:
        order = sandbox.world.catalogue.orders_of(shop).get(said.content.get("order_sn", ""))
        if order:
            picture = f"/{shop.marketplace}/file/{order.lines[0].picture}"
            return render(
                "bubble_card.html", url=picture, title=f"Pesanan {order.id}", detail=order_line(order)
            )
    if said.kind == "quotation":
        words = said.content["title"], said.content["price"]
        return render("bubble_card.html", url=said.content["thumbnail"], title=words[0], detail=words[1])
    return render("bubble_text.html", text=line_of(said))
