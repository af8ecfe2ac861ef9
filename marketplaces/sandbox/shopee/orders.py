"""Orders (shopee.md 6). There is no query by buyer."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.catalogue import Order
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.rows import picture_url
from marketplaces.sandbox.shopee.sign import Call

LONGEST_RANGE_S = 15 * 86400
LISTED = (
    "UNPAID", "READY_TO_SHIP", "PROCESSED", "SHIPPED", "COMPLETED", "IN_CANCEL", "CANCELLED", "INVOICE_PENDING",
    "TO_RETURN",
)  # fmt: skip
ALWAYS = (
    "order_sn", "region", "currency", "cod", "order_status", "message_to_seller", "create_time",
    "update_time",
    "days_to_ship", "ship_by_date", "reverse_shipping_fee",
)  # fmt: skip


def get_order_list(call: Call) -> dict[str, Any]:
    field = call.query.get("time_range_field", "")
    since, until, size = call.integer("time_from"), call.integer("time_to"), call.integer("page_size")
    if field not in ("create_time", "update_time") or not 1 <= size <= 100:
        raise ShopeeError("error_param", "Wrong parameters, detail: invalid time_range_field or page_size.")
    if until < since or until - since > LONGEST_RANGE_S:
        raise ShopeeError(
            "order.order_list_invalid_time", "Start time must be earlier than end time and diff in 15days."
        )
    status, first = call.query.get("order_status", ""), call.integer("cursor", 0)
    if status and status not in LISTED:
        raise ShopeeError("error_param", "Wrong parameters, detail: invalid order_status.")
    with_pending = call.query.get("request_order_status_pending", "").lower() == "true"
    with_status = "order_status" in call.query.get("response_optional_fields", "")
    found = [
        order
        for order in call.sandbox.world.catalogue.orders_of(call.shop).values()
        if since <= (order.created_at if field == "create_time" else order.updated_at) <= until
        and status in ("", order.status)
        and (with_pending or order.status != "PENDING")
    ]
    found.sort(key=lambda order: order.created_at, reverse=True)
    more = len(found) > first + size
    return {
        "more": more,
        "next_cursor": str(first + size) if more else "",
        "order_list": [
            {"order_sn": order.id} | ({"order_status": order.status} if with_status else {})
            for order in found[first : first + size]
        ],
    }


def get_order_detail(call: Call) -> dict[str, Any]:
    numbers = [sn.strip() for sn in call.query.get("order_sn_list", "").split(",") if sn.strip()]
    if not 1 <= len(numbers) <= 50:
        raise ShopeeError("error_param", "Wrong parameters, detail: order_sn_list must have 1 to 50 entries.")
    orders = call.sandbox.world.catalogue.orders_of(call.shop)
    if unknown := [sn for sn in numbers if sn not in orders]:
        raise ShopeeError(
            "error_not_found", f"Wrong parameters, detail: the order is not found: {unknown[0]}."
        )
    asked = {name.strip() for name in call.query.get("response_optional_fields", "").split(",")}
    details = [_detail(call, orders[sn]) for sn in numbers]
    shown = [{key: d[key] for key in d if key in ALWAYS or key in asked} for d in details]
    return {"order_list": shown}


def _detail(call: Call, order: Order) -> dict[str, Any]:
    buyer = call.sandbox.world.catalogue.buyers["shopee", order.buyer_id]
    is_paid = order.status not in ("UNPAID", "PENDING", "CANCELLED")
    items = [
        {
            "item_id": line.product_id,
            "item_name": line.name,
            "item_sku": "",
            "model_id": line.model_id,
            "model_name": line.model_name,
            "model_sku": "",
            "model_quantity_purchased": line.quantity,
            "model_original_price": float(line.price),
            "model_discounted_price": float(line.price),
            "wholesale": False,
            "weight": 0.3,
            "add_on_deal": False,
            "promotion_type": "",
            "promotion_id": 0,
            "order_item_id": line.product_id,
            "image_info": {"image_url": picture_url(call.sandbox, line.picture)},
        }
        for line in order.lines
    ]
    return {
        "order_sn": order.id,
        "region": "ID",
        "currency": "IDR",
        "cod": False,
        "order_status": order.status,
        "message_to_seller": "",
        "create_time": order.created_at,
        "update_time": order.updated_at,
        "days_to_ship": 2,
        "ship_by_date": order.created_at + 2 * 86400,
        "reverse_shipping_fee": 0,
        "buyer_user_id": order.buyer_id,
        "buyer_username": buyer.username,
        "total_amount": float(order.total) if is_paid else 0,
        "estimated_shipping_fee": float(order.shipping),
        "actual_shipping_fee_confirmed": False,
        "item_list": items,
        "pay_time": order.created_at + 600 if is_paid else None,
        "payment_method": "ShopeePay",
        "shipping_carrier": order.carrier,
        "note": order.note,
        "note_update_time": 0,
        "dropshipper": None,
        "dropshipper_phone": None,
        "invoice_data": None,
        "buyer_cpf_id": None,
        "split_up": False,
        "cancel_by": "buyer" if order.status == "CANCELLED" else "",
        "cancel_reason": "",
        "buyer_cancel_reason": "",
        "fulfillment_flag": "fulfilled_by_local_seller",
        "goods_to_declare": False,
        "pickup_done_time": 0,
        "recipient_address": {
            "name": buyer.name[0] + "******",
            "phone": "******34",
            "town": "",
            "district": "",
            "city": "KOTA BANDUNG",
            "state": "JAWA BARAT",
            "region": "ID",
            "zipcode": "",
            "full_address": "Jl******",
        },
        "package_list": [
            {
                "package_number": f"OFG{order.id}",
                "logistics_status": "LOGISTICS_READY",
                "shipping_carrier": order.carrier,
                "item_list": [
                    {"item_id": line.product_id, "model_id": line.model_id, "model_quantity": line.quantity}
                    for line in order.lines
                ],
            }
        ],
    }
