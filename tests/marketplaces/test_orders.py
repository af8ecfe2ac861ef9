from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from forstok_chat.accounts.models import Seller
from marketplaces import feeds, orders
from marketplaces.content import OrderLine, OrderStatus, Page, RemoteOrder
from marketplaces.errors import Temporary
from marketplaces.models import Feed, Order, Shop
from tests.factories import make_shop
from tests.goods import Stand, an_order

pytestmark = pytest.mark.django_db


def run(shop: Shop, stand: Stand) -> Feed:
    """The orders of this shop are due, and copied."""
    feed, _is_new = Feed.objects.get_or_create(shop=shop, kind=Feed.Kind.ORDERS)
    Feed.objects.update(next_run_at=timezone.now())
    claimed = feeds.claim(feed.pk)
    assert claimed is not None
    feeds.run(claimed, stand)
    feed.refresh_from_db()
    return feed


def stored(shop: Shop) -> list[str]:
    return list(Order.objects.filter(shop=shop).order_by("-ordered_at").values_list("remote_id", flat=True))


def test_the_first_round_walks_back_90_days_in_windows_newest_first(shop: Shop) -> None:
    stand = Stand([an_order(f"D{days}", days_ago=days) for days in (0.5, 14, 16, 50, 89.5, 91)])
    run(shop, stand)
    assert stored(shop) == ["D0.5", "D14", "D16", "D50", "D89.5"]
    windows = list(dict.fromkeys((since, until) for since, until, _cursor, _by_update in stand.asked))
    assert len(windows) == 6
    assert [until for _since, until in windows[1:]] == [since for since, _until in windows[:-1]], "no hole"
    assert windows[0][1] - windows[-1][0] == timedelta(days=90)
    assert not any(by_update for *_window, by_update in stand.asked), "by the time of the order"


def test_the_newest_orders_are_here_before_the_old_ones_were_asked_for(shop: Shop) -> None:
    stand = Stand([an_order("NEW", days_ago=1), an_order("OLD", days_ago=80)])
    stand.failures = [None, Temporary("busy")]
    feed = run(shop, stand)
    assert stored(shop) == ["NEW"]
    assert feed.through_at is None, "the round has not ended"


def test_a_window_with_several_pages_is_read_whole(shop: Shop) -> None:
    stand = Stand([an_order(f"A{number}", days_ago=number) for number in range(1, 6)])
    run(shop, stand)
    assert stored(shop) == ["A1", "A2", "A3", "A4", "A5"]


def test_later_rounds_ask_what_changed_since_with_an_overlap(shop: Shop) -> None:
    stand = Stand([an_order("A1", days_ago=40)])
    first = run(shop, stand)
    stand.asked.clear()
    stand.orders["A1"] = replace(
        stand.orders["A1"], status=OrderStatus.SHIPPED, updated_at=timezone.now() - timedelta(seconds=5)
    )
    run(shop, stand)
    ((since, _until, _cursor, by_update),) = stand.asked
    assert first.through_at is not None
    assert (since, by_update) == (first.through_at - timedelta(minutes=10), True)
    assert Order.objects.get().status == "shipped"


def test_a_cursor_that_repeats_ends_the_window(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    stand = Stand([an_order(f"A{number}", days_ago=number) for number in range(1, 6)])
    calls: list[str | None] = []

    def stuck(since: datetime, until: datetime, cursor: str | None, *, by_update: bool) -> Page[RemoteOrder]:
        calls.append(cursor)
        assert len(calls) < 20, "it goes round in circles"
        return Page((stand.orders["A1"],), "7")

    monkeypatch.setattr(stand, "list_orders", stuck)
    run(shop, stand)
    assert calls == [None, "7"] * 6


def test_the_mark_moves_to_the_beginning_of_a_round_and_only_at_its_end(shop: Shop) -> None:
    stand = Stand([an_order("A1")])
    run(shop, stand)
    long_ago = timezone.now() - timedelta(days=20)
    Feed.objects.update(through_at=long_ago)
    stand.failures = [None, Temporary("busy")]
    assert run(shop, stand).through_at == long_ago, "one of two windows is read"
    began = timezone.now()
    through_at = run(shop, stand).through_at
    assert through_at is not None
    assert long_ago < through_at < began, "what changed after the round began comes with the next one"


def test_a_shop_that_was_away_for_a_year_asks_for_90_days(shop: Shop) -> None:
    stand = Stand()
    Feed.objects.create(shop=shop, kind=Feed.Kind.ORDERS, through_at=timezone.now() - timedelta(days=365))
    run(shop, stand)
    assert len(stand.asked) == 6


def test_the_same_page_twice_stores_nothing_twice_and_is_no_news(shop: Shop) -> None:
    told = [an_order("A1", total=Decimal("125000.00")), an_order("A2")]
    assert {order.remote_id for order in orders.store(shop, told)} == {"A1", "A2"}
    assert orders.store(shop, told) == []
    assert Order.objects.count() == 2


def test_an_older_copy_never_overwrites_a_newer_one(shop: Shop) -> None:
    old = an_order("A1", days_ago=2, status=OrderStatus.UNPAID)
    new = replace(old, status=OrderStatus.SHIPPED, updated_at=timezone.now())
    orders.store(shop, [new])
    assert orders.store(shop, [old]) == []
    assert Order.objects.get().status == "shipped"
    Order.objects.all().delete()
    orders.store(shop, [new, old])
    assert Order.objects.get().status == "shipped", "nor in one page"


def test_news_is_what_a_card_shows(shop: Shop) -> None:
    order = an_order("A1", total=None)
    orders.store(shop, [order])
    later = timezone.now()
    assert orders.store(shop, [replace(order, updated_at=later)]) == []
    paid = replace(order, total=Decimal(99000), updated_at=later)
    assert [(row.remote_id, row.total) for row in orders.store(shop, [paid])] == [("A1", Decimal(99000))]
    shipped = replace(paid, status=OrderStatus.SHIPPED)
    assert [row.status for row in orders.store(shop, [shipped])] == ["shipped"]


def test_what_a_copy_leaves_out_is_not_forgotten(shop: Shop) -> None:
    order = an_order("A1", total=Decimal(99000), carrier="JNE")
    orders.store(shop, [order])
    bare = replace(
        order, buyer_id="", buyer_name="", total=None, carrier="", lines=(), updated_at=timezone.now()
    )
    assert orders.store(shop, [bare]) == []
    row = Order.objects.get()
    assert (row.buyer_id, row.total, row.carrier, len(row.lines)) == ("71", Decimal(99000), "JNE", 1)


def test_what_does_not_fit_is_stored_as_far_as_it_does(shop: Shop) -> None:
    line = OrderLine("901", "Kaos\x00", price=Decimal("1500.5"), picture_url="https://cf.example.test/1")
    orders.store(
        shop,
        [
            an_order("A1", buyer_name="r\x00ina" * 100, total=Decimal(10) ** 15, lines=(line,)),
            an_order("A2", total=Decimal("NaN")),
            an_order("A3", total=Decimal("1499.999")),
        ],
    )
    first, second, third = Order.objects.order_by("remote_id")
    assert (len(first.buyer_name), first.total, second.total) == (200, None, None)
    assert third.total == Decimal("1500.00")
    assert first.first_line == {
        "product": "901",
        "name": "Kaos",
        "quantity": 1,
        "variation": "",
        "price": "1500.5",
        "picture_url": "https://cf.example.test/1",
    }


def test_named_orders_are_fetched_fifty_at_once(shop: Shop) -> None:
    ids = [f"A{number}" for number in range(60)]
    stand = Stand([an_order(each) for each in ids])
    told: list[Any] = []
    found = orders.refresh(
        shop, stand, [*ids, "A1", "UNKNOWN"], lambda **changed: told.extend(changed["orders"])
    )
    assert [len(batch) for batch in stand.asked] == [50, 11]
    assert len(found) == len(told) == Order.objects.count() == 60
    assert orders.refresh(shop, stand, ["A1"]) == [], "no news"


@pytest.mark.django_db(transaction=True)
def test_workers_that_store_the_same_orders_at_once_keep_the_newest_of_each(shop: Shop) -> None:
    base = timezone.now()
    copies = [
        [
            an_order(f"A{number}", updated_at=base + timedelta(seconds=age), remote_status=str(age))
            for number in range(20)
        ]
        for age in (3, 1, 5, 2, 4)
    ]

    def work(place: int) -> None:
        try:
            for turn in range(5):
                told = copies[(place + turn) % 5]
                orders.store(shop, told if place % 2 else told[::-1])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert set(Order.objects.values_list("remote_status", flat=True)) == {"5"}
    assert Order.objects.count() == 20


def test_two_shops_may_have_an_order_of_the_same_number(shop: Shop, seller: Seller) -> None:
    other = make_shop(seller)
    orders.store(shop, [an_order("A1", status=OrderStatus.SHIPPED)])
    orders.store(other, [an_order("A1", status=OrderStatus.UNPAID)])
    assert Order.objects.get(shop=shop).status == "shipped"
    assert Order.objects.get(shop=other).status == "unpaid"


# Where nothing tells what changed


@pytest.fixture
def other_shop(seller: Seller) -> Shop:
    """At a marketplace that lists orders by their own time alone."""
    return make_shop(seller, "tokopedia")


@pytest.fixture
def asleep(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a night lies between two rounds, whatever the hour at which the tests run."""
    nights = [False]
    monkeypatch.setattr(orders, "has_slept", lambda *between: nights[0])
    return nights


def test_a_round_lists_the_last_window_anew_where_changes_are_not_told(
    other_shop: Shop, asleep: list[bool]
) -> None:
    stand = Stand([an_order("NEW", days_ago=2), an_order("OLD", days_ago=40)])
    stand.order_window = other_shop.connector.order_window  # type: ignore[misc]
    run(other_shop, stand)
    stand.asked.clear()
    for number in ("NEW", "OLD"):
        stand.orders[number] = replace(stand.orders[number], status=OrderStatus.SHIPPED)
    run(other_shop, stand)
    ((since, until, _cursor, by_update),) = stand.asked
    assert (until - since, by_update) == (stand.order_window, False)
    statuses = dict(Order.objects.values_list("remote_id", "status"))
    assert statuses == {"NEW": "shipped", "OLD": "to_ship"}
    asleep[0] = True
    run(other_shop, stand)
    assert Order.objects.get(remote_id="OLD").status == "shipped", "once a night all are listed"


def test_a_round_after_days_away_leaves_no_hole(other_shop: Shop, asleep: list[bool]) -> None:
    away_since = timezone.now() - timedelta(days=8)
    Feed.objects.create(shop=other_shop, kind=Feed.Kind.ORDERS, through_at=away_since)
    stand = Stand([an_order("A1", days_ago=7)])
    stand.order_window = other_shop.connector.order_window  # type: ignore[misc]
    run(other_shop, stand)
    assert stored(other_shop) == ["A1"]
    assert stand.asked[-1][0] == away_since - timedelta(minutes=10)
