"""Tokopedia's products: the whole shelf page by page, or one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import responses
import time_machine

from marketplaces.content import Page, RemoteProduct
from marketplaces.errors import NotAuthorized, Rejected, Temporary
from tests.marketplaces.tokopedia import PRODUCTS, connector, envelope, fixture, query_of, refusal

NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)


def row(number: int = 1, status: int = 1, **parts: Any) -> dict[str, Any]:
    basic = {"productID": number, "shopID": 7001, "status": status, "name": f"Tampah {number}"}
    return {"basic": basic} | parts


def listed(web: responses.RequestsMock, *rows: Any, cursor: str | None = None) -> Page[RemoteProduct]:
    web.get(PRODUCTS, json=envelope(list(rows)))
    return connector().list_products(None, cursor)


@time_machine.travel(NOW, tick=False)
def test_it_reads_a_product(web: responses.RequestsMock) -> None:
    recorded = fixture("product_info_response")
    web.get(PRODUCTS, json=recorded["body"])
    assert connector().get_products(["400002"]) == (
        RemoteProduct(
            remote_id="400002",
            name="Stiker dinding motif bambu",
            updated_at=NOW,
            sku="12345",
            lowest_price=Decimal("3000.00"),
            highest_price=Decimal("3000.00"),
            stock=10,
            picture_url=recorded["body"]["data"][0]["pictures"][0]["URL300"],
            url="https://staging.tokopedia.com/kriya-bambu/stiker-dinding-motif-bambu",
        ),
    )
    asked = recorded["request"]["query"]
    assert query_of(web.calls[0]) == {name: str(value) for name, value in asked.items()}


def test_the_shelf_is_read_page_by_page_whatever_changed(web: responses.RequestsMock) -> None:
    first = listed(web, *(row(number) for number in range(1, 51)))
    web.replace(responses.GET, PRODUCTS, json=envelope([row(51)]))
    second = connector().list_products(NOW, first.next)
    assert (len(first.items), len(second.items), second.next) == (50, 1, None)
    assert [query_of(call) for call in web.calls] == [
        {"shop_id": "7001", "page": "1", "per_page": "50"},
        {"shop_id": "7001", "page": "2", "per_page": "50"},
    ]


def test_an_empty_page_is_the_end(web: responses.RequestsMock) -> None:
    web.get(PRODUCTS, json=envelope(None))
    assert connector().list_products(None, "3") == Page(())


@pytest.mark.parametrize(
    ("status", "is_listed"), [(1, True), (-2, False), (-1, False), (0, False), (3, False)]
)
def test_only_an_active_product_is_listed(web: responses.RequestsMock, status: int, is_listed: bool) -> None:
    (product,) = listed(web, row(status=status)).items
    assert product.is_listed is is_listed


def test_the_name_is_read_in_any_case(web: responses.RequestsMock) -> None:
    basic = {"ProductId": 4, "shopid": 7001, "Status": 1, "Name": "Tampah"}
    (product,) = listed(web, {"Basic": basic, "Price": {"Value": 5000}}).items
    assert (product.remote_id, product.name, product.is_listed) == ("4", "Tampah", True)
    assert product.lowest_price == Decimal("5000.00")


def test_a_product_that_tells_little_is_still_a_product(web: responses.RequestsMock) -> None:
    (product,) = listed(web, row(pictures=None, price=[], stock={}, other="none")).items
    assert (product.lowest_price, product.stock, product.picture_url, product.url) == (None, None, "", "")


def test_a_picture_without_a_small_copy_is_shown_as_it_is(web: responses.RequestsMock) -> None:
    (product,) = listed(web, row(pictures=[{"OriginalURL": "https://ecs7.tokopedia.net/a.jpg"}])).items
    assert product.picture_url == "https://ecs7.tokopedia.net/a.jpg"


def test_nothing_in_stock_is_told_as_such(web: responses.RequestsMock) -> None:
    assert [
        each.stock for each in listed(web, row(stock={"value": 0}), row(2, stock={"value": -3})).items
    ] == [
        0,
        0,
    ]


@pytest.mark.parametrize("odd", [{}, row(0), {"basic": "text"}, None, 7])
def test_a_row_that_is_no_product_does_not_hide_the_others(web: responses.RequestsMock, odd: Any) -> None:
    assert [product.remote_id for product in listed(web, odd, row(2)).items] == ["2"]


def test_a_product_of_another_shop_is_not_ours(web: responses.RequestsMock) -> None:
    """A buyer may ask about one, and Tokopedia tells it whosever it is."""
    foreign = {"basic": {"productID": 9, "shopID": 7002, "status": 1, "name": "Lain"}}
    web.get(PRODUCTS, json=envelope([foreign]))
    assert connector().get_products(["9"]) == ()


def test_products_that_tokopedia_does_not_know_are_left_out(web: responses.RequestsMock) -> None:
    web.get(PRODUCTS, status=404, json=refusal("Data Not Found", "PRD_GRPC_003"))
    web.get(PRODUCTS, json=envelope([row(2)]))
    assert [product.remote_id for product in connector().get_products(["1", "2"])] == ["2"]


def test_a_bad_question_is_rejected(web: responses.RequestsMock) -> None:
    web.get(PRODUCTS, status=400, json=refusal("page is needed", "PRD_DLV_005"))
    for ask in (lambda: connector().list_products(None), lambda: connector().get_products(["1"])):
        with pytest.raises(Rejected) as error:
            ask()
        assert error.value.code == "PRD_DLV_005"


def test_a_shop_without_permission_for_products_is_not_authorized(web: responses.RequestsMock) -> None:
    web.get(PRODUCTS, status=403, json=refusal("no permission", "PRD_USC_001"))
    with pytest.raises(NotAuthorized):
        connector().list_products(None)


@pytest.mark.parametrize("data", [7, "text", {"a": 1}])
def test_a_list_of_another_shape_is_temporary(web: responses.RequestsMock, data: Any) -> None:
    web.get(PRODUCTS, json=envelope(data))
    with pytest.raises(Temporary):
        connector().list_products(None)
