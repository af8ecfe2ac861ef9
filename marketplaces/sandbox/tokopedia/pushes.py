"""What Tokopedia pushes (tokopedia.md A4): a buyer's new message without id or time, and order changes."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from marketplaces.sandbox.catalogue import Order, Shop
from marketplaces.sandbox.push import Policy, Push
from marketplaces.sandbox.rupiah import rupiah
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tokopedia.chat import preview, words
from marketplaces.sandbox.tokopedia.orders import STATUS
from marketplaces.sandbox.tokopedia.products import page_url
from marketplaces.sandbox.world import Message, Room

# Neither the wanted answer nor the retries are documented.
POLICY = Policy(timeout_s=5, retry_after_s=(1, 5))
ATTACHMENT = {"image": 2, "item": 3}
OTHER_ATTACHMENT = 9  # shown by live connectors as a sticker, `message` being its name


def sign(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def secret(sandbox: Sandbox) -> str:
    return str(
        sandbox.world.state.push("tokopedia").extra.get("webhook_secret")
        or sandbox.keys.tokopedia_webhook_secret
    )


def callback_url(sandbox: Sandbox, name: str = "chat_notification_url") -> str:
    """Where pushes of this kind go: as registered, or the default before any registration."""
    config = sandbox.world.state.push("tokopedia")
    default = config.url or f"{sandbox.keys.public_url}/webhooks/tokopedia/"
    return str(config.extra.get(name, default))


def announce(sandbox: Sandbox, room: Room, said: Message) -> None:
    if not said.is_from_buyer:
        return
    buyer = sandbox.world.buyer_of(room)
    body: dict[str, Any] = {
        "msg_id": room.id,
        "buyer_id": buyer.id,
        "message": words(said) or ("" if said.kind in ATTACHMENT else preview(said)),
        "thumbnail": sandbox.file_url(f"/tokopedia/file/{buyer.picture}") if buyer.picture else "",
        "full_name": buyer.name,
        "shop_id": room.shop_id,
    }
    if said.kind != "text":
        body["payload"] = _payload(sandbox, room, said)
    send(sandbox, callback_url(sandbox), body)


def announce_order(sandbox: Sandbox, shop: Shop, order: Order) -> None:
    """Order status has no buyer in it."""
    body = {
        "fs_id": sandbox.keys.tokopedia_fs_id,
        "order_status": STATUS[order.status],
        "order_id": int(order.id),
        "shop_id": shop.id,
        "warehouse_id": 0,
        "product_details": [
            {"product_id": line.product_id, "quantity": line.quantity} for line in order.lines
        ],
    }
    send(sandbox, callback_url(sandbox, "order_status_url"), body)


def send(sandbox: Sandbox, url: str, envelope: dict[str, Any]) -> None:
    body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
    signature = ("Authorization-Hmac", sign(secret(sandbox), body))
    sandbox.pusher.send(Push("tokopedia", envelope["shop_id"], url, body, signature, POLICY))


def _payload(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    shop = sandbox.world.shop_of(room)
    product = sandbox.world.catalogue.products_of(shop).get(said.content.get("item_id", 0))
    shown: dict[str, Any] = {"product_id": 0, "name": "", "price": "", "image_url": "", "product_url": ""}
    if said.kind == "item" and product:
        shown = {
            "product_id": product.id,
            "name": product.name,
            "price": rupiah(product.price),
            "image_url": sandbox.file_url(f"/tokopedia/file/{product.picture}"),
            "product_url": page_url(shop, product),
        }
    image = sandbox.file_url(said.content.get("url", "")) if said.kind == "image" else ""
    kind = ATTACHMENT.get(said.kind, OTHER_ATTACHMENT)
    return {"attachment_type": kind, "image": {"image_url": image}, "product": shown}
