"""Tokopedia's orders: listed for windows under three days, told alone in another shape."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import responses
import time_machine

from marketplaces.connectors.tokopedia.connector import TokopediaConnector
from marketplaces.content import OrderLine, OrderStatus, Page, RemoteOrder
from marketplaces.errors import NotAuthorized, Rejected, Temporary
from tests.marketplaces.conftest import Permits
from tests.marketplaces.tokopedia import ORDER, ORDERS, connector, envelope, fixture, query_of, refusal

NOW = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=2)
A_WINDOW = (int(SINCE.timestamp()), int(NOW.timestamp()))
# The order of the fixtures, as the list tells it.
LISTED = RemoteOrder(
    remote_id="300001",
    buyer_id="510001",
    buyer_name="Sari Wulandari",
    status=OrderStatus.COMPLETED,
    remote_status="700",
    ordered_at=datetime(2025, 1, 10, 3, 33, 24, tzinfo=UTC),
    updated_at=NOW,
    total=Decimal("108784.00"),
    carrier="Custom Logistik Service Normal",
    tracking="RESI000001",
    lines=(
        OrderLine(
            "400001",
            "Keripik singkong pedas 40 gr isi 20 bungkus",
            quantity=1,
            price=Decimal("98784.00"),
        ),
    ),
)


def row(**fields: Any) -> dict[str, Any]:
    return {"order_id": 1, "create_time": 1736480004, "order_status": 220, "shop_id": 7001} | fields


def listed(web: responses.RequestsMock, *rows: Any, cursor: str | None = None) -> Page[RemoteOrder]:
    web.get(ORDERS, json=envelope(list(rows)))
    return connector().list_orders(SINCE, NOW, cursor, by_update=False)


@time_machine.travel(NOW, tick=False)
def test_it_reads_an_order_of_a_list(web: responses.RequestsMock) -> None:
    recorded = fixture("order_list_response")
    web.get(ORDERS, json=recorded["body"])
    assert connector().list_orders(SINCE, NOW, by_update=False) == Page((LISTED,))
    asked = query_of(web.calls[0])
    assert asked.keys() == recorded["request"]["query"].keys()
    assert (asked["fs_id"], asked["shop_id"], asked["page"]) == ("20001", "7001", "1")
    assert (int(asked["from_date"]), int(asked["to_date"])) == A_WINDOW


@time_machine.travel(NOW, tick=False)
def test_an_order_told_alone_is_the_same_order(web: responses.RequestsMock) -> None:
    web.get(ORDER, json=fixture("order_single_response")["body"])
    shipped = replace(LISTED, status=OrderStatus.SHIPPED, remote_status="500")
    assert connector().get_orders(["300001"]) == (shipped,)
    assert query_of(web.calls[0]) == {"order_id": "300001"}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (0, OrderStatus.CANCELLED),
        (3, OrderStatus.CANCELLED),
        (5, OrderStatus.CANCELLED),
        (6, OrderStatus.CANCELLED),
        (10, OrderStatus.CANCELLED),
        (15, OrderStatus.CANCELLED),
        (100, OrderStatus.UNPAID),
        (103, OrderStatus.UNPAID),
        (220, OrderStatus.TO_SHIP),
        (221, OrderStatus.PENDING),
        (400, OrderStatus.TO_SHIP),
        (450, OrderStatus.TO_SHIP),
        (500, OrderStatus.SHIPPED),
        (501, OrderStatus.TO_SHIP),
        (520, OrderStatus.SHIPPED),
        (530, OrderStatus.SHIPPED),
        (540, OrderStatus.SHIPPED),
        (550, OrderStatus.RETURNING),
        (600, OrderStatus.DELIVERED),
        (601, OrderStatus.RETURNING),
        (690, OrderStatus.PENDING),
        (700, OrderStatus.COMPLETED),
        ("700", OrderStatus.COMPLETED),
        (999, OrderStatus.UNKNOWN),
        (None, OrderStatus.UNKNOWN),
    ],
)
def test_every_status_has_a_word(web: responses.RequestsMock, code: Any, status: OrderStatus) -> None:
    (order,) = listed(web, row(order_status=code)).items
    assert (order.status, order.remote_status) == (status, str(code))


def test_the_buyer_is_read_in_any_case(web: responses.RequestsMock) -> None:
    (order,) = listed(web, row(Buyer={"ID": 510001, "Name": "Sari"})).items
    assert (order.buyer_id, order.buyer_name) == ("510001", "Sari")


def test_a_product_is_read_in_any_case(web: responses.RequestsMock) -> None:
    (order,) = listed(web, row(products=[{"id": 4, "Name": "Tampah", "Quantity": 3, "price": 0}])).items
    assert order.lines == (OrderLine("4", "Tampah", quantity=3),)


def test_an_order_that_tells_little_is_still_an_order(web: responses.RequestsMock) -> None:
    (order,) = listed(web, {"order_id": 1, "create_time": 1736480004, "buyer": None, "amt": []}).items
    assert (order.buyer_id, order.total, order.lines, order.carrier) == ("", None, (), "")
    assert order.status == OrderStatus.UNKNOWN


@pytest.mark.parametrize(
    "odd",
    [{}, row(order_id=0), row(create_time=0), row(create_time="soon"), row(create_time=None), None, "text"],
)
def test_a_row_that_is_no_order_does_not_hide_the_others(web: responses.RequestsMock, odd: Any) -> None:
    assert [order.remote_id for order in listed(web, odd, row(order_id=2)).items] == ["2"]


def test_an_order_of_another_shop_of_the_app_is_not_ours(web: responses.RequestsMock) -> None:
    assert listed(web, row(shop_id=7002)).items == ()
    web.get(ORDER, json=envelope({"order_id": 1, "create_time": 1736480004, "shop_info": {"shop_id": 7002}}))
    assert connector().get_orders(["1"]) == ()


# Page by page


def test_a_full_page_leads_to_the_next_and_a_short_one_ends(web: responses.RequestsMock) -> None:
    first = listed(web, *(row(order_id=number) for number in range(1, 51)))
    web.replace(responses.GET, ORDERS, json=envelope([row(order_id=51)]))
    second = connector().list_orders(SINCE, NOW, first.next, by_update=False)
    assert (len(first.items), len(second.items), second.next) == (50, 1, None)
    assert [query_of(call)["page"] for call in web.calls] == ["1", "2"]
    assert {query_of(call)["from_date"] for call in web.calls} == {str(A_WINDOW[0])}


def test_an_empty_page_is_the_end(web: responses.RequestsMock) -> None:
    web.get(ORDERS, json=envelope(None))
    assert connector().list_orders(SINCE, NOW, by_update=False) == Page(())


def test_a_window_with_too_much_is_told_in_parts_without_a_hole(web: responses.RequestsMock) -> None:
    """Tokopedia says so by ORD_API_009, and nothing about how much is too much."""
    told: list[tuple[int, int]] = []

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        since, until = int(request.params["from_date"]), int(request.params["to_date"])
        if until - since > 86400 // 2:
            return 400, {}, '{"header": {"reason": "too big", "error_code": "ORD_API_009"}, "data": null}'
        told.append((since, until))
        return 200, {}, '{"header": {}, "data": []}'

    web.add_callback(responses.GET, ORDERS, callback=answer)
    cursor, turns = None, 0
    while turns == 0 or cursor is not None:
        page = connector().list_orders(SINCE, NOW, cursor, by_update=False)
        cursor, turns = page.next, turns + 1
        assert turns < 100, "it goes round in circles"
    assert (told[0][1], told[-1][0]) == (A_WINDOW[1], A_WINDOW[0])
    assert all(older[1] == newer[0] - 1 for newer, older in pairwise(told))


def test_a_minute_with_too_much_is_refused(web: responses.RequestsMock) -> None:
    web.get(ORDERS, status=400, json=refusal("too big", "ORD_API_009"))
    with pytest.raises(Rejected) as error:
        connector().list_orders(NOW - timedelta(minutes=1), NOW, by_update=False)
    assert error.value.code == "ORD_API_009"


def test_windows_stay_under_three_days() -> None:
    assert timedelta(days=2) < TokopediaConnector.order_window < timedelta(days=3)
    assert not TokopediaConnector.lists_updates


# What is refused


@pytest.mark.parametrize("name", ["error_order_not_found"])
def test_orders_that_tokopedia_does_not_know_are_left_out(web: responses.RequestsMock, name: str) -> None:
    web.get(ORDER, status=404, json=fixture(name)["body"])
    web.get(ORDER, json=fixture("order_single_response")["body"])
    assert [order.remote_id for order in connector().get_orders(["1", "300001"])] == ["300001"]


@pytest.mark.parametrize("code", ["ORD_DLV_003", "ORD_DLV_004", "ORD_DLV_013", "ORD_DLV_018"])
def test_a_bad_question_is_rejected(web: responses.RequestsMock, code: str) -> None:
    for url in (ORDERS, ORDER):
        web.get(url, status=400, json=refusal("bad question", code))
    with pytest.raises(Rejected) as error:
        connector().list_orders(SINCE, NOW, by_update=False)
    assert error.value.code == code
    with pytest.raises(Rejected):
        connector().get_orders(["1"])


def test_a_shop_without_permission_for_orders_is_not_authorized(web: responses.RequestsMock) -> None:
    web.get(ORDERS, status=403, json=refusal("no permission", "RBAC_MDLW_002"))
    with pytest.raises(NotAuthorized):
        connector().list_orders(SINCE, NOW, by_update=False)


@pytest.mark.parametrize("data", [7, "text", {"a": 1}])
def test_a_list_of_another_shape_is_temporary(web: responses.RequestsMock, data: Any) -> None:
    web.get(ORDERS, json=envelope(data))
    with pytest.raises(Temporary):
        connector().list_orders(SINCE, NOW, by_update=False)


def test_lists_and_single_orders_have_buckets_of_their_own(
    web: responses.RequestsMock, permits: Permits
) -> None:
    listed(web)
    web.get(ORDER, json=envelope(None))
    connector().get_orders(["1", "2"])
    assert [bucket.key.rpartition(":")[2] for bucket in permits.taken] == ["order-list", "order", "order"]
