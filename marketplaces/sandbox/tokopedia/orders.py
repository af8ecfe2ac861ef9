"""Orders (tokopedia.md A5). There is no query by buyer; a range must stay under three days."""

from __future__ import annotations

import time
from typing import Any

from marketplaces.sandbox.catalogue import Order, OrderLine, Shop
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tokopedia.errors import MALFORMED, HeaderError
from marketplaces.sandbox.tokopedia.gate import Call, processed

LONGEST_RANGE_S = 3 * 86400
STATUS = {
    "UNPAID": 103, "READY_TO_SHIP": 220, "PROCESSED": 400, "SHIPPED": 500, "COMPLETED": 700, "CANCELLED": 15,
}  # fmt: skip


def order_list(call: Call) -> dict[str, Any]:
    shop = call.shop(call.text("shop_id"))
    since, until = call.number("from_date", 0), call.number("to_date", 0)
    page, size = call.number("page", 1), call.number("per_page", 10)
    if not since or not until or until < since or page < 1 or not 1 <= size <= 100:
        raise HeaderError(400, "Invalid date or page", "ORD_DLV_005", MALFORMED)
    if until - since >= LONGEST_RANGE_S:
        raise HeaderError(400, "Date Range must be less than 3 days", "ORD_DLV_013", MALFORMED)
    status = call.number("status", -1)
    found = [
        order
        for order in call.sandbox.world.catalogue.orders_of(shop).values()
        if since <= order.created_at <= until
        and STATUS[order.status] >= 220  # only orders that were paid
        and status in (-1, STATUS[order.status])
    ]
    found.sort(key=lambda order: order.created_at, reverse=True)
    return processed([row(call.sandbox, shop, o) for o in found[(page - 1) * size : page * size]])


def single_order(call: Call) -> dict[str, Any]:
    order_id, number = call.text("order_id"), call.text("invoice_num")
    if not order_id and not number:
        raise HeaderError(400, "order_id or invoice_num is needed", "ORD_DLV_003", MALFORMED)
    if order_id and number:
        raise HeaderError(400, "only one of order_id and invoice_num", "ORD_DLV_004", MALFORMED)
    for shop in call.sandbox.world.catalogue.shops.values():
        if shop.marketplace != "tokopedia":
            continue
        for order in call.sandbox.world.catalogue.orders_of(shop).values():
            if order_id == order.id or (number and number == invoice(order)):
                return processed(alone(call.sandbox, call.shop(shop.id), order))
    raise HeaderError(404, "Data Not Found", "ORD_API_008", MALFORMED)


def invoice(order: Order) -> str:
    return f"INV/{time.strftime('%Y%m%d', time.gmtime(order.created_at))}/MPL/{order.id}"


def row(sandbox: Sandbox, shop: Shop, order: Order) -> dict[str, Any]:
    buyer = sandbox.world.catalogue.buyers["tokopedia", order.buyer_id]
    person = {"name": buyer.name, "phone": "62888888888"}
    address = {
        "address_full": "Jl. Melati No. 8, Kota Bandung, Jawa Barat, 40111",
        "district": "Coblong",
        "city": "Kota Bandung",
        "province": "Jawa Barat",
        "country": "Indonesia",
        "postal_code": "40111",
    }
    goods = order.total - order.shipping
    agency, _, service = order.carrier.partition(" ")
    return {
        "fs_id": str(sandbox.keys.tokopedia_fs_id),
        "order_id": int(order.id),
        "is_cod_mitra": False,
        "accept_partial": False,
        "invoice_ref_num": invoice(order),
        "products": [_line(line) for line in order.lines],
        "buyer": {"id": buyer.id, "email": f"{buyer.username}@example.test"} | person,
        "shop_id": shop.id,
        "payment_id": int(order.id) + 7,
        "recipient": {**person, "address": address},
        "logistics": {"shipping_agency": agency, "service_type": service},
        "amt": {
            "ttl_product_price": goods,
            "shipping_cost": order.shipping,
            "insurance_cost": 0,
            "ttl_amount": order.total,
            "voucher_amount": 0,
            "toppoints_amount": 0,
        },
        "dropshipper_info": {},
        "voucher_info": {"voucher_code": "", "voucher_type": 0},
        "order_status": STATUS[order.status],
        "warehouse_id": 0,
        "create_time": order.created_at,
        "custom_fields": {"awb": ""},
    }


def _line(line: OrderLine) -> dict[str, Any]:
    return {
        "id": line.product_id,
        "name": line.name,
        "quantity": line.quantity,
        "notes": line.model_name,
        "weight": 0.3,
        "total_weight": 0.3 * line.quantity,
        "price": line.price,
        "total_price": line.price * line.quantity,
        "currency": "Rp",
        "sku": str(line.product_id),
        "is_wholesale": False,
    }


def alone(sandbox: Sandbox, shop: Shop, order: Order) -> dict[str, Any]:
    """One order, told in another structure than those of a list."""
    buyer = sandbox.world.catalogue.buyers["tokopedia", order.buyer_id]
    agency, _, service = order.carrier.partition(" ")
    return {
        "order_id": int(order.id),
        "buyer_id": buyer.id,
        "seller_id": shop.id,
        "payment_id": int(order.id) + 7,
        "order_status": STATUS[order.status],
        "invoice_number": invoice(order),
        "open_amt": order.total,
        "item_price": order.total - order.shipping,
        "buyer_info": {
            "buyer_id": buyer.id,
            "buyer_fullname": buyer.name,
            "buyer_email": f"{buyer.username}@example.test",
            "buyer_phone": "62888888888",
        },
        "shop_info": {"shop_owner_id": shop.user_id, "shop_name": shop.name, "shop_id": shop.id},
        "order_info": {
            "order_detail": [_detail(sandbox, line) for line in order.lines],
            "shipping_info": {"logistic_name": agency, "logistic_service": service, "awb": ""},
        },
        "create_time": iso(order.created_at),
        "update_time": iso(order.updated_at),
        "cancel_request_info": None,
        "custom_fields": None,
    }


def iso(at_s: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.061156Z", time.gmtime(at_s))


def _detail(sandbox: Sandbox, line: OrderLine) -> dict[str, Any]:
    return {
        "product_id": line.product_id,
        "product_name": line.name,
        "product_price": line.price,
        "subtotal_price": line.price * line.quantity,
        "quantity": line.quantity,
        "product_picture": sandbox.file_url(f"/tokopedia/file/{line.picture}"),
        "sku": str(line.product_id),
    }
