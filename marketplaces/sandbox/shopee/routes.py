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
    fulfilment,
    marks,
    media,
    orders,
    pages,
    products,
    push_config,
    reference,
    sending,
    shelf,
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
    ("GET", "sellerchat/get_csat_msg_details", "shop", chat.get_csat_msg_details),
    ("GET", "sellerchat/get_offer_toggle_status", "shop", chat.offers),
    ("POST", "sellerchat/set_offer_toggle_status", "shop", chat.offers),
    ("GET", "order/get_order_list", "shop", orders.get_order_list),
    ("GET", "order/get_order_detail", "shop", orders.get_order_detail),
    ("GET", "product/get_item_list", "shop", products.get_item_list),
    ("GET", "product/search_item", "shop", products.search_item),
    ("GET", "product/get_item_base_info", "shop", products.get_item_base_info),
    ("GET", "product/get_model_list", "shop", products.get_model_list),
    ("POST", "product/add_item", "shop", shelf.add_item),
    ("POST", "product/update_item", "shop", shelf.update_item),
    ("POST", "product/delete_item", "shop", shelf.delete_item),
    ("POST", "product/unlist_item", "shop", shelf.unlist_item),
    ("POST", "product/boost_item", "shop", shelf.boost_item),
    ("GET", "product/get_boosted_list", "shop", shelf.get_boosted_list),
    ("POST", "product/update_price", "shop", shelf.update_price),
    ("POST", "product/update_stock", "shop", shelf.update_stock),
    ("POST", "product/init_tier_variation", "shop", shelf.init_tier_variation),
    ("POST", "product/update_tier_variation", "shop", shelf.update_tier_variation),
    ("POST", "product/add_model", "shop", shelf.add_model),
    ("POST", "product/update_model", "shop", shelf.update_model),
    ("POST", "product/delete_model", "shop", shelf.delete_model),
    ("GET", "product/get_category", "shop", reference.get_category),
    ("GET", "product/category_recommend", "shop", reference.category_recommend),
    ("GET", "product/get_attributes", "shop", reference.get_attributes),
    ("GET", "product/get_attribute_tree", "shop", reference.get_attribute_tree),
    ("GET", "product/get_brand_list", "shop", reference.get_brand_list),
    ("GET", "product/get_item_limit", "shop", reference.get_item_limit),
    ("GET", "product/get_dts_limit", "shop", reference.get_dts_limit),
    ("GET", "product/support_size_chart", "shop", reference.support_size_chart),
    ("POST", "product/update_size_chart", "shop", reference.no_size_chart),
    ("POST", "product/update_sip_item_price", "shop", reference.no_sip),
    ("GET", "product/get_item_promotion", "shop", reference.get_item_promotion),
    ("GET", "product/get_item_extra_info", "shop", reference.get_item_extra_info),
    ("GET", "product/get_comment", "shop", reference.get_comment),
    ("POST", "product/reply_comment", "shop", reference.reply_comment),
    ("GET", "logistics/get_channel_list", "shop", reference.get_channel_list),
    ("POST", "media_space/upload_image", "shop", reference.upload_image),
    ("GET", "order/get_shipment_list", "shop", fulfilment.get_shipment_list),
    ("POST", "order/cancel_order", "shop", fulfilment.cancel_order),
    ("POST", "order/handle_buyer_cancellation", "shop", fulfilment.handle_buyer_cancellation),
    ("POST", "order/set_note", "shop", fulfilment.set_note),
    ("POST", "order/split_order", "shop", fulfilment.split_order),
    ("POST", "order/unsplit_order", "shop", fulfilment.unsplit_order),
    ("POST", "order/add_invoice_data", "shop", fulfilment.no_invoice),
    ("POST", "shop/update_profile", "shop", shop.update_profile),
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
    """The path's last name; where two calls share it, the name before as well: `access_token_get`."""
    *_, before, last = path.split("/")
    return f"{before}_{last}" if last == "get" or before == "media_space" else last


def _behind_gate(level: str, name: str, handle: Handle) -> Callable[[Sandbox, Request], Any]:
    async def view(sandbox: Sandbox, request: Request) -> Response:
        result = handle(await admit(sandbox, request, level, name))
        return answer(await result if inspect.isawaitable(result) else result)

    return view


async def _offline(sandbox: Sandbox, request: Request) -> Response:
    raise ShopeeError("error_param", OFFLINE)
