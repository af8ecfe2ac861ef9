"""What a seller does with orders elsewhere (not in shopee.md; names from Shopee's public API list)."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.catalogue import Order
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.sign import Call

CANCELLABLE = ("UNPAID", "READY_TO_SHIP", "PROCESSED")


def get_shipment_list(call: Call) -> dict[str, Any]:
    size, first = call.integer("page_size"), call.integer("cursor", 0)
    orders = call.sandbox.world.catalogue.orders_of(call.shop).values()
    waiting = [order.id for order in orders if order.status == "READY_TO_SHIP"]
    more = len(waiting) > first + size
    return {
        "order_list": [
            {"order_sn": sn, "package_number": f"OFG{sn}"} for sn in waiting[first : first + size]
        ],
        "more": more,
        "next_cursor": str(first + size) if more else "",
    }


def cancel_order(call: Call) -> dict[str, Any]:
    order = _order(call)
    if order.status not in CANCELLABLE or not call.body.get("cancel_reason"):
        raise ShopeeError("order.error_cancel", "The order can not be cancelled.")
    return _becomes(call, order, "CANCELLED")


def handle_buyer_cancellation(call: Call) -> dict[str, Any]:
    order, operation = _order(call), call.body.get("operation")
    if order.status != "IN_CANCEL" or operation not in ("ACCEPT", "REJECT"):
        raise ShopeeError("order.error_cancel", "The buyer has not asked to cancel this order.")
    return _becomes(call, order, "CANCELLED" if operation == "ACCEPT" else "READY_TO_SHIP")


def set_note(call: Call) -> dict[str, Any]:
    order = _order(call)
    order.note = str(call.body.get("note", ""))
    call.sandbox.catalogue_changed()
    return {}


def split_order(call: Call) -> dict[str, Any]:
    """Two packages at least; which is which is not kept."""
    order, wanted = _order(call), call.body.get("package_list")
    if not isinstance(wanted, list) or len(wanted) < 2 or order.status != "READY_TO_SHIP":
        raise ShopeeError("order.error_split", "The order can not be split.")
    packages = [
        {"package_number": f"OFG{order.id}{place}", "item_list": package.get("item_list", [])}
        for place, package in enumerate(wanted)
    ]
    return {"order_sn": order.id, "package_list": packages}


def unsplit_order(call: Call) -> dict[str, Any]:
    _order(call)
    return {}


def no_invoice(call: Call) -> dict[str, Any]:
    _order(call)
    raise ShopeeError("order.error_invoice", "Invoice data is needed in Brazil only.")


def _becomes(call: Call, order: Order, status: str) -> dict[str, Any]:
    order.status, order.updated_at = status, call.sandbox.clock.now_s()
    call.sandbox.order_changed(call.shop, order)
    return {"update_time": order.updated_at}


def _order(call: Call) -> Order:
    order = call.sandbox.world.catalogue.orders_of(call.shop).get(str(call.body.get("order_sn", "")))
    if order is None:
        raise ShopeeError("error_not_found", "Wrong parameters, detail: the order is not found.")
    return order
