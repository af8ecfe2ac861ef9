"""What a seller changes elsewhere, so that a catalogue or an order index has something to follow."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.callers import GADGET, Receiver, Running, ShopeeCaller, wait_for

PLAIN, WITH_MODELS = 9112503531, 9112503530


@pytest.fixture
def shop(sandbox: Running) -> ShopeeCaller:
    return ShopeeCaller(sandbox).connect()


def item(shop: ShopeeCaller, item_id: int) -> dict[str, Any]:
    return shop.get("product/get_item_base_info", item_id_list=item_id)["response"]["item_list"][0]


def test_a_changed_product_is_found_by_its_time_of_change(shop: ShopeeCaller) -> None:
    shop.sandbox.control("clock", advance=60)
    since = shop.now()
    shop.post("product/update_price", item_id=PLAIN, price_list=[{"model_id": 0, "original_price": 41000}])
    shop.post(
        "product/update_stock",
        item_id=PLAIN,
        stock_list=[{"model_id": 0, "seller_stock": [{"stock": 0}]}],
    )
    query = {"offset": 0, "page_size": 100, "item_status": "NORMAL", "update_time_from": since}
    rows = shop.get("product/get_item_list", **query)["response"]["item"]
    assert [row["item_id"] for row in rows] == [PLAIN]
    assert item(shop, PLAIN)["price_info"][0]["current_price"] == 41000
    assert item(shop, PLAIN)["stock_info_v2"]["summary_info"]["total_available_stock"] == 0


def test_each_model_has_a_price_and_a_stock_of_its_own(shop: ShopeeCaller) -> None:
    def models() -> list[dict[str, Any]]:
        return shop.get("product/get_model_list", item_id=WITH_MODELS)["response"]["model"]

    first, second, *_ = models()
    price = [{"model_id": first["model_id"], "original_price": 99000}]
    shop.post("product/update_price", item_id=WITH_MODELS, price_list=price)
    assert [row["price_info"][0]["current_price"] for row in models()[:2]] == [
        99000,
        second["price_info"][0]["current_price"],
    ]
    wrong = shop.post("product/update_price", item_id=WITH_MODELS, price_list=[price[0] | {"model_id": 1}])
    assert wrong["error"] == "product.error_model_not_found"


def test_products_come_and_go(shop: ShopeeCaller) -> None:
    body = {"item_name": "Gelas Uji Coba", "original_price": 15000, "seller_stock": [{"stock": 4}]}
    made = shop.post("product/add_item", **body)["response"]["item_id"]
    shop.post("product/unlist_item", item_list=[{"item_id": made, "unlist": True}])
    assert item(shop, made)["item_status"] == "UNLIST"
    shop.post("product/delete_item", item_id=made)
    assert item(shop, made)["item_status"] == "SELLER_DELETE"
    assert shop.post("product/delete_item", item_id=1)["error"] == "product.error_item_not_found"
    assert shop.post("product/add_item", original_price=1)["error"] == "error_param"


def test_a_cancelled_order_is_pushed(shop: ShopeeCaller, receiver: Receiver) -> None:
    place = {"marketplace": "shopee", "shop": GADGET, "buyer": "Nina Baru"}
    order_sn = shop.sandbox.control("orders", **place)["order"]["id"]
    answer = shop.post("order/cancel_order", order_sn=order_sn, cancel_reason="OUT_OF_STOCK")
    assert answer["error"] == ""
    pushes = wait_for(lambda: [p for p in receiver.bodies() if p["data"].get("status") == "CANCELLED"])
    assert (pushes[0]["code"], pushes[0]["data"]["ordersn"]) == (3, order_sn)
    again = shop.post("order/cancel_order", order_sn=order_sn, cancel_reason="OUT_OF_STOCK")
    assert again["error"] == "order.error_cancel"


@pytest.mark.parametrize(("operation", "status"), [("ACCEPT", "CANCELLED"), ("REJECT", "READY_TO_SHIP")])
def test_a_wish_to_cancel_is_answered(shop: ShopeeCaller, operation: str, status: str) -> None:
    place = {"marketplace": "shopee", "shop": GADGET, "buyer": "Nina Baru"}
    order_sn = shop.sandbox.control("orders", status="IN_CANCEL", **place)["order"]["id"]
    shop.post("order/handle_buyer_cancellation", order_sn=order_sn, operation=operation)
    detail = shop.get("order/get_order_detail", order_sn_list=order_sn)["response"]["order_list"][0]
    assert detail["order_status"] == status


def test_a_shop_is_renamed(shop: ShopeeCaller) -> None:
    shop.post("shop/update_profile", shop_name="Nusantara Gadget Baru")
    assert shop.get("shop/get_shop_info")["shop_name"] == "Nusantara Gadget Baru"
