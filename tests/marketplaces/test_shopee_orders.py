"""Shopee: orders, listed by number within a window of time and told about fifty at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
import responses

from marketplaces.connectors.shopee import orders
from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.content import OrderLine, OrderStatus, Page, RemoteOrder
from marketplaces.errors import Rejected, Temporary
from tests.marketplaces.shopee import (
    BUYER,
    ORDER_DETAIL,
    ORDERS,
    answer,
    connector,
    fixture,
    query_of,
    query_of_url,
    refusal,
)

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = SINCE + ShopeeConnector.order_window


def listed(
    web: responses.RequestsMock, *numbers: str, cursor: str | None = None, **result: Any
) -> Page[RemoteOrder]:
    rows = [{"order_sn": each} for each in numbers]
    web.get(ORDERS, json=answer({"order_list": rows, **result}))
    return connector().list_orders(SINCE, UNTIL, cursor, by_update=False)


def row(number: str = "A1", **fields: Any) -> dict[str, Any]:
    return {"order_sn": number, "create_time": 1772400000, "order_status": "SHIPPED"} | fields


def only(web: responses.RequestsMock, **fields: Any) -> RemoteOrder:
    web.get(ORDER_DETAIL, json=answer({"order_list": [row(**fields)]}))
    (order,) = connector().get_orders(["A1"])
    return order


def shelf(web: responses.RequestsMock, *known: str) -> None:
    """A Shopee that knows these orders, and fails a whole call for one that it does not know."""

    def details(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        asked = query_of_url(str(request.url))["order_sn_list"].split(",")
        if set(asked) - set(known):
            return 200, {}, json.dumps(refusal("order.error_not_found", "the order is not found"))
        return 200, {}, json.dumps(answer({"order_list": [row(each) for each in asked]}))

    web.add_callback("GET", ORDER_DETAIL, callback=details)


# One order


def test_an_order_is_told_with_its_buyer_its_lines_and_its_carrier(web: responses.RequestsMock) -> None:
    web.get(ORDER_DETAIL, json=fixture("order_get_order_detail_response"))
    assert connector().get_orders(["240911TRW4KD8Z"]) == (
        RemoteOrder(
            remote_id="240911TRW4KD8Z",
            buyer_id=str(BUYER),
            status=OrderStatus.COMPLETED,
            ordered_at=datetime.fromtimestamp(1712601591, UTC),
            updated_at=datetime.fromtimestamp(1713139948, UTC),
            buyer_name="melati.rahayu",
            remote_status="COMPLETED",
            total=Decimal(32119),
            currency="VND",
            carrier="Reguler (Cashless)",
            lines=(
                OrderLine(
                    product="65482847955",
                    name="🏺promo🏺Cangkir keramik biru buatan tangan, 250 ml",
                    variation="Biru, 250 ml",
                    price=Decimal(48000),
                    picture_url="https://cf.shopee.vn/file/id-ba328ce573b1e2b92e97_tn",
                ),
            ),
        ),
    )
    asked = query_of(web.calls[0])
    assert asked["order_sn_list"] == "240911TRW4KD8Z"
    assert asked["response_optional_fields"].split(",") == [
        *("buyer_user_id", "buyer_username", "item_list", "package_list", "shipping_carrier", "total_amount")
    ]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("UNPAID", OrderStatus.UNPAID),
        ("PENDING", OrderStatus.PENDING),
        ("INVOICE_PENDING", OrderStatus.PENDING),
        ("READY_TO_SHIP", OrderStatus.TO_SHIP),
        ("PROCESSED", OrderStatus.TO_SHIP),
        ("RETRY_SHIP", OrderStatus.TO_SHIP),
        ("SHIPPED", OrderStatus.SHIPPED),
        ("TO_CONFIRM_RECEIVE", OrderStatus.DELIVERED),
        ("IN_CANCEL", OrderStatus.CANCELLING),
        ("CANCELLED", OrderStatus.CANCELLED),
        ("TO_RETURN", OrderStatus.RETURNING),
        ("COMPLETED", OrderStatus.COMPLETED),
        ("TELEPORTED", OrderStatus.UNKNOWN),
    ],
)
def test_each_status_has_a_meaning(web: responses.RequestsMock, word: str, status: OrderStatus) -> None:
    order = only(web, order_status=word)
    assert (order.status, order.remote_status) == (status, word)


@pytest.mark.parametrize("amount", [None, 0, 0.0, -5, "", "free", float("nan"), float("inf"), [], True, 1e30])
def test_an_amount_that_is_none_is_not_told(web: responses.RequestsMock, amount: Any) -> None:
    order = only(web, total_amount=amount, item_list=[{"model_discounted_price": amount}])
    assert (order.total, order.lines[0].price) == (None, None)


@pytest.mark.parametrize(
    ("amount", "total"),
    [(150000.0, Decimal(150000)), ("150000", Decimal(150000)), (0.1 + 0.2, Decimal("0.30"))],
)
def test_an_amount_is_exact(web: responses.RequestsMock, amount: Any, total: Decimal) -> None:
    assert only(web, total_amount=amount).total == total


@pytest.mark.parametrize(
    ("fields", "carrier"),
    [
        ({"shipping_carrier": "SPX", "package_list": [{"shipping_carrier": "JNE"}]}, "SPX"),
        ({"package_list": [{}, {"shipping_carrier": "JNE"}]}, "JNE"),
        ({"shipping_carrier": None, "package_list": None}, ""),
    ],
)
def test_the_carrier_is_the_orders_or_that_of_a_package(
    web: responses.RequestsMock, fields: dict[str, Any], carrier: str
) -> None:
    assert only(web, **fields).carrier == carrier


def test_an_order_of_which_little_is_told(web: responses.RequestsMock) -> None:
    nothing = ("buyer_user_id", "buyer_username", "item_list", "update_time", "order_status", "currency")
    order = only(web, **dict.fromkeys(nothing))
    at = datetime.fromtimestamp(1772400000, UTC)
    assert order == RemoteOrder("A1", "", OrderStatus.UNKNOWN, ordered_at=at, updated_at=at)


def test_a_row_without_number_or_time_is_no_order(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    rows = [row(""), row("A2", create_time=None), None, "x", row("A3")]
    web.get(ORDER_DETAIL, json=answer({"order_list": rows}))
    assert [each.remote_id for each in connector().get_orders(["A2", "A3"])] == ["A3"]
    assert caplog.text.count("without number or time") == 2


# Unknown ones


@pytest.mark.parametrize("asked", [["A1", "gone"], ["gone", "A1"], ["A1"], ["gone", "lost", "A1", "missing"]])
def test_orders_that_shopee_does_not_know_are_left_out(web: responses.RequestsMock, asked: list[str]) -> None:
    shelf(web, "A1")
    assert [each.remote_id for each in connector().get_orders(asked)] == ["A1"]


def test_one_unknown_order_among_fifty_costs_few_calls(web: responses.RequestsMock) -> None:
    known = [f"A{number}" for number in range(49)]
    shelf(web, *known)
    assert [each.remote_id for each in connector().get_orders([*known[:20], "gone", *known[20:]])] == known
    assert len(web.calls) <= 15


def test_only_unknown_orders_are_none(web: responses.RequestsMock) -> None:
    shelf(web)
    assert connector().get_orders(["gone"]) == ()


def test_no_orders_are_not_asked_for(web: responses.RequestsMock) -> None:
    assert connector().get_orders([]) == ()
    assert len(web.calls) == 0


def test_another_refusal_is_not_about_one_order(web: responses.RequestsMock) -> None:
    web.get(ORDER_DETAIL, json=refusal("error_param", "no"))
    with pytest.raises(Rejected):
        connector().get_orders(["A1", "A2"])
    assert len(web.calls) == 1


# The list


def test_the_orders_of_a_window_are_listed_and_told(web: responses.RequestsMock) -> None:
    web.get(ORDERS, json=fixture("order_get_order_list_response"))
    numbers = [
        each["order_sn"] for each in fixture("order_get_order_list_response")["response"]["order_list"]
    ]
    shelf(web, *numbers)
    page = connector().list_orders(SINCE, UNTIL, by_update=True)
    assert ([each.remote_id for each in page.items], page.next) == (numbers, "20")
    asked = query_of(web.calls[0])
    assert int(asked["time_to"]) - int(asked["time_from"]) == 15 * 86400
    assert (asked["time_range_field"], asked["page_size"]) == ("update_time", "50")
    assert asked["request_order_status_pending"] == "true"
    assert "cursor" not in asked


def test_a_window_is_never_a_second_too_long(web: responses.RequestsMock) -> None:
    web.get(ORDERS, json=answer({}))
    since = SINCE + timedelta(microseconds=999_999)
    connector().list_orders(since, since + ShopeeConnector.order_window, by_update=False)
    asked = query_of(web.calls[0])
    assert int(asked["time_to"]) - int(asked["time_from"]) == 15 * 86400
    assert asked["time_range_field"] == "create_time"


def test_the_cursor_goes_back_as_it_came(web: responses.RequestsMock) -> None:
    listed(web, cursor="20")
    assert query_of(web.calls[0])["cursor"] == "20"


@pytest.mark.parametrize(
    "result",
    [
        {"more": False, "next_cursor": "40"},
        {"more": True, "next_cursor": ""},
        {"more": True, "next_cursor": "20"},
        {"more": True},
        {},
    ],
)
def test_the_list_ends(web: responses.RequestsMock, result: dict[str, Any]) -> None:
    shelf(web, "A1")
    assert listed(web, "A1", cursor="20", **result).next is None


def test_an_empty_page_ends_the_list_without_another_call(web: responses.RequestsMock) -> None:
    assert listed(web, more=True, next_cursor="40") == Page((), None)
    assert len(web.calls) == 1


def test_a_window_that_is_too_long_is_refused(web: responses.RequestsMock) -> None:
    web.get(ORDERS, json=refusal("order.order_list_invalid_time", "diff in 15days"))
    with pytest.raises(Rejected) as caught:
        connector().list_orders(SINCE, UNTIL, by_update=False)
    assert caught.value.code == "order_list_invalid_time"


def test_an_unreadable_answer_is_asked_again_later(web: responses.RequestsMock) -> None:
    web.get(ORDERS, json=answer([]))
    with pytest.raises(Temporary):
        connector().list_orders(SINCE, UNTIL, by_update=False)


def test_a_page_fits_into_one_call_for_details() -> None:
    assert orders.AT_ONCE == 50
