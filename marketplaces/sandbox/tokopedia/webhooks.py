"""Registering the app's addresses (tokopedia.md A4). An address left out is replaced by an empty one."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.tokopedia import pushes
from marketplaces.sandbox.tokopedia.errors import MALFORMED, HeaderError, StatusError
from marketplaces.sandbox.tokopedia.gate import Call, ok

ADDRESSES = (
    "order_notification_url", "order_cancellation_url", "order_status_url", "order_request_cancellation_url",
    "chat_notification_url", "product_creation_url", "product_changes_url", "campaign_notification_url",
)  # fmt: skip


def register(call: Call) -> dict[str, Any]:
    if call.body.get("fs_id") != call.sandbox.keys.tokopedia_fs_id:
        raise StatusError("400 Bad Request", "Invalid FS ID Format")
    config = call.sandbox.world.state.push("tokopedia")
    config.extra = {name: str(call.body.get(name) or "") for name in ADDRESSES}
    config.extra["webhook_secret"] = str(call.body.get("webhook_secret") or "")
    call.sandbox.state_changed()
    return ok("success")


def list_webhooks(call: Call) -> dict[str, Any]:
    extra = call.sandbox.world.state.push("tokopedia").extra
    data = {"fs_id": call.sandbox.keys.tokopedia_fs_id, **{name: extra.get(name, "") for name in ADDRESSES}}
    data["chat_notification_url"] = pushes.callback_url(call.sandbox)
    return ok(data | {"webhook_secret": pushes.secret(call.sandbox)})


def trigger(call: Call) -> dict[str, Any]:
    """Send an order push again; there is nothing of the kind for chat."""
    order_id = str(call.body.get("order_id") or call.request.path_params.get("order_id", ""))
    for shop in call.sandbox.world.catalogue.shops.values():
        order = call.sandbox.world.catalogue.orders_of(shop).get(order_id)
        if shop.marketplace == "tokopedia" and order:
            pushes.announce_order(call.sandbox, call.shop(shop.id), order)
            return ok("success")
    raise HeaderError(404, "Data Not Found", "ORD_API_008", MALFORMED)
