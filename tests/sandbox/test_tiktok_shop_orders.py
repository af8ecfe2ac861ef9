from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.callers import Running
from tests.sandbox.tiktok_shop import BEAUTY, KIDS, TikTokShopCaller

DAY = 86400
SEARCH, DETAIL = "/order/202309/orders/search", "/order/202507/orders"
PRODUCTS, PRODUCT = "/product/202502/products/search", "/product/202309/products"
PLACE = {"marketplace": "tiktok_shop", "shop": BEAUTY}


@pytest.fixture
def shop(sandbox: Running) -> TikTokShopCaller:
    sandbox.control("limits", marketplace="tiktok_shop", endpoint="*", rate=1000, burst=1000)
    return TikTokShopCaller(sandbox).connect()


def search(shop: TikTokShopCaller, path: str, query: dict[str, Any], **body: Any) -> dict[str, Any]:
    return shop.call("POST", path, query=query, json=body).json()


def every(shop: TikTokShopCaller, path: str, rows: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token = ""
    while True:
        more = {"page_token": token} if token else {}
        page = search(shop, path, {"page_size": 20} | query | more)["data"]
        assert len(page[rows]) <= 20
        found += page[rows]
        token = page["next_page_token"]
        if not token:
            assert page["total_count"] == len(found)
            return found


def test_every_page_of_orders_is_reached_newest_first(shop: TikTokShopCaller) -> None:
    orders = every(shop, SEARCH, "orders")
    assert len({order["id"] for order in orders}) == len(orders) > 20
    times = [order["create_time"] for order in orders]
    assert times == sorted(times, reverse=True)
    up = every(shop, SEARCH, "orders", sort_field="update_time", sort_order="ASC")
    assert [order["update_time"] for order in up] == sorted(order["update_time"] for order in orders)


def test_the_orders_of_a_buyer_are_one_call(shop: TikTokShopCaller) -> None:
    made = [shop.sandbox.control("orders", buyer="Nina Baru", **PLACE)["order"] for _ in range(2)]
    shop.sandbox.control("orders", buyer="Orang Lain", **PLACE)
    found = search(shop, SEARCH, {}, buyer_user_id=str(made[0]["buyer"]))["data"]["orders"]
    assert {order["id"] for order in found} == {order["id"] for order in made}
    assert {order["user_id"] for order in found} == {str(made[0]["buyer"])}


def test_orders_are_found_by_time_and_status(shop: TikTokShopCaller) -> None:
    now = shop.now()
    orders = every(shop, SEARCH, "orders")
    new = search(shop, SEARCH, {"page_size": 100}, create_time_ge=now - 9 * DAY)["data"]["orders"]
    old = search(shop, SEARCH, {"page_size": 100}, create_time_lt=now - 9 * DAY)["data"]["orders"]
    assert len(new) + len(old) == len(orders)
    assert 0 < len(new) < len(orders)
    done = search(shop, SEARCH, {"page_size": 100}, order_status="COMPLETED")["data"]["orders"]
    assert {order["status"] for order in done} == {"COMPLETED"}
    none = search(shop, SEARCH, {}, update_time_ge=now + 5, update_time_lt=now + 9)["data"]["orders"]
    assert none == []


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ({"page_size": 101}, {}),
        ({"page_size": 0}, {}),
        ({"sort_order": "UP"}, {}),
        ({"sort_field": "id"}, {}),
        ({"page_token": "???"}, {}),
        ({}, {"create_time_ge": "yesterday"}),
    ],
)
def test_a_search_must_be_asked_for_rightly(
    shop: TikTokShopCaller, query: dict[str, Any], body: dict[str, Any]
) -> None:
    assert search(shop, SEARCH, query, **body)["code"] == 36009004


def test_money_is_text_and_every_piece_a_line(shop: TikTokShopCaller) -> None:
    order = next(row for row in every(shop, SEARCH, "orders") if has_two_of_a_kind(row))
    pay = order["payment"]
    assert all(isinstance(value, str) for value in pay.values())
    goods = sum(int(line["sale_price"]) for line in order["line_items"])
    assert int(pay["total_amount"]) == goods + int(pay["shipping_fee"])
    assert "quantity" not in order["line_items"][0]
    assert len({line["id"] for line in order["line_items"]}) == len(order["line_items"])
    assert "*" in order["recipient_address"]["phone_number"]


def has_two_of_a_kind(order: dict[str, Any]) -> bool:
    skus = [line["sku_id"] for line in order["line_items"]]
    return len(skus) > len(set(skus))


@pytest.mark.parametrize(
    ("status", "told", "asks"),
    [
        ("UNPAID", "UNPAID", False),
        ("PENDING", "ON_HOLD", False),
        ("READY_TO_SHIP", "AWAITING_SHIPMENT", False),
        ("PARTLY_SHIPPED", "PARTIALLY_SHIPPING", False),
        ("PROCESSED", "AWAITING_COLLECTION", False),
        ("SHIPPED", "IN_TRANSIT", False),
        ("TO_CONFIRM_RECEIVE", "DELIVERED", False),
        ("COMPLETED", "COMPLETED", False),
        ("CANCELLED", "CANCELLED", False),
        ("IN_CANCEL", "AWAITING_SHIPMENT", True),
    ],
)
def test_every_status_has_its_word(shop: TikTokShopCaller, status: str, told: str, asks: bool) -> None:
    order = shop.sandbox.control("orders", buyer="Nina Baru", status=status, **PLACE)["order"]["id"]
    row = shop.get(DETAIL, ids=order)["data"]["orders"][0]
    assert (row["status"], row["is_buyer_request_cancel"]) == (told, asks)
    assert {line["display_status"] for line in row["line_items"]} == {told}
    assert ("paid_time" in row) == (told not in ("UNPAID", "CANCELLED"))
    assert bool(row["tracking_number"]) == (told in ("IN_TRANSIT", "DELIVERED", "COMPLETED"))


@pytest.mark.parametrize("platform", ["TOKOPEDIA", "TIKTOK_SHOP"])
def test_an_order_names_the_platform_it_was_placed_on(shop: TikTokShopCaller, platform: str) -> None:
    order = shop.sandbox.control("orders", buyer="Nina Baru", **PLACE)["order"]
    shop.sandbox.control("buyers", marketplace="tiktok_shop", buyer=order["buyer"], platform=platform)
    assert shop.get(DETAIL, ids=order["id"])["data"]["orders"][0]["commerce_platform"] == platform


@pytest.mark.parametrize("version", ["202309", "202507"])
def test_up_to_fifty_orders_are_told_at_once(shop: TikTokShopCaller, version: str) -> None:
    ids = [order["id"] for order in every(shop, SEARCH, "orders")]
    path = f"/order/{version}/orders"
    assert [order["id"] for order in shop.get(path, ids=",".join(ids[:3]))["data"]["orders"]] == ids[:3]
    assert shop.get(path, ids=f"{ids[0]},1")["data"]["orders"][0]["id"] == ids[0]
    for wrong in ("", ",".join(ids[:1] * 51)):
        assert shop.get(path, ids=wrong)["code"] == 36009004


def test_products_are_searched_without_pictures_and_told_with(shop: TikTokShopCaller) -> None:
    products = every(shop, PRODUCTS, "products")
    assert len(products) == 60
    row = next(product for product in products if len(product["skus"]) > 1)
    assert "main_images" not in row
    assert set(row["skus"][0]["price"]) == {"currency", "tax_exclusive_price"}
    assert "sales_attributes" not in row["skus"][0]
    single = shop.get(f"{PRODUCT}/{row['id']}")["data"]
    assert single["title"] == row["title"]
    picture = single["main_images"][0]["urls"][0]
    assert shop.sandbox.http.get(picture).headers["content-type"] == "image/png"
    price = single["skus"][0]["price"]
    assert price["sale_price"] == price["tax_exclusive_price"]
    assert price["sale_price"].isdigit()
    assert all(sku["sales_attributes"][0]["value_name"] for sku in single["skus"])
    assert isinstance(single["skus"][0]["inventory"][0]["quantity"], int)


def test_a_product_is_on_one_platform_or_both(shop: TikTokShopCaller) -> None:
    products = every(shop, PRODUCTS, "products")
    on = {("status" in product, "integrated_platform_statuses" in product) for product in products}
    assert on == {(True, True), (True, False), (False, True)}


def test_products_are_found_by_status_and_by_change(shop: TikTokShopCaller) -> None:
    size = {"page_size": 100}
    gone = search(shop, PRODUCTS, size, status="SELLER_DEACTIVATED")["data"]["products"]
    sold = search(shop, PRODUCTS, size, status="ACTIVATE")["data"]["products"]
    assert (len(gone), len(sold)) == (15, 45)
    since = shop.now() - 20 * DAY
    new = search(shop, PRODUCTS, size, update_time_ge=since)["data"]["products"]
    old = search(shop, PRODUCTS, size, update_time_le=since - 1)["data"]["products"]
    assert len(new) + len(old) == 60
    assert all(product["update_time"] >= since for product in new)
    assert search(shop, PRODUCTS, size, status="SOLD_OUT")["code"] == 36009004
    assert search(shop, PRODUCTS, {}, status="ALL")["code"] == 36009004  # a page size is needed


def test_a_product_of_nobody_or_of_another_shop_does_not_exist(shop: TikTokShopCaller) -> None:
    mine = every(shop, PRODUCTS, "products")[0]["id"]
    shop.cipher = shop.ciphers()[KIDS]
    for product_id in ("1", mine, "abc"):
        assert shop.get(f"{PRODUCT}/{product_id}")["code"] == 12019150


def test_ordered_skus_are_those_of_the_products(shop: TikTokShopCaller) -> None:
    products = {product["id"]: product for product in every(shop, PRODUCTS, "products")}
    for order in every(shop, SEARCH, "orders"):
        for line in order["line_items"]:
            skus = {sku["id"] for sku in products[line["product_id"]]["skus"]}
            assert line["sku_id"] in skus
            assert len(line["sku_id"]) == 19
