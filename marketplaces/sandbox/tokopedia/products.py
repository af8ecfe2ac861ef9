"""Product info (tokopedia.md A5)."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.catalogue import Product, Shop
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tokopedia.errors import MALFORMED, HeaderError
from marketplaces.sandbox.tokopedia.gate import Call, processed

STATUS = {"NORMAL": 1, "UNLIST": 3, "BANNED": -2}


def product_info(call: Call) -> dict[str, Any]:
    if wanted := call.number("product_id", 0):
        return processed([_one(call, wanted)])
    shop = call.shop(call.text("shop_id"))
    page, size = call.number("page", 0), call.number("per_page", 10)
    if page < 1 or not 1 <= size <= 50:
        raise HeaderError(400, "page is needed", "PRD_DLV_005", MALFORMED)
    products = list(call.sandbox.world.catalogue.products_of(shop).values())
    return processed([row(call.sandbox, shop, p) for p in products[(page - 1) * size : page * size]])


def page_url(shop: Shop, product: Product) -> str:
    slug = "-".join("".join(c if c.isalnum() else " " for c in product.name.lower()).split())
    return f"https://www.tokopedia.com/{shop.domain}/{slug}"


def row(sandbox: Sandbox, shop: Shop, product: Product) -> dict[str, Any]:
    picture = sandbox.file_url(f"/tokopedia/file/{product.picture}")
    price = {
        "value": product.price,
        "currency": 1,
        "LastUpdateUnix": product.updated_at,
        "idr": product.price,
    }
    return {
        "basic": {
            "productID": product.id,
            "shopID": shop.id,
            "status": STATUS.get(product.status, 1),
            "name": product.name,
            "condition": 1,
            "childCategoryID": 1828,
            "shortDesc": product.name,
        },
        "price": price,
        "weight": {"value": 300, "unit": 1},
        "stock": {
            "value": product.total_stock,
            "stockWording": "Stok tersedia" if product.total_stock else "Habis",
        },
        "main_stock": product.total_stock,
        "reserve_stock": 0,
        "variant": {"isParent": bool(product.models), "isVariant": bool(product.models), "childrenID": []},
        "menu": {"id": 1, "name": "Semua"},
        "preorder": {},
        "extraAttribute": {"minOrder": 1, "lastUpdateCategory": product.updated_at, "isEligibleCOD": True},
        "categoryTree": [],
        "pictures": [
            {
                "picID": product.id,
                "fileName": product.picture,
                "filePath": "",
                "status": 2,
                "OriginalURL": picture,
                "ThumbnailURL": picture,
                "width": 320,
                "height": 320,
                "URL300": picture,
            }
        ],
        "GMStats": {"transactionSuccess": 3, "transactionReject": 0, "countSold": 3},
        "stats": {"countView": 163},
        "other": {"sku": product.sku, "url": page_url(shop, product), "mobileURL": page_url(shop, product)},
        "campaign": {"StartDate": "0001-01-01T00:00:00Z", "EndDate": "0001-01-01T00:00:00Z"},
        "warehouses": [],
    }


def _one(call: Call, product_id: int) -> dict[str, Any]:
    for shop in call.sandbox.world.catalogue.shops.values():
        product = call.sandbox.world.catalogue.products_of(shop).get(product_id)
        if product and shop.marketplace == "tokopedia":
            return row(call.sandbox, call.shop(shop.id), product)
    raise HeaderError(404, "Data Not Found", "PRD_GRPC_003", MALFORMED)
