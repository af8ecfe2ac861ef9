"""TikTok Shop: orders by time, by number and of one buyer, told whole by a search."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
import responses

from marketplaces.connectors.tiktok_shop.connector import TikTokShopConnector
from marketplaces.content import OrderLine, OrderStatus, Page, RemoteOrder
from marketplaces.errors import Rejected, Temporary
from tests.marketplaces.tiktok_shop import (
    BUYER,
    ORDERS,
    SEARCH_ORDERS,
    answer,
    body,
    body_of,
    connector,
    query_of,
    refusal,
)

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = SINCE + TikTokShopConnector.order_window
NOT_FOUND = 21001001  # made up: what an unknown order is answered is not documented


def listed(
    web: responses.RequestsMock,
    *rows: Any,
    cursor: str | None = None,
    token: Any = "",
    by_update: bool = False,
) -> Page[RemoteOrder]:
    web.post(SEARCH_ORDERS, json=answer({"orders": list(rows), "next_page_token": token}))
    return connector().list_orders(SINCE, UNTIL, cursor, by_update=by_update)


def row(number: str = "1", **fields: Any) -> dict[str, Any]:
    return {"id": number, "create_time": 1772400000, "status": "IN_TRANSIT"} | fields


def item(**fields: Any) -> dict[str, Any]:
    told = {"product_id": "11", "sku_id": "12", "product_name": "Casing", "sku_name": "Hijau"}
    return told | {"sale_price": "25000", "sku_image": "https://p16-oec-sg.ibyteimg.com/a"} | fields


def only(web: responses.RequestsMock, **fields: Any) -> RemoteOrder:
    web.get(ORDERS, json=answer({"orders": [row(**fields)]}))
    (order,) = connector().get_orders(["1"])
    return order


# One order


def test_an_order_is_told_with_its_buyer_its_money_and_its_parcel(web: responses.RequestsMock) -> None:
    web.post(SEARCH_ORDERS, json=body("orders_search_response"))
    page = connector().list_orders(SINCE, UNTIL, by_update=False)
    assert page.items == (
        RemoteOrder(
            remote_id="719136250444373271",
            buyer_id="7543879305217496261",
            status=OrderStatus.UNPAID,
            ordered_at=datetime.fromtimestamp(1719623906, UTC),
            updated_at=datetime.fromtimestamp(1719633700, UTC),
            remote_status="UNPAID",
            total=Decimal(5000),
            currency="IDR",
            carrier="Kurir Nusantara",
            tracking="NX00417788",
            lines=(
                OrderLine(
                    product="7613176534336917838",
                    name="Casing lentur anti gores",
                    variation="Hijau lumut",
                    price=Decimal(25000),
                    picture_url="https://p16-oec-sg.ibyteimg.com/tos-example-i-chat/079670af2144a0773e35"
                    "~tplv-example-origin-image.image?",
                ),
            ),
        ),
    )
    assert page.next == body("orders_search_response")["data"]["next_page_token"]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("UNPAID", OrderStatus.UNPAID),
        ("ON_HOLD", OrderStatus.PENDING),
        ("AWAITING_SHIPMENT", OrderStatus.TO_SHIP),
        ("PARTIALLY_SHIPPING", OrderStatus.TO_SHIP),
        ("AWAITING_COLLECTION", OrderStatus.TO_SHIP),
        ("IN_TRANSIT", OrderStatus.SHIPPED),
        ("DELIVERED", OrderStatus.DELIVERED),
        ("COMPLETED", OrderStatus.COMPLETED),
        ("CANCELLED", OrderStatus.CANCELLED),
        ("TELEPORTED", OrderStatus.UNKNOWN),
    ],
)
def test_each_status_has_a_meaning(web: responses.RequestsMock, word: str, status: OrderStatus) -> None:
    order = only(web, status=word)
    assert (order.status, order.remote_status) == (status, word)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("AWAITING_SHIPMENT", OrderStatus.CANCELLING),
        ("ON_HOLD", OrderStatus.CANCELLING),
        ("CANCELLED", OrderStatus.CANCELLED),
        ("COMPLETED", OrderStatus.COMPLETED),
    ],
)
def test_a_buyer_who_wants_out_is_told_as_long_as_the_order_is_open(
    web: responses.RequestsMock, word: str, status: OrderStatus
) -> None:
    assert only(web, status=word, is_buyer_request_cancel=True).status is status


@pytest.mark.parametrize("amount", [None, "", "free", "-5", "NaN", "Infinity", [], True, "1e30"])
def test_an_amount_that_is_none_is_not_told(web: responses.RequestsMock, amount: Any) -> None:
    order = only(web, payment={"total_amount": amount}, line_items=[item(sale_price=amount)])
    assert (order.total, order.lines[0].price) == (None, None)


@pytest.mark.parametrize(
    ("amount", "total"),
    [("150000", Decimal(150000)), ("0.1", Decimal("0.10")), ("0", Decimal(0)), (25000, Decimal(25000))],
)
def test_an_amount_is_exact_and_may_be_nothing_at_all(
    web: responses.RequestsMock, amount: Any, total: Decimal
) -> None:
    assert only(web, payment={"total_amount": amount}).total == total


def test_pieces_of_the_same_kind_are_put_together(web: responses.RequestsMock) -> None:
    items = [item(id="1"), item(id="2", sku_id="13"), item(id="3"), item(id="4", sale_price="0")]
    lines = only(web, line_items=items).lines
    assert [(line.quantity, line.price) for line in lines] == [
        (2, Decimal(25000)),
        (1, Decimal(25000)),
        (1, Decimal(0)),
    ]


def test_carrier_and_tracking_may_be_told_of_the_pieces_alone(web: responses.RequestsMock) -> None:
    items = [item(), item(shipping_provider_name="Kurir", tracking_number=" NX1\n", currency="IDR")]
    order = only(web, line_items=items)
    assert (order.carrier, order.tracking) == ("Kurir", "NX1")


def test_an_order_of_which_little_is_told(web: responses.RequestsMock) -> None:
    nothing = (
        "user_id",
        "status",
        "payment",
        "line_items",
        "update_time",
        "buyer_nickname",
        "tracking_number",
    )
    at = datetime.fromtimestamp(1772400000, UTC)
    assert only(web, **dict.fromkeys(nothing)) == RemoteOrder(
        "1", "", OrderStatus.UNKNOWN, ordered_at=at, updated_at=at
    )


def test_the_buyers_name_is_told_where_it_is(web: responses.RequestsMock) -> None:
    assert only(web, buyer_nickname="rina ").buyer_name == "rina"


def test_a_row_without_id_or_time_is_no_order(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    web.get(ORDERS, json=answer({"orders": [row(""), row("2", create_time=None), None, "x", row("3")]}))
    assert [each.remote_id for each in connector().get_orders(["2", "3"])] == ["3"]
    assert caplog.text.count("without id or time") == 2


# By number


def test_orders_are_asked_for_fifty_at_once(web: responses.RequestsMock) -> None:
    web.get(ORDERS, json=answer({"orders": [row("1"), row("2")]}))
    assert [each.remote_id for each in connector().get_orders(["1", "2"])] == ["1", "2"]
    assert query_of(web.calls[0])["ids"] == "1,2"


def strict(web: responses.RequestsMock, *known: str) -> None:
    """A marketplace that fails a whole call for one order that it does not know."""

    def details(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        asked = request.params["ids"].split(",")  # type: ignore[attr-defined]
        if set(asked) - set(known):
            return 200, {}, json.dumps(refusal(NOT_FOUND, "order not found"))
        return 200, {}, json.dumps(answer({"orders": [row(each) for each in asked]}))

    web.add_callback("GET", ORDERS, callback=details)


@pytest.mark.parametrize("asked", [["1", "9"], ["9", "1"], ["1"], ["9", "8", "1", "7"]])
def test_orders_that_are_not_known_are_left_out(web: responses.RequestsMock, asked: list[str]) -> None:
    strict(web, "1")
    assert [each.remote_id for each in connector().get_orders(asked)] == ["1"]


def test_only_unknown_orders_are_none(web: responses.RequestsMock) -> None:
    strict(web)
    assert connector().get_orders(["9"]) == ()


def test_no_orders_are_not_asked_for(web: responses.RequestsMock) -> None:
    assert connector().get_orders([]) == ()
    assert not web.calls


@pytest.mark.parametrize("code", [106001, 36009004, 36009033])
def test_a_refusal_at_the_gate_is_not_about_one_order(web: responses.RequestsMock, code: int) -> None:
    web.get(ORDERS, json=refusal(code))
    with pytest.raises(Rejected):
        connector().get_orders(["1", "2"])
    assert len(web.calls) == 1


# By time


@pytest.mark.parametrize(("by_update", "name"), [(False, "create_time"), (True, "update_time")])
def test_the_orders_of_a_window_are_searched_by_time(
    web: responses.RequestsMock, by_update: bool, name: str
) -> None:
    page = listed(web, row("1"), row("2"), token="next+/==", by_update=by_update)
    assert ([each.remote_id for each in page.items], page.next) == (["1", "2"], "next+/==")
    assert body_of(web.calls[0]) == {
        f"{name}_ge": int(SINCE.timestamp()),
        f"{name}_lt": int(UNTIL.timestamp()),
    }
    asked = query_of(web.calls[0])
    assert (asked["page_size"], asked["sort_field"], asked["sort_order"]) == ("50", name, "DESC")
    assert "page_token" not in asked


def test_a_window_is_never_a_second_too_long(web: responses.RequestsMock) -> None:
    web.post(SEARCH_ORDERS, json=answer({}))
    since = SINCE + timedelta(microseconds=999_999)
    connector().list_orders(since, since + TikTokShopConnector.order_window, by_update=False)
    asked = body_of(web.calls[0])
    assert asked["create_time_lt"] - asked["create_time_ge"] == 15 * 86400


def test_the_cursor_goes_back_as_it_came(web: responses.RequestsMock) -> None:
    listed(web, cursor="a+b/c==")
    assert query_of(web.calls[0])["page_token"] == "a+b/c=="


@pytest.mark.parametrize("token", ["", None, "20"])
def test_the_list_ends(web: responses.RequestsMock, token: Any) -> None:
    assert listed(web, row(), cursor="20", token=token).next is None


def test_an_empty_page_ends_the_list(web: responses.RequestsMock) -> None:
    assert listed(web, token="40") == Page((), None)


def test_an_unreadable_answer_is_asked_again_later(web: responses.RequestsMock) -> None:
    web.post(SEARCH_ORDERS, json=answer([]))
    with pytest.raises(Temporary):
        connector().list_orders(SINCE, UNTIL, by_update=False)


# By buyer


def test_the_newest_orders_of_a_buyer_are_one_search(web: responses.RequestsMock) -> None:
    web.post(SEARCH_ORDERS, json=body("orders_search_response"))
    assert [each.remote_id for each in connector().orders_of_buyer(BUYER)] == ["719136250444373271"]
    assert body_of(web.calls[0]) == {"buyer_user_id": BUYER}
    asked = query_of(web.calls[0])
    assert (asked["page_size"], asked["sort_field"], asked["sort_order"]) == ("20", "create_time", "DESC")


def test_a_buyer_who_is_not_known_has_not_everybodys_orders(web: responses.RequestsMock) -> None:
    assert connector().orders_of_buyer("") == ()
    assert not web.calls
