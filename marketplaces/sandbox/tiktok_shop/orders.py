"""Orders (tiktok_shop.md 7): searched by buyer among others, money as texts, one line for each piece."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.catalogue import Buyer, Order, OrderLine
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tiktok_shop.contents import package_id
from marketplaces.sandbox.tiktok_shop.errors import invalid
from marketplaces.sandbox.tiktok_shop.gate import Call
from marketplaces.sandbox.tiktok_shop.paging import page
from marketplaces.sandbox.tiktok_shop.people import avatar, public_url
from marketplaces.sandbox.tiktok_shop.products import WAREHOUSE, sku_id

MOST_IDS = 50
STATUS = {
    "UNPAID": "UNPAID", "PENDING": "ON_HOLD", "READY_TO_SHIP": "AWAITING_SHIPMENT", "PROCESSED": "AWAITING_COLLECTION",
    "PARTLY_SHIPPED": "PARTIALLY_SHIPPING", "SHIPPED": "IN_TRANSIT", "TO_CONFIRM_RECEIVE": "DELIVERED",
    "COMPLETED": "COMPLETED", "CANCELLED": "CANCELLED", "IN_CANCEL": "AWAITING_SHIPMENT", "TO_RETURN": "DELIVERED",
}  # fmt: skip
UNPAID = ("UNPAID", "CANCELLED")
ON_THE_WAY = ("IN_TRANSIT", "DELIVERED", "COMPLETED")
LAST_MOMENT = 2**40


def search_orders(call: Call) -> dict[str, Any]:
    size = call.page_size(100, default=20)
    field = call.choice("sort_field", "create_time", "update_time")
    is_descending = call.choice("sort_order", "DESC", "ASC") == "DESC"
    found = [
        order for order in call.sandbox.world.catalogue.orders_of(call.shop).values() if _fits(call, order)
    ]

    def key(order: Order) -> tuple[int, int]:
        return order.created_at if field == "create_time" else order.updated_at, int(order.id)

    shown, token = page(found, key, call.query.get("page_token", ""), size, is_descending)
    return {
        "next_page_token": token,
        "orders": [_row(call.sandbox, order) for order in shown],
        "total_count": len(found),
    }


def get_orders(call: Call) -> dict[str, Any]:
    """Up to fifty, as `ids=a,b` or `ids=a&ids=b`; those of nobody are left out."""
    ids = [order_id for value in call.query.getlist("ids") for order_id in value.split(",") if order_id]
    if not 1 <= len(ids) <= MOST_IDS:
        raise invalid("ids")
    orders = call.sandbox.world.catalogue.orders_of(call.shop)
    return {"orders": [_row(call.sandbox, orders[order_id]) for order_id in ids if order_id in orders]}


def status_of(order: Order) -> str:
    return STATUS[order.status]


def sku_of(line: OrderLine) -> str:
    return sku_id(line.product_id, line.model_id)


def _fits(call: Call, order: Order) -> bool:
    body, asks = call.body, order.status == "IN_CANCEL"
    return (
        body.get("order_status") in (None, status_of(order))
        and body.get("buyer_user_id") in (None, str(order.buyer_id))
        and body.get("is_buyer_request_cancel") in (None, asks)
        and call.number("create_time_ge", 0) <= order.created_at < call.number("create_time_lt", LAST_MOMENT)
        and call.number("update_time_ge", 0) <= order.updated_at < call.number("update_time_lt", LAST_MOMENT)
    )


def _row(sandbox: Sandbox, order: Order) -> dict[str, Any]:
    buyer = sandbox.world.catalogue.buyers["tiktok_shop", order.buyer_id]
    status = status_of(order)
    pieces = [line for line in order.lines for _ in range(line.quantity)]
    row: dict[str, Any] = {
        "id": order.id,
        "user_id": str(order.buyer_id),
        "buyer_nickname": buyer.name,
        "buyer_avatar": avatar(sandbox, buyer),
        "buyer_email": f"v2b{order.buyer_id % 10**8}@chat.example.test",
        "buyer_message": "",
        "commerce_platform": buyer.platform or "TIKTOK_SHOP",
        "status": status,
        "create_time": order.created_at,
        "update_time": order.updated_at,
        "line_items": [_line(sandbox, order, line, place) for place, line in enumerate(pieces, start=1)],
        "payment": _payment(order),
        "recipient_address": _address(buyer),
        "packages": [{"id": package_id(order.id)}],
        "fulfillment_type": "FULFILLMENT_BY_SELLER",
        "delivery_type": "HOME_DELIVERY",
        "delivery_option_name": "Standard Shipping",
        "shipping_type": "TIKTOK",
        "shipping_provider": order.carrier,
        "payment_method_name": "Transfer Virtual Account",
        "order_type": "NORMAL",
        "is_buyer_request_cancel": order.status == "IN_CANCEL",
        "is_cod": False,
        "is_on_hold_order": status == "ON_HOLD",
        "is_sample_order": False,
        "is_replacement_order": False,
        "has_updated_recipient_address": False,
        "seller_note": order.note,
        "warehouse_id": WAREHOUSE,
        "tracking_number": tracking_number(order),
    }
    if status not in UNPAID:
        row["paid_time"] = order.created_at + 600
    if status == "CANCELLED":
        row |= {"cancel_reason": "Berubah pikiran", "cancellation_initiator": "BUYER"}
    return row


def tracking_number(order: Order) -> str:
    """Empty before the parcel is on its way."""
    return f"JX{order.id[-10:]}" if status_of(order) in ON_THE_WAY else ""


def _line(sandbox: Sandbox, order: Order, line: OrderLine, place: int) -> dict[str, Any]:
    """One piece; there is no quantity."""
    return {
        "id": str(int(order.id) + place * 10**12),
        "product_id": str(line.product_id),
        "product_name": line.name,
        "sku_id": sku_of(line),
        "sku_name": line.model_name or "Default",
        "sku_image": public_url(sandbox, line.picture),
        "seller_sku": "",
        "currency": "IDR",
        "sale_price": str(line.price),
        "original_price": str(line.price),
        "platform_discount": "0",
        "seller_discount": "0",
        "display_status": status_of(order),
        "package_id": package_id(order.id),
        "shipping_provider_name": order.carrier,
        "tracking_number": tracking_number(order),
        "is_gift": False,
    }


def _payment(order: Order) -> dict[str, str]:
    goods = order.total - order.shipping
    return {
        "currency": "IDR",
        "sub_total": str(goods),
        "original_total_product_price": str(goods),
        "shipping_fee": str(order.shipping),
        "original_shipping_fee": str(order.shipping),
        "total_amount": str(order.total),
        "platform_discount": "0",
        "seller_discount": "0",
        "tax": "0",
    }


def _address(buyer: Buyer) -> dict[str, Any]:
    """As masked as it comes."""
    levels = ("Country", "Indonesia"), ("Province", "Jawa Barat"), ("City", "Kota Bandung")
    return {
        "name": f"{buyer.name[0]}*** {buyer.name[-1]}**",
        "phone_number": "(+62)812*****89",
        "full_address": "Indonesia, Jawa Barat, Kota Bandung, Jl. M*****",
        "address_detail": "Jl. M*****",
        "postal_code": "40111",
        "region_code": "ID",
        "district_info": [
            {"address_level": f"L{place}", "address_level_name": level, "address_name": name}
            for place, (level, name) in enumerate(levels)
        ],
    }
