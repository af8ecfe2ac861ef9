from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import responses
from django.utils import timezone

from forstok_chat.accounts.models import Seller
from marketplaces import feeds
from marketplaces.connector import Connector
from marketplaces.copies import nobody
from marketplaces.errors import NotAuthorized, RateLimited, Rejected, Temporary, Uncertain
from marketplaces.models import Feed, Order, Product, Shop
from marketplaces.registry import connector_for
from tests.factories import TOKOPEDIA_KEYS, make_shop
from tests.goods import Stand, a_product, an_order
from tests.marketplaces.shopee import FIXTURES
from tests.marketplaces.tokopedia import fixture as tokopedia_fixture
from tests.wire import SHOPEE, shopee_answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed(shop: Shop) -> Feed:
    return Feed.objects.create(shop=shop, kind=Feed.Kind.PRODUCTS)


def claimed(feed: Feed) -> Feed:
    """Due, and claimed."""
    Feed.objects.filter(pk=feed.pk).update(next_run_at=timezone.now())
    found = feeds.claim(feed.pk)
    assert found is not None
    return found


def five_products() -> Stand:
    return Stand(products=[a_product(str(number)) for number in range(1, 6)])


def test_an_active_shop_gets_a_feed_for_each_thing_that_its_marketplace_lists(
    shop: Shop, seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_shop(seller, is_active=False)
    monkeypatch.setattr(feeds, "connector_class", lambda slug: Stand)
    feeds.ensure_all()
    feeds.ensure_all()
    assert sorted(Feed.objects.values_list("shop", "kind")) == [(shop.pk, "orders"), (shop.pk, "products")]


def test_a_marketplace_without_lists_gets_none(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "connector_class", lambda slug: Connector)
    feeds.ensure_all()
    assert not Feed.objects.exists()


def test_only_one_worker_claims_a_feed(feed: Feed) -> None:
    assert feeds.due() == [feed.pk]
    assert feeds.claim(feed.pk) is not None
    assert feeds.claim(feed.pk) is None
    assert feeds.due() == []


def test_the_feed_of_a_dead_worker_is_taken_up_again(feed: Feed) -> None:
    mine = claimed(feed)
    assert mine.next_run_at <= timezone.now() + feeds.LEASE
    Feed.objects.update(next_run_at=timezone.now())
    assert feeds.due() == [feed.pk]


def test_the_feeds_of_a_switched_off_shop_rest(feed: Feed, shop: Shop) -> None:
    shop.disconnect("the token is gone")
    assert feeds.due() == []
    assert feeds.claim(feed.pk) is None


def test_a_round_copies_page_by_page_and_the_next_one_comes_in_its_time(feed: Feed) -> None:
    began = timezone.now()
    feeds.run(claimed(feed), five_products())
    feed.refresh_from_db()
    assert Product.objects.count() == 5
    assert feed.place is None
    assert feed.through_at is not None
    assert began <= feed.through_at <= timezone.now()
    assert timedelta(minutes=9) < feed.next_run_at - timezone.now() <= timedelta(minutes=10)


def test_a_round_that_broke_goes_on_at_its_page(feed: Feed) -> None:
    stand = five_products()
    stand.failures = [None, None, Temporary("system_busy")]
    feeds.run(claimed(feed), stand)
    feed.refresh_from_db()
    assert (Product.objects.count(), feed.through_at, feed.problem) == (4, None, "system_busy")
    assert timedelta(seconds=55) < feed.next_run_at - timezone.now() <= timedelta(seconds=60)
    feeds.run(claimed(feed), stand)
    feed.refresh_from_db()
    assert [cursor for _since, cursor in stand.asked] == [None, "2", "4", "4"]
    assert (Product.objects.count(), feed.problem) == (5, "")


def test_a_crash_while_a_page_is_stored_loses_that_page_alone(feed: Feed) -> None:
    told: list[Any] = []

    def tell(**changed: Any) -> None:
        told.append(changed)
        if len(told) == 2:
            raise ZeroDivisionError

    mine = claimed(feed)
    with pytest.raises(ZeroDivisionError):
        feeds.run(mine, five_products(), tell)
    feed.refresh_from_db()
    assert Product.objects.count() == 2
    assert feed.place is not None
    assert feed.place["cursor"] == "2"


def test_a_worker_that_lost_its_lease_writes_nothing_more(feed: Feed) -> None:
    mine = claimed(feed)
    Feed.objects.update(next_run_at=timezone.now() + timedelta(hours=1), place=None)
    feeds.run(mine, five_products())
    feed.refresh_from_db()
    assert (feed.place, feed.through_at, Product.objects.count()) == (None, None, 0)


def test_a_run_that_takes_long_makes_room_and_is_due_at_once(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "BUDGET", -1)
    stand = five_products()
    feeds.run(claimed(feed), stand)
    assert len(stand.asked) == 1
    assert feeds.due() == [feed.pk]


def test_too_many_calls_are_no_problem_but_a_pause(feed: Feed) -> None:
    stand = five_products()
    stand.failures = [RateLimited(retry_after=20)]
    feeds.run(claimed(feed), stand)
    feed.refresh_from_db()
    assert feed.problem == ""
    assert timedelta(seconds=15) < feed.next_run_at - timezone.now() <= timedelta(seconds=20)


def test_no_answer_is_tried_again_in_a_minute(feed: Feed) -> None:
    stand = five_products()
    stand.failures = [Uncertain("read timeout")]
    feeds.run(claimed(feed), stand)
    feed.refresh_from_db()
    assert feed.problem == "read timeout"
    assert timedelta(seconds=55) < feed.next_run_at - timezone.now() <= timedelta(seconds=60)


def test_a_refusal_waits_an_hour_and_the_refused_cursor_is_forgotten(feed: Feed) -> None:
    stand = five_products()
    stand.failures = [None, Rejected(code="error_param")]
    feeds.run(claimed(feed), stand)
    feed.refresh_from_db()
    assert feed.problem == "error_param"
    assert timedelta(minutes=59) < feed.next_run_at - timezone.now() <= timedelta(hours=1)
    feeds.run(claimed(feed), stand)
    assert [cursor for _since, cursor in stand.asked] == [None, "2", None, "2", "4"]


def test_a_lost_authorization_is_the_callers_to_handle_and_does_not_spin(feed: Feed) -> None:
    stand = five_products()
    stand.failures = [NotAuthorized(code="invalid_access_token")]
    with pytest.raises(NotAuthorized):
        feeds.run(claimed(feed), stand)
    assert feeds.due() == []
    feeds.wake(feed.shop)
    assert feeds.due() == [feed.pk]


def test_a_cursor_that_repeats_ends_the_list(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    stand = five_products()
    page = stand.list_products(None, "2")
    monkeypatch.setattr(stand, "list_products", lambda since, cursor: page)
    feed = claimed(feed)
    pages = 0
    while feeds.copy_page(feed, stand, nobody):
        pages += 1
        assert pages < 5, "it goes round in circles"
    assert Product.objects.count() == 2


def test_orders_and_products_of_a_shop_are_copied_side_by_side(shop: Shop) -> None:
    stand = Stand(orders=[an_order("A1")], products=[a_product("1")])
    for kind in Feed.Kind:
        feeds.run(claimed(Feed.objects.create(shop=shop, kind=kind)), stand)
    assert (Order.objects.count(), Product.objects.count()) == (1, 1)


def fixture(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return loaded


def test_shopee_orders_come_over_the_wire_window_by_window(web: responses.RequestsMock, shop: Shop) -> None:
    detail = fixture("order_get_order_detail_response")
    (told,) = detail["response"]["order_list"]
    web.get(f"{SHOPEE}/order/get_order_list", json=one_order_list(told["order_sn"]))
    web.get(f"{SHOPEE}/order/get_order_detail", json=detail)
    feed = Feed.objects.create(shop=shop, kind=Feed.Kind.ORDERS)
    feeds.run(claimed(feed), connector_for(shop))
    order = Order.objects.get()
    assert (order.remote_id, order.buyer_id) == (told["order_sn"], str(told["buyer_user_id"]))
    assert order.first_line is not None
    assert order.first_line["product"] == str(told["item_list"][0]["item_id"])
    windows = [call.request.params for call in web.calls if "get_order_list" in str(call.request.url)]
    assert len(windows) == 6
    assert {window["time_range_field"] for window in windows} == {"create_time"}
    assert all(int(window["time_to"]) - int(window["time_from"]) <= 15 * 86400 for window in windows)


def one_order_list(number: str) -> dict[str, Any]:
    return shopee_answer({"more": False, "next_cursor": "", "order_list": [{"order_sn": number}]})


def test_shopee_products_come_over_the_wire(web: responses.RequestsMock, shop: Shop) -> None:
    items = fixture("product_get_item_base_info_response")
    told = items["response"]["item_list"]
    rows = [
        {"item_id": item["item_id"], "item_status": item["item_status"], "update_time": item["update_time"]}
        for item in told
    ]
    listed = {"item": rows, "total_count": len(rows), "has_next_page": False, "next_offset": 0}
    web.get(f"{SHOPEE}/product/get_item_list", json=shopee_answer(listed))
    web.get(f"{SHOPEE}/product/get_item_base_info", json=items)
    web.get(f"{SHOPEE}/product/get_model_list", json=shopee_answer({"model": []}))
    feed = Feed.objects.create(shop=shop, kind=Feed.Kind.PRODUCTS)
    feeds.run(claimed(feed), connector_for(shop))
    feed.refresh_from_db()
    assert feed.problem == ""
    assert dict(Product.objects.values_list("remote_id", "name")) == {
        str(item["item_id"]): item["item_name"] for item in told
    }


def test_a_shopee_that_breaks_down_leaves_the_place(web: responses.RequestsMock, shop: Shop) -> None:
    web.get(f"{SHOPEE}/order/get_order_list", body="<html>", status=502)
    feed = Feed.objects.create(shop=shop, kind=Feed.Kind.ORDERS)
    feeds.run(claimed(feed), connector_for(shop))
    feed.refresh_from_db()
    assert feed.problem
    assert feed.through_at is None
    assert feeds.due() == []


def test_tokopedia_orders_and_products_come_over_the_wire(
    web: responses.RequestsMock, seller: Seller
) -> None:
    shop = make_shop(seller, "tokopedia")
    Shop.objects.filter(pk=shop.pk).update(remote_id="7001")
    api, fs_id = TOKOPEDIA_KEYS["api_url"], TOKOPEDIA_KEYS["fs_id"]
    web.get(f"{api}/v2/order/list", json=tokopedia_fixture("order_list_response")["body"])
    product = tokopedia_fixture("product_info_response")["body"]
    web.get(f"{api}/inventory/v1/fs/{fs_id}/product/info", json=product)
    for kind in Feed.Kind:
        feed = Feed.objects.create(shop=shop, kind=kind)
        mine = claimed(feed)
        feeds.run(mine, connector_for(mine.shop))
        feed.refresh_from_db()
        assert (feed.problem, feed.place) == ("", None)
    assert (Order.objects.get().remote_id, Product.objects.get().remote_id) == ("300001", "400002")
    windows = [call.request.params for call in web.calls if "order/list" in str(call.request.url)]
    spans = [int(window["to_date"]) - int(window["from_date"]) for window in windows]
    assert 30 <= len(spans) <= 31
    assert max(spans) < 3 * 86400
