"""Every path of the open API, and the name it is counted and limited under. Versions are part of a path."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, compile_path

from marketplaces.sandbox.endpoint import Handler, endpoint
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tiktok_shop import (
    desk,
    media,
    messages,
    orders,
    products,
    rooms,
    sending,
    shops,
    webhooks,
)
from marketplaces.sandbox.tiktok_shop.access import CHAT, INFO, ORDERS, PRODUCTS
from marketplaces.sandbox.tiktok_shop.errors import TikTokShopError, envelope
from marketplaces.sandbox.tiktok_shop.gate import Handle, admit

SERVICE = "/customer_service"
ROOM = "conversations/{conversation_id}"
ENDPOINTS: tuple[tuple[str, str, str, str, Handle], ...] = (
    # name, method, path, scope, handler
    ("shops", "GET", "/authorization/202309/shops", INFO, shops.authorized_shops),
    ("conversations", "GET", f"{SERVICE}/202309/conversations", CHAT, rooms.get_conversations),
    ("create-conversation", "POST", f"{SERVICE}/202309/conversations", CHAT, rooms.create_conversation),
    ("conversation", "GET", f"{SERVICE}/202601/{ROOM}", CHAT, rooms.get_conversation),
    ("messages", "GET", f"{SERVICE}/202309/{ROOM}/messages", CHAT, messages.get_messages),
    ("send", "POST", f"{SERVICE}/202309/{ROOM}/messages", CHAT, sending.send),
    ("send", "POST", f"{SERVICE}/202606/{ROOM}/messages", CHAT, sending.send_as),
    ("read", "POST", f"{SERVICE}/202309/{ROOM}/messages/read", CHAT, messages.read_messages),
    ("sessions-search", "POST", f"{SERVICE}/202602/sessions/search", CHAT, desk.search_sessions),
    ("end-session", "POST", f"{SERVICE}/202605/{ROOM}/sessions/{{session_id}}/end", CHAT, rooms.end_session),
    ("upload-image", "POST", f"{SERVICE}/202309/images/upload", CHAT, media.upload_image),
    ("agent-settings", "GET", f"{SERVICE}/202309/agents/settings", CHAT, desk.get_settings),
    ("update-agent-settings", "PUT", f"{SERVICE}/202309/agents/settings", CHAT, desk.update_settings),
    ("performance", "GET", f"{SERVICE}/202407/performance", CHAT, desk.performance),
    ("orders-search", "POST", "/order/202309/orders/search", ORDERS, orders.search_orders),
    ("orders", "GET", "/order/202507/orders", ORDERS, orders.get_orders),
    ("orders", "GET", "/order/202309/orders", ORDERS, orders.get_orders),
    ("products-search", "POST", "/product/202502/products/search", PRODUCTS, products.search_products),
    ("product", "GET", "/product/202309/products/{product_id}", PRODUCTS, products.get_product),
    ("webhooks", "GET", "/event/202309/webhooks", INFO, webhooks.list_webhooks),
    ("update-webhook", "PUT", "/event/202309/webhooks", INFO, webhooks.update_webhook),
    ("delete-webhook", "DELETE", "/event/202309/webhooks", INFO, webhooks.delete_webhook),
)
WITHOUT_SHOP = ("shops",)
VERSION = re.compile(r"/\d{6}/")
ANY = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def routes() -> Iterator[BaseRoute]:
    for name, method, path, scope, handle in ENDPOINTS:
        view = endpoint("tiktok_shop", name, _behind_gate(name, scope, handle))
        yield Route(path, view, methods=[method])
    yield Route("/file/{name}", media.public_page)
    yield Route("/video/{name}", media.video_page)
    yield Route("/image/{shop_id:int}/{name}", endpoint("tiktok_shop", "image", media.image_page))
    yield Route("/{path:path}", endpoint("tiktok_shop", "unknown", _unknown), methods=ANY)


def _behind_gate(name: str, scope: str, handle: Handle) -> Handler:
    async def view(sandbox: Sandbox, request: Request) -> Response:
        result = handle(await admit(sandbox, request, name, scope, name not in WITHOUT_SHOP))
        return envelope(0, "Success", await result if inspect.isawaitable(result) else result)

    return view


async def _unknown(sandbox: Sandbox, request: Request) -> Response:
    """Which part of a call is wrong: its method, its version, or the path as a whole."""
    path = "/" + request.path_params["path"]
    if any(regex.fullmatch(path) for _, regex in PATHS):
        raise TikTokShopError(36009010)
    without = VERSION.sub("/000000/", path, count=1)
    if any(regex.fullmatch(without) for regex, _ in PATHS):
        raise TikTokShopError(36009014)
    raise TikTokShopError(36009009)


# Each path without its version, and as it is.
PATHS = tuple(
    (compile_path(VERSION.sub("/000000/", path, count=1))[0], compile_path(path)[0])
    for _, _, path, _, _ in ENDPOINTS
)
