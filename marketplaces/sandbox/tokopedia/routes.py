"""Every path of the Tokopedia API, and the name it is counted and limited under."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.routing import BaseRoute, Route

from marketplaces.sandbox.endpoint import endpoint
from marketplaces.sandbox.files import file_page
from marketplaces.sandbox.tokopedia import chat, orders, products, shops, webhooks
from marketplaces.sandbox.tokopedia.errors import HeaderError
from marketplaces.sandbox.tokopedia.gate import Call, Handle, behind_gate

ENDPOINTS: tuple[tuple[str, str, str, Handle], ...] = (
    # name, method, path, handler
    ("shop-info", "GET", "/v1/shop/fs/{fs_id}/shop-info", shops.shop_info),
    ("whitelist", "GET", "/v1/fs/{fs_id}/whitelist", shops.whitelist),
    ("messages", "GET", "/v1/chat/fs/{fs_id}/messages", chat.list_messages),
    ("replies", "GET", "/v1/chat/fs/{fs_id}/messages/{msg_id}/replies", chat.list_replies),
    ("reply", "POST", "/v1/chat/fs/{fs_id}/messages/{msg_id}/reply", chat.reply),
    ("initiate", "GET", "/v1/chat/fs/{fs_id}/initiate", chat.initiate),
    ("register", "POST", "/v1/fs/{fs_id}/register", webhooks.register),
    ("trigger", "POST", "/v1/fs/{fs_id}/trigger", webhooks.trigger),
    ("order-webhook", "GET", "/v1/order/{order_id}/fs/{fs_id}/webhook", webhooks.trigger),
    ("webhooks", "GET", "/v1/fs/{fs_id}", webhooks.list_webhooks),
    ("order-list", "GET", "/v2/order/list", orders.order_list),
    ("order", "GET", "/v2/fs/{fs_id}/order", orders.single_order),
    ("product-info", "GET", "/inventory/v1/fs/{fs_id}/product/info", products.product_info),
)


def routes() -> Iterator[BaseRoute]:
    for name, method, path, handle in ENDPOINTS:
        yield Route(path, endpoint("tokopedia", name, behind_gate(name, handle)), methods=[method])
    yield Route("/file/{name}", file_page)
    yield Route("/{path:path}", endpoint("tokopedia", "unknown", behind_gate("unknown", _unknown)))


def _unknown(call: Call) -> None:
    raise HeaderError(404, "Not Found", 0, "Not Found")
