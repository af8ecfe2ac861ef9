"""Shopee: products, listed by id, told about fifty at once, their variations one by one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests
import responses
import time_machine

from marketplaces.content import Page, RemoteProduct
from marketplaces.errors import Rejected, Temporary
from tests.marketplaces.shopee import (
    BASE_INFO,
    MODELS,
    PRODUCTS,
    SHOP,
    answer,
    connector,
    fixture,
    queries_of,
    query_of,
    query_of_url,
    refusal,
)

FILES = "https://cf.shopee.co.id/file"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OVER = refusal("error_param", "get items offset over limit, please use the next field")


def info(item: int = 7, **fields: Any) -> dict[str, Any]:
    return {
        "item_id": item,
        "item_name": "Cangkir",
        "item_status": "NORMAL",
        "update_time": 1772400000,
    } | fields


def price(amount: Any, currency: str = "IDR") -> list[dict[str, Any]]:
    return [{"currency": currency, "original_price": 999000, "current_price": amount}]


def stock(count: Any) -> dict[str, Any]:
    return {"summary_info": {"total_available_stock": count, "total_reserved_stock": 1}}


def only(web: responses.RequestsMock, **fields: Any) -> RemoteProduct:
    web.get(BASE_INFO, json=answer({"item_list": [info(**fields)]}))
    (product,) = connector().get_products(["7"])
    return product


def page(
    web: responses.RequestsMock, *rows: Any, cursor: str | None = None, **result: Any
) -> Page[RemoteProduct]:
    web.get(PRODUCTS, json=answer({"item": list(rows), **result}))
    return connector().list_products(None, cursor)


# One product


def test_a_product_is_told_with_what_a_card_needs(web: responses.RequestsMock) -> None:
    web.get(BASE_INFO, json=fixture("product_get_item_base_info_response"))
    web.get(MODELS, json=answer({"model": []}))
    (product,) = connector().get_products(["20183"])
    assert (product.remote_id, product.name, product.sku) == ("20183", "Cangkir keramik biru", "-")
    assert product.updated_at == datetime.fromtimestamp(1600572640, UTC)
    assert (product.lowest_price, product.highest_price) == (Decimal("122.02"), Decimal("122.02"))
    assert (product.currency, product.stock, product.is_listed) == ("SGD", 100, True)
    assert product.url == f"https://shopee.co.id/product/{SHOP}/20183"
    assert query_of(web.calls[0])["item_id_list"] == "20183"


def test_prices_and_stock_of_variations_are_taken_together(web: responses.RequestsMock) -> None:
    models = [
        {"model_id": 1, "price_info": price(48000.0), "stock_info_v2": stock(3)},
        {"model_id": 2, "price_info": price(52000), "stock_info_v2": stock(0)},
        {"model_id": 3, "price_info": None, "stock_info_v2": None},
    ]
    web.get(MODELS, json=answer({"model": models}))
    product = only(web, has_model=True, stock_info_v2=stock(99))
    assert (product.lowest_price, product.highest_price) == (Decimal(48000), Decimal(52000))
    assert (product.stock, product.currency) == (3, "IDR")
    assert query_of(web.calls[1])["item_id"] == "7"


def test_a_product_without_variations_needs_no_further_call(web: responses.RequestsMock) -> None:
    product = only(web, has_model=False, price_info=price("15000"), stock_info_v2=stock("4"))
    assert (product.lowest_price, product.highest_price, product.stock) == (Decimal(15000), Decimal(15000), 4)
    assert len(web.calls) == 1


def test_a_product_whose_variations_are_refused_is_told_without_prices(web: responses.RequestsMock) -> None:
    web.get(MODELS, json=refusal("product.error_not_found"))
    product = only(web, has_model=True, stock_info_v2=stock(5))
    assert (product.name, product.lowest_price, product.stock) == ("Cangkir", None, 5)


def test_variations_that_cannot_be_read_now_are_read_later(web: responses.RequestsMock) -> None:
    web.get(BASE_INFO, json=answer({"item_list": [info(has_model=True)]}))
    web.get(MODELS, json=refusal("system_busy"))
    with pytest.raises(Temporary):
        connector().get_products(["7"])


@pytest.mark.parametrize(
    ("image", "address"),
    [
        ({"image_url_list": ["https://cf.shopee.co.id/file/a", "b"]}, f"{FILES}/a"),
        ({"image_url_list": ["a"]}, f"{FILES}/a"),
        ({"image_url_list": [], "image_id_list": ["a"]}, f"{FILES}/a"),
        ({"image_url_list": None, "image_id_list": [None]}, ""),
        (None, ""),
    ],
)
def test_the_picture_is_an_address_or_an_id(web: responses.RequestsMock, image: Any, address: str) -> None:
    assert only(web, image=image).picture_url == address


@pytest.mark.parametrize("status", ["UNLIST", "REVIEWING", "BANNED", "SELLER_DELETE", "SHOPEE_DELETE", None])
def test_what_buyers_cannot_see_is_not_listed(web: responses.RequestsMock, status: Any) -> None:
    assert not only(web, item_status=status).is_listed


def test_a_product_of_which_little_is_told(web: responses.RequestsMock) -> None:
    nothing = ("item_name", "item_sku", "price_info", "image", "stock_info_v2", "has_model")
    product = only(web, **dict.fromkeys(nothing))
    assert product == RemoteProduct(
        "7",
        "",
        datetime.fromtimestamp(1772400000, UTC),
        url=f"https://shopee.co.id/product/{SHOP}/7",
    )


@pytest.mark.parametrize("count", [-3, None, "many"])
def test_odd_stock_is_none(web: responses.RequestsMock, count: Any) -> None:
    assert only(web, stock_info_v2=stock(count)).stock == 0


def test_a_row_without_id_or_time_is_no_product(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [info(0), info(8, update_time=None), None, info(9, update_time=None, create_time=1772400000)]
    web.get(BASE_INFO, json=answer({"item_list": rows}))
    assert [each.remote_id for each in connector().get_products(["8", "9"])] == ["9"]
    assert caplog.text.count("without id or time") == 2


def test_products_that_shopee_does_not_know_are_left_out(web: responses.RequestsMock) -> None:
    def base_info(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        asked = query_of_url(str(request.url))["item_id_list"].split(",")
        known = answer({"item_list": [info(7)]})
        return 200, {}, json.dumps(known if asked == ["7"] else refusal("product.error_not_found"))

    web.add_callback("GET", BASE_INFO, callback=base_info)
    assert [each.remote_id for each in connector().get_products(["6", "7", "8"])] == ["7"]


def test_ids_of_another_marketplace_are_not_asked_for(web: responses.RequestsMock) -> None:
    assert connector().get_products(["SKU-7", ""]) == ()
    assert len(web.calls) == 0


# The list


def test_changed_products_are_listed_whatever_their_status(web: responses.RequestsMock) -> None:
    web.get(PRODUCTS, json=fixture("product_get_item_list_response"))
    web.get(BASE_INFO, json=answer({"item_list": [info(9014303537)]}))
    found = connector().list_products(NOW)
    assert ([each.remote_id for each in found.items], found.next) == (
        ["9014303537"],
        f"10-{int(NOW.timestamp())}-0",
    )
    asked = queries_of(web.calls[0])
    assert asked["item_status"] == [
        *("NORMAL", "UNLIST", "REVIEWING", "BANNED", "SELLER_DELETE", "SHOPEE_DELETE")
    ]
    assert (asked["offset"], asked["page_size"]) == (["0"], ["50"])
    assert asked["update_time_from"] == [str(int(NOW.timestamp()))]
    assert "update_time_to" not in asked


def test_all_products_are_listed_from_the_beginning(web: responses.RequestsMock) -> None:
    assert page(web) == Page((), None)
    assert "update_time_from" not in query_of(web.calls[0])


def test_the_next_page_begins_where_the_last_ended(web: responses.RequestsMock) -> None:
    found = page(web, cursor="50-0-0", has_next_page=True, next_offset=100)
    assert (query_of(web.calls[0])["offset"], found.next) == ("50", "100-0-0")


@pytest.mark.parametrize(
    "result",
    [
        {"has_next_page": False, "next_offset": 100},
        {"has_next_page": True, "next_offset": 50},
        {"has_next_page": True, "next_offset": None},
        {},
    ],
)
def test_the_list_ends(web: responses.RequestsMock, result: dict[str, Any]) -> None:
    assert page(web, cursor="50-0-0", **result).next is None


def test_a_deleted_product_of_which_nothing_is_told_is_off_the_shelf(web: responses.RequestsMock) -> None:
    web.get(BASE_INFO, json=answer({"item_list": [info(7)]}))
    rows = [
        {"item_id": 7, "item_status": "NORMAL", "update_time": 1772400000},
        {"item_id": 8, "item_status": "SELLER_DELETE", "update_time": 1772400000},
        {"item_id": 9, "item_status": "NORMAL", "update_time": 1772400000},
    ]
    found = page(web, *rows).items
    assert [(each.remote_id, each.name, each.is_listed) for each in found] == [
        ("7", "Cangkir", True),
        ("8", "", False),
    ]


# A catalogue that is too long for offsets


@time_machine.travel(NOW, tick=False)
def test_a_list_that_is_too_long_is_cut_in_two_by_time(web: responses.RequestsMock) -> None:
    web.get(PRODUCTS, json=OVER, status=400)
    since, now = 1_772_000_000, int(NOW.timestamp())
    found = connector().list_products(None, f"10000-{since}-0")
    assert found == Page((), f"0-{since}-{(since + now) // 2}")


def test_each_half_is_followed_by_what_came_after_it(web: responses.RequestsMock) -> None:
    found = page(web, cursor="0-1700000000-1710000000", has_next_page=False)
    asked = query_of(web.calls[0])
    assert (asked["update_time_from"], asked["update_time_to"]) == ("1700000000", "1710000000")
    assert found.next == "0-1710000001-0"


def test_a_second_with_too_many_products_is_given_up_loudly(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    web.get(PRODUCTS, json=OVER)
    found = connector().list_products(None, "10000-1700000000-1700000001")
    assert found == Page((), "0-1700000002-0")
    assert "too many products" in caplog.text


@time_machine.travel(NOW, tick=False)
def test_every_product_of_a_long_catalogue_is_listed_at_last(web: responses.RequestsMock) -> None:
    """120 products, one changed every month, and offsets up to 50 only."""
    month = 30 * 86400
    times = {each: int(NOW.timestamp()) - each * month for each in range(1, 121)}

    def listing(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        asked = query_of_url(str(request.url))
        since, until = int(asked.get("update_time_from", 0)), int(asked.get("update_time_to", 2**40))
        found = [each for each, at in times.items() if since <= at <= until]
        first = int(asked["offset"])
        if first > 50:
            return 400, {}, json.dumps(OVER)
        rows = [
            {"item_id": each, "item_status": "SELLER_DELETE", "update_time": times[each]} for each in found
        ]
        result = {"item": rows[first : first + 50], "has_next_page": len(found) > first + 50}
        return 200, {}, json.dumps(answer(result | {"next_offset": first + 50}))

    web.add_callback("GET", PRODUCTS, callback=listing)
    web.get(BASE_INFO, json=answer({"item_list": []}))
    seen: set[str] = set()
    cursor: str | None = None
    for _ in range(50):
        found = connector().list_products(None, cursor)
        seen |= {each.remote_id for each in found.items}
        if (cursor := found.next) is None:
            break
    assert cursor is None
    assert seen == set(map(str, times))


def test_a_refusal_of_the_very_first_page_is_not_about_length(web: responses.RequestsMock) -> None:
    web.get(PRODUCTS, json=OVER)
    with pytest.raises(Rejected):
        connector().list_products(None)


def test_another_refusal_of_a_page_is_a_refusal(web: responses.RequestsMock) -> None:
    web.get(PRODUCTS, json=refusal("error_param", "invalid offset"))
    with pytest.raises(Rejected):
        connector().list_products(None, "50-0-0")
