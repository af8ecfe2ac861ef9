"""Products (tiktok_shop.md 7; field names as the public client reads them). A search tells less than one product:
no pictures, no names of choices, and no `sale_price`."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.catalogue import Model, Product
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tiktok_shop.errors import TikTokShopError, invalid
from marketplaces.sandbox.tiktok_shop.gate import Call
from marketplaces.sandbox.tiktok_shop.paging import page
from marketplaces.sandbox.tiktok_shop.people import public_url

WAREHOUSE = "7068517275539719942"
STATUS = {"NORMAL": "ACTIVATE", "UNLIST": "SELLER_DEACTIVATED"}
STATUSES = (
    "ALL", "DRAFT", "PENDING", "FAILED", "ACTIVATE", "SELLER_DEACTIVATED", "PLATFORM_DEACTIVATED", "FREEZE",
    "DELETED",
)  # fmt: skip
ALONE = 100_000  # the one sku of a product without choices follows its id at this distance
LAST_MOMENT = 2**40


def search_products(call: Call) -> dict[str, Any]:
    size, wanted = call.page_size(100), call.body.get("status", "ALL")
    if wanted not in STATUSES:
        raise invalid("status")
    found = [
        product
        for product in call.sandbox.world.catalogue.products_of(call.shop).values()
        if wanted in ("ALL", STATUS[product.status])
        and call.number("update_time_ge", 0)
        <= product.updated_at
        <= call.number("update_time_le", LAST_MOMENT)
        and call.number("create_time_ge", 0)
        <= product.created_at
        <= call.number("create_time_le", LAST_MOMENT)
    ]
    shown, token = page(found, lambda product: (product.id, 0), call.query.get("page_token", ""), size, False)
    rows = [
        _row(product) | {"sales_regions": ["ID"], "skus": _skus(product, is_whole=False)} for product in shown
    ]
    return {"next_page_token": token, "products": rows, "total_count": len(found)}


def get_product(call: Call) -> dict[str, Any]:
    product = call.sandbox.world.catalogue.products_of(call.shop).get(call.path_id("product_id"))
    if product is None:
        raise TikTokShopError(12019150)
    return _row(product) | {
        "description": f"<p>{product.name}</p>",
        "category_chains": [
            {"id": "600001", "is_leaf": True, "local_name": "Lain-lain", "parent_id": "0"},
        ],
        "main_images": [_image(call.sandbox, product)],
        "package_weight": {"unit": "KILOGRAM", "value": "0.3"},
        "is_cod_allowed": True,
        "minimum_order_quantity": 1,
        "skus": _skus(product, is_whole=True),
    }


def is_listed(product: Product, platform: str) -> bool:
    """A few products are on one of the two platforms only."""
    return platform == "" or platform in _platforms(product)


def sku_id(product_id: int, model_id: int) -> str:
    return str(model_id or product_id + ALONE)


def _platforms(product: Product) -> tuple[str, ...]:
    if product.id % 9 == 4:
        return ("TIKTOK_SHOP",)
    return ("TOKOPEDIA",) if product.id % 9 == 7 else ("TIKTOK_SHOP", "TOKOPEDIA")


def _row(product: Product) -> dict[str, Any]:
    """`status` is absent where the product is on Tokopedia alone, the other list where it is not there."""
    status, on = STATUS[product.status], _platforms(product)
    row: dict[str, Any] = {
        "id": str(product.id),
        "title": product.name,
        "create_time": product.created_at,
        "update_time": product.updated_at,
        "is_not_for_sale": False,
        "has_draft": False,
        "audit": {"status": "APPROVED", "pre_approved_reasons": []},
    }
    if "TIKTOK_SHOP" in on:
        row["status"] = status
    if "TOKOPEDIA" in on:
        row["integrated_platform_statuses"] = [{"platform": "TOKOPEDIA", "status": status}]
    return row


def _skus(product: Product, is_whole: bool) -> list[dict[str, Any]]:
    """A product without choices has one all the same."""
    if not product.models:
        return [_sku(product, Model(0, "", product.price, product.stock), product.sku, is_whole)]
    return [
        _sku(product, model, f"{product.sku}-{place}", is_whole)
        | ({"sales_attributes": [_choice(model)]} if is_whole else {})
        for place, model in enumerate(product.models, start=1)
    ]


def _sku(product: Product, model: Model, seller_sku: str, is_whole: bool) -> dict[str, Any]:
    price = str(model.price)
    return {
        "id": sku_id(product.id, model.id),
        "seller_sku": seller_sku,
        "price": {"currency": "IDR", "tax_exclusive_price": price}
        | ({"sale_price": price} if is_whole else {}),
        "inventory": [{"quantity": model.stock, "warehouse_id": WAREHOUSE}],
        "status_info": {"status": "NORMAL"},
    }


def _choice(model: Model) -> dict[str, Any]:
    return {"id": "100089", "name": "Pilihan", "value_id": str(model.id % 10**12), "value_name": model.name}


def _image(sandbox: Sandbox, product: Product) -> dict[str, Any]:
    url = public_url(sandbox, product.picture)
    return {"height": 320, "width": 320, "uri": product.picture, "urls": [url], "thumb_urls": [url]}
