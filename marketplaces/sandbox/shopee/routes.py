"""Every Shopee path, and the gate in front of each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from marketplaces.sandbox.endpoint import endpoint
from marketplaces.sandbox.files import file_page
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.shopee import (
    auth,
    chat,
    marks,
    media,
    orders,
    pages,
    products,
    push_config,
    sending,
    shop,
)
from marketplaces.sandbox.shopee.answers import answer
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.sign import Call, admit

OFFLINE = "Permission denied. This API is currently offline or the request path is incorrect."
Handle = Callable[[Call], Any]

ENDPOINTS: tuple[tuple[str, str, str, Handle], ...] = (
    # method, path below /api/v2/, level of the signature, handler
    ("POST", "auth/token/get", "public", auth.token_get),
    ("POST", "auth/access_token/get", "public", auth.access_token_get),
    ("GET", "public/get_shops_by_partner", "public", auth.get_shops_by_partner),
    ("GET", "public/get_shopee_ip_ranges", "public", auth.get_shopee_ip_ranges),
    ("GET", "shop/get_shop_info", "shop", shop.get_shop_info),
    ("GET", "shop/get_profile", "shop", shop.get_profile),
    ("GET", "sellerchat/get_conversation_list", "shop", chat.get_conversation_list),
    ("GET", "sellerchat/get_one_conversation", "shop", chat.get_one_conversation),
    ("GET", "sellerchat/get_message", "shop", chat.get_message),
    ("GET", "sellerchat/get_unread_conversation_count", "shop", chat.get_unread_conversation_count),
    ("POST", "sellerchat/send_message", "shop", sending.send_message),
    ("POST", "sellerchat/send_autoreply_message", "shop", sending.send_autoreply_message),
    ("POST", "sellerchat/upload_image", "shop", media.upload_image),
    ("POST", "sellerchat/upload_video", "shop", media.upload_video),
    ("GET", "sellerchat/get_video_upload_result", "shop", media.get_video_upload_result),
    ("POST", "sellerchat/read_conversation", "shop", marks.read_conversation),
    ("POST", "sellerchat/unread_conversation", "shop", marks.unread_conversation),
    ("POST", "sellerchat/pin_conversation", "shop", marks.pin_conversation),
    ("POST", "sellerchat/unpin_conversation", "shop", marks.unpin_conversation),
    ("POST", "sellerchat/mute_conversation", "shop", marks.mute_conversation),
    ("POST", "sellerchat/unmute_conversation", "shop", marks.unmute_conversation),
    ("POST", "sellerchat/delete_conversation", "shop", marks.delete_conversation),
    ("POST", "sellerchat/delete_message", "shop", marks.delete_message),
    ("GET", "order/get_order_list", "shop", orders.get_order_list),
    ("GET", "order/get_order_detail", "shop", orders.get_order_detail),
    ("GET", "product/get_item_list", "shop", products.get_item_list),
    ("GET", "product/search_item", "shop", products.search_item),
    ("GET", "product/get_item_base_info", "shop", products.get_item_base_info),
    ("GET", "product/get_model_list", "shop", products.get_model_list),
    ("POST", "push/set_app_push_config", "public", push_config.set_app_push_config),
    ("GET", "push/get_app_push_config", "public", push_config.get_app_push_config),
    ("GET", "push/get_lost_push_message", "public", push_config.get_lost_push_message),
    ("POST", "push/confirm_consumed_lost_push_message", "public", push_config.confirm_consumed),
)  # fmt: skip


def routes() -> Iterator[BaseRoute]:
    for method, path, level, handle in ENDPOINTS:
        name = endpoint_name(path)
        view = endpoint("shopee", name, _behind_gate(level, name, handle))
        yield Route(f"/api/v2/{path}", view, methods=[method])
    yield from pages.routes()
    yield Route("/file/{name}", file_page)
    yield Route("/api/{path:path}", endpoint("shopee", "unknown", _offline), methods=["GET", "POST"])


def endpoint_name(path: str) -> str:
    """The path's last name; of the two token calls `token_get` and `access_token_get`."""
    *_, before, last = path.split("/")
    return f"{before}_{last}" if last == "get" else last


def _behind_gate(level: str, name: str, handle: Handle) -> Callable[[Sandbox, Request], Any]:
    async def view(sandbox: Sandbox, request: Request) -> Response:
        result = handle(await admit(sandbox, request, level, name))
        return answer(await result if inspect.isawaitable(result) else result)

    return view


async def _offline(sandbox: Sandbox, request: Request) -> Response:
    raise ShopeeError("error_param", OFFLINE)
