from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from forstok_chat.accounts.models import Seller
from marketplaces import catalogue, feeds
from marketplaces.errors import RateLimited
from marketplaces.models import Feed, Shop
from marketplaces.nights import has_slept
from tests.factories import make_shop
from tests.goods import Stand, a_product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_night(monkeypatch: pytest.MonkeyPatch) -> None:
    """No round becomes a whole one because of the hour at which the tests run."""
    monkeypatch.setattr(catalogue, "has_slept", lambda *between: False)


def run(shop: Shop, stand: Stand) -> Feed:
    """The products of this shop are due, and copied."""
    feed, _is_new = Feed.objects.get_or_create(shop=shop, kind=Feed.Kind.PRODUCTS)
    Feed.objects.update(next_run_at=timezone.now())
    claimed = feeds.claim(feed.pk)
    assert claimed is not None
    feeds.run(claimed, stand)
    feed.refresh_from_db()
    return feed


def names(shop: Shop) -> set[str]:
    return set(shop.products.values_list("name", flat=True))


def test_the_first_round_brings_all_and_later_ones_what_changed(shop: Shop) -> None:
    stand = Stand(products=[a_product("1", days_ago=400), a_product("2", days_ago=3), a_product("3")])
    first = run(shop, stand)
    assert names(shop) == {"Kaos 1", "Kaos 2", "Kaos 3"}
    stand.asked.clear()
    stand.products["1"] = replace(stand.products["1"], name="Kaos satu", updated_at=timezone.now())
    run(shop, stand)
    assert first.through_at is not None
    assert stand.asked == [(first.through_at - timedelta(minutes=10), None)]
    assert names(shop) == {"Kaos satu", "Kaos 2", "Kaos 3"}


def test_a_whole_round_after_a_night_finds_stock_that_was_no_update(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = Stand(products=[a_product("1", days_ago=3, stock=5)])
    run(shop, stand)
    stand.products["1"] = replace(stand.products["1"], stock=2)
    run(shop, stand)
    assert shop.products.get().stock == 5, "its time of change is the old one"
    monkeypatch.setattr(catalogue, "has_slept", lambda *between: True)
    run(shop, stand)
    assert shop.products.get().stock == 2


def test_a_product_that_a_whole_round_does_not_tell_is_asked_for_by_name(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = Stand(products=[a_product("1"), a_product("2"), a_product("3")])
    run(shop, stand)
    hidden, gone = stand.products.pop("2"), stand.products.pop("3")
    run(shop, stand)
    assert not shop.products.exclude(wanted_at=None).exists(), "what did not change says nothing"
    monkeypatch.setattr(catalogue, "has_slept", lambda *between: True)
    run(shop, stand)
    assert set(shop.products.exclude(wanted_at=None)) == set(shop.products.filter(remote_id__in=["2", "3"]))
    stand.products["2"] = hidden
    catalogue.fetch_wanted(shop, stand)
    assert dict(shop.products.values_list("remote_id", "is_listed")) == {"1": True, "2": True, "3": False}
    assert not shop.products.exclude(wanted_at=None).exists()
    assert gone.remote_id not in shop.products.on_sale().values_list("remote_id", flat=True)


JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.mark.parametrize(
    ("before", "now", "slept"),
    [
        ((23, 20, 0), (24, 0, 50), False),
        ((23, 20, 0), (24, 1, 0), False),
        ((23, 20, 0), (24, 1, 30), True),
        ((24, 1, 30), (24, 23, 59), False),
        ((24, 1, 40), (25, 1, 20), False),
        ((22, 12, 0), (24, 0, 0), True),
    ],
)
def test_every_feed_has_its_own_minute_of_the_night(
    before: tuple[int, int, int], now: tuple[int, int, int], slept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    at = [datetime(2026, 11, *moment, tzinfo=JAKARTA) for moment in (before, now)]
    assert has_slept(30, *at) is slept, "feed 30 has half past one"


def test_an_older_copy_never_overwrites_a_newer_one(shop: Shop) -> None:
    new = a_product("1", days_ago=0, stock=1)
    catalogue.store(shop, [new])
    assert (
        catalogue.store(shop, [replace(new, stock=9, updated_at=new.updated_at - timedelta(hours=1))]) == []
    )
    assert shop.products.get().stock == 1


def test_news_is_what_a_card_shows(shop: Shop) -> None:
    product = a_product("1", lowest_price=Decimal(50000), highest_price=Decimal(50000))
    told: list[Any] = []

    def tell(**changed: Any) -> None:
        told.append(changed)

    catalogue.store(shop, [product], tell)
    catalogue.store(shop, [replace(product, sku="K-1")], tell)
    assert shop.products.get().sku == "K-1"
    catalogue.store(shop, [replace(product, stock=4)], tell)
    catalogue.store(shop, [replace(product, stock=4, lowest_price=Decimal(45000))], tell)
    catalogue.store(shop, [replace(product, stock=4, lowest_price=Decimal(45000))], tell)
    assert told == [{"products": ["1"]}] * 3


def test_sold_out_is_not_the_same_as_unknown(shop: Shop) -> None:
    product = a_product("1", stock=5)
    catalogue.store(shop, [product])
    catalogue.store(shop, [replace(product, stock=None)])
    assert shop.products.get().stock == 5
    catalogue.store(shop, [replace(product, stock=0)])
    assert shop.products.get().stock == 0


def test_what_does_not_fit_is_stored_as_far_as_it_does(shop: Shop) -> None:
    long = "https://cf.example.test/" + "x" * 1000
    catalogue.store(
        shop, [a_product("1", name="K" * 600, stock=-3, picture_url=long), a_product("2", stock=2**40)]
    )
    first, second = shop.products.order_by("remote_id")
    assert (len(first.name), first.stock, first.picture_url) == (500, 0, "")
    assert second.stock == 2**31 - 1


# Wanted ones


def test_an_unknown_product_is_wanted_once_and_then_here(shop: Shop) -> None:
    assert catalogue.want(shop, ["1", "2"])
    wanted_at = shop.products.get(remote_id="1").wanted_at
    assert catalogue.waiting_shops() == [shop.pk]
    assert not catalogue.want(shop, ["1", "2"]), "they are on their way"
    assert shop.products.get(remote_id="1").wanted_at == wanted_at
    assert not shop.products.on_sale().exists(), "nothing is known of them"
    catalogue.fetch_wanted(shop, Stand(products=[a_product("1")]))
    known, unknown = shop.products.order_by("remote_id")
    assert (known.name, known.is_listed, known.wanted_at) == ("Kaos 1", True, None)
    assert (unknown.is_listed, unknown.wanted_at, unknown.synced_at is None) == (False, None, False)
    assert catalogue.waiting_shops() == []


def test_a_known_product_is_wanted_again_when_it_is_older_than_two_minutes(shop: Shop) -> None:
    catalogue.store(shop, [a_product("1"), a_product("2")])
    assert not catalogue.want(shop, ["1", "2"])
    shop.products.filter(remote_id="1").update(synced_at=timezone.now() - timedelta(minutes=3))
    assert catalogue.want(shop, ["1", "2"])
    assert [product.remote_id for product in shop.products.exclude(wanted_at=None)] == ["1"]


def test_wanted_products_are_fetched_fifty_at_once_by_one_worker(shop: Shop) -> None:
    catalogue.want(shop, [str(number) for number in range(60)])
    first, second = catalogue.claim_wanted(shop), catalogue.claim_wanted(shop)
    assert (len(first), len(second), set(first) & set(second)) == (50, 10, set())
    assert catalogue.claim_wanted(shop) == []
    shop.products.update(wanted_at=timezone.now())
    stand = Stand()
    catalogue.fetch_wanted(shop, stand)
    assert [len(batch) for batch in stand.asked] == [50, 10]


def test_wanted_products_that_a_marketplace_refuses_now_wait(shop: Shop) -> None:
    catalogue.want(shop, ["1"])
    catalogue.put_off_wanted(shop, RateLimited(retry_after=30))
    assert catalogue.waiting_shops() == []
    assert not catalogue.want(shop, ["1"]), "a look does not shorten the pause"
    wanted_at = shop.products.get().wanted_at
    assert wanted_at is not None
    assert timedelta(seconds=25) < wanted_at - timezone.now() <= timedelta(seconds=30)


def test_a_product_that_is_gone_is_told(shop: Shop) -> None:
    catalogue.store(shop, [a_product("1")])
    told: list[Any] = []
    changed = catalogue.refresh(shop, Stand(), ["1"], lambda **changed: told.append(changed))
    assert [(product.remote_id, product.is_listed) for product in changed] == [("1", False)]
    assert told == [{"products": ["1"]}]
    assert catalogue.refresh(shop, Stand(), ["1"]) == [], "that is known by now"


def test_an_id_that_nobody_here_knows_makes_no_row(shop: Shop) -> None:
    assert catalogue.refresh(shop, Stand(), ["404"]) == []
    assert not shop.products.exists()


def test_the_wanted_products_of_a_switched_off_shop_rest(shop: Shop, seller: Seller) -> None:
    catalogue.want(shop, ["1"])
    catalogue.want(make_shop(seller, is_active=False), ["1"])
    shop.disconnect("the token is gone")
    assert catalogue.waiting_shops() == []


def test_every_round_is_whole_and_rare_where_changes_are_not_told(seller: Seller) -> None:
    other = make_shop(seller, "tokopedia")
    stand = Stand(products=[a_product("1", days_ago=3, stock=5)])
    run(other, stand)
    stand.products["1"] = replace(stand.products["1"], stock=2)
    feed = run(other, stand)
    assert [since for since, _cursor in stand.asked] == [None, None]
    assert other.products.get().stock == 2
    assert timedelta(minutes=59) < feed.next_run_at - timezone.now() <= timedelta(hours=1)
