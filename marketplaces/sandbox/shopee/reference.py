"""What Shopee tells about products in general: categories, limits, comments (names from its public API list).

Every shop here sells in one category, without attributes, brands, promotions or comments.
"""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.media import picture_in
from marketplaces.sandbox.shopee.rows import picture_url
from marketplaces.sandbox.shopee.sign import Call

CATEGORIES = ((100001, 0, "Serba Ada", True), (100002, 100001, "Lain-lain", False))
LEAF = 100002


def get_category(call: Call) -> dict[str, Any]:
    keys = ("category_id", "parent_category_id", "original_category_name", "has_children")
    rows = [dict(zip(keys, values, strict=True)) for values in CATEGORIES]
    return {"category_list": [row | {"display_category_name": row["original_category_name"]} for row in rows]}


def category_recommend(call: Call) -> dict[str, Any]:
    if not call.query.get("item_name"):
        raise ShopeeError("error_param", "Wrong parameters, detail: item_name is needed.")
    return {"category_id": [LEAF]}


def get_attributes(call: Call) -> dict[str, Any]:
    _category(call, "category_id")
    return {"attribute_list": []}


def get_attribute_tree(call: Call) -> dict[str, Any]:
    return {"list": [{"category_id": _category(call, "category_id_list"), "attribute_tree": []}]}


def get_brand_list(call: Call) -> dict[str, Any]:
    _category(call, "category_id")
    brands = [{"brand_id": 0, "original_brand_name": "NoBrand", "display_brand_name": "NoBrand"}]
    return {"brand_list": brands, "has_next_page": False, "next_offset": 0, "is_mandatory": False}


def get_item_limit(call: Call) -> dict[str, Any]:
    return {
        "price_limit": {"min_limit": 99.0, "max_limit": 150_000_000.0},
        "stock_limit": {"min_limit": 0, "max_limit": 999_999},
        "item_name_length_limit": {"min_limit": 5, "max_limit": 255},
        "item_image_count_limit": {"min_limit": 1, "max_limit": 9},
    }


def get_dts_limit(call: Call) -> dict[str, Any]:
    _category(call, "category_id")
    return {"days_to_ship_limit": {"min_limit": 7, "max_limit": 30}, "non_pre_order_days_to_ship": 2}


def support_size_chart(call: Call) -> dict[str, Any]:
    _category(call, "category_id")
    return {"support_size_chart": False}


def no_size_chart(call: Call) -> dict[str, Any]:
    raise ShopeeError("product.error_not_support", "The category does not support a size chart.")


def no_sip(call: Call) -> dict[str, Any]:
    raise ShopeeError("product.error_not_sip_shop", "The shop sells in its own country only.")


def get_item_promotion(call: Call) -> dict[str, Any]:
    found = [{"item_id": item_id, "promotion": []} for item_id in _items(call)]
    return {"success_list": found, "failure_list": []}


def get_item_extra_info(call: Call) -> dict[str, Any]:
    nothing = {"sale": 0, "views": 0, "likes": 0, "rating_star": 0.0, "comment_count": 0}
    return {"item_list": [{"item_id": item_id} | nothing for item_id in _items(call)]}


def get_comment(call: Call) -> dict[str, Any]:
    if not 1 <= call.integer("page_size") <= 100:
        raise ShopeeError("error_param", "Wrong parameters, detail: invalid page_size.")
    return {"item_comment_list": [], "more": False, "next_cursor": ""}


def reply_comment(call: Call) -> dict[str, Any]:
    rows = call.body.get("comment_list")
    if not isinstance(rows, list) or not rows:
        raise ShopeeError("error_param", "Wrong parameters, detail: comment_list is needed.")
    refused = {"fail_error": "product.error_comment_not_found", "fail_message": "Comment is not found."}
    return {"result_list": [{"comment_id": row.get("comment_id")} | refused for row in rows]}


def get_channel_list(call: Call) -> dict[str, Any]:
    channel = {"logistics_channel_id": 8003, "logistics_channel_name": "Reguler", "enabled": True}
    return {"logistics_channel_list": [channel]}


def upload_image(call: Call) -> dict[str, Any]:
    """Of a product: the field is called `image` here."""
    name, _ = picture_in(call, "image")
    address = {"image_url_region": "ID", "image_url": picture_url(call.sandbox, name)}
    return {"image_info": {"image_id": name, "image_url": address["image_url"], "image_url_list": [address]}}


def _category(call: Call, name: str) -> int:
    if call.integer(name) != LEAF:
        raise ShopeeError("product.error_category_not_found", "Category is not found.")
    return LEAF


def _items(call: Call) -> list[int]:
    """Unknown ids are left out."""
    known = call.sandbox.world.catalogue.products_of(call.shop)
    return [item_id for item_id in call.integers("item_id_list", most=50) if item_id in known]
