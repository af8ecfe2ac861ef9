"""Products (shopee.md 7)."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.catalogue import Product
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.rows import picture_url
from marketplaces.sandbox.shopee.sign import Call

STATUSES = ("NORMAL", "BANNED", "UNLIST", "REVIEWING", "SELLER_DELETE", "SHOPEE_DELETE")


def get_item_list(call: Call) -> dict[str, Any]:
    offset, size = call.integer("offset"), call.integer("page_size")
    statuses = call.query.getlist("item_status")
    if not 1 <= size <= 100 or offset < 0 or not statuses or any(s not in STATUSES for s in statuses):
        raise ShopeeError(
            "error_param", "Wrong parameters, detail: invalid offset, page_size or item_status."
        )
    since, until = call.integer("update_time_from", 0), call.integer("update_time_to", 2**40)
    found = [p for p in _products(call) if p.status in statuses and since <= p.updated_at <= until]
    more = len(found) > offset + size
    return {
        "item": [
            {"item_id": p.id, "item_status": p.status, "update_time": p.updated_at, "tag": {"kit": False}}
            for p in found[offset : offset + size]
        ],
        "total_count": len(found),
        "has_next_page": more,
        "next_offset": offset + size if more else 0,
    }


def search_item(call: Call) -> dict[str, Any]:
    size, name = call.integer("page_size"), call.query.get("item_name", "").lower()
    sku = call.query.get("item_sku", "").lower()
    if not 1 <= size <= 100 or not (name or sku or call.query.get("attribute_status")):
        raise ShopeeError("error_param", "Wrong parameters, detail: item_name or attribute_status is needed.")
    first = call.integer("offset", 0)
    statuses = call.query.getlist("item_status") or STATUSES
    found = [
        p.id
        for p in _products(call)
        if name in p.name.lower() and sku in p.sku.lower() and p.status in statuses
    ]
    more = len(found) > first + size
    return {
        "item_id_list": found[first : first + size],
        "total_count": len(found),
        "next_offset": str(first + size) if more else "",
    }


def get_item_base_info(call: Call) -> dict[str, Any]:
    """Unknown ids are left out."""
    products = call.sandbox.world.catalogue.products_of(call.shop)
    wanted = call.integers("item_id_list", most=50)
    return {"item_list": [_base_info(call, products[i]) for i in wanted if i in products]}


def get_model_list(call: Call) -> dict[str, Any]:
    product = call.sandbox.world.catalogue.products_of(call.shop).get(call.integer("item_id"))
    if product is None:
        raise ShopeeError("product.error_not_found", "Product is not found.")
    return get_model_list_of(product)


def get_model_list_of(product: Product) -> dict[str, Any]:
    options = [{"option": model.name} for model in product.models]
    return {
        "tier_variation": [{"name": "Pilihan", "option_list": options}] if options else [],
        "model": [
            {
                "model_id": model.id,
                "model_name": model.name,
                "tier_index": [place],
                "model_sku": f"{product.sku}-{place + 1}",
                "price_info": [_price(model.price)],
                "stock_info_v2": _stock(model.stock),
            }
            for place, model in enumerate(product.models)
        ],
    }


def _products(call: Call) -> list[Product]:
    return sorted(call.sandbox.world.catalogue.products_of(call.shop).values(), key=lambda p: p.id)


def _base_info(call: Call, product: Product) -> dict[str, Any]:
    info = {
        "item_id": product.id,
        "category_id": 100002,
        "item_name": product.name,
        "description": "",
        "description_type": "extended",
        "item_sku": product.sku,
        "create_time": product.created_at,
        "update_time": product.updated_at,
        "image": {
            "image_url_list": [picture_url(call.sandbox, product.picture)],
            "image_id_list": [product.picture.partition(".")[0]],
        },
        "weight": "0.300",
        "condition": "NEW",
        "item_status": product.status,
        "deboost": "FALSE",
        "has_model": bool(product.models),
        "brand": {"brand_id": 0, "original_brand_name": "NoBrand"},
        "stock_info_v2": _stock(product.total_stock),
    }
    if not product.models:  # absent when the price depends on the model
        info["price_info"] = [_price(product.price)]
    return info


def _price(price: int) -> dict[str, Any]:
    return {"currency": "IDR", "original_price": float(price), "current_price": float(price)}


def _stock(stock: int) -> dict[str, Any]:
    return {
        "summary_info": {"total_reserved_stock": 0, "total_available_stock": stock},
        "seller_stock": [{"location_id": "IDZ", "stock": stock}],
    }
