"""The numbers around the list: counted by tallies, exactly what the list shows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations.filters import TABS, Filters
from conversations.models import Conversation
from conversations.overview import overview
from forstok_chat.accounts.models import User
from marketplaces.models import Shop
from tests.factories import limit_to, make_conversation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


@pytest.fixture
def busy(mall_shop: Shop, shop: Shop, owner: User, colleague: User) -> Shop:
    """Another shop, beside `shop`, both with chats of every sort."""
    for place in (shop, mall_shop):
        make_conversation(place, "halo", name="siti")
        make_conversation(place, "halo", name="budi").serve(owner)
        make_conversation(place, "halo", name="rina").serve(colleague)
        make_conversation(place, "halo", name="joko").resolve(owner)
    Conversation.objects.filter(shop=mall_shop, buyer_name="siti").update(platform="tokopedia")
    Conversation.objects.filter(buyer_name="rina").first().mark_read(owner)  # type: ignore[union-attr]
    return mall_shop


@pytest.mark.parametrize("platform", ["", "tokopedia"])
@pytest.mark.parametrize("only_shop", [False, True])
def test_each_tab_counts_what_it_shows(busy: Shop, owner: User, platform: str, only_shop: bool) -> None:
    for tab in TABS:
        filters = Filters(owner, shop=busy.pk if only_shop else None, platform=platform, tab=tab)
        counts = {each.slug: each.count for each in overview(filters).tabs}
        assert counts[tab] == filters.conversations().count(), tab


def test_the_rail_counts_the_unread_of_each_shop_and_of_all(busy: Shop, shop: Shop, owner: User) -> None:
    found = overview(Filters(owner))
    unread = Conversation.objects.filter(unread_count__gt=0)
    assert {item.shop: item.unread for item in found.rail} == {
        each: unread.filter(shop=each).count() for each in (shop, busy)
    }
    assert found.unread == unread.count() == 7


def test_shops_that_somebody_does_not_see_count_for_nothing(busy: Shop, shop: Shop, colleague: User) -> None:
    limit_to(colleague, shop)
    found = overview(Filters(colleague))
    assert [item.shop for item in found.rail] == [shop]
    assert {tab.slug: tab.count for tab in found.tabs}["all"] == 4


def test_another_seller_counts_nothing(busy: Shop, stranger: User) -> None:
    found = overview(Filters(stranger))
    assert (found.rail, found.unread, [tab.count for tab in found.tabs]) == ([], 0, [0] * 5)


def test_what_a_shop_was_before_it_moved_counts_for_the_shop_of_today(
    busy: Shop, shop: Shop, owner: User
) -> None:
    Shop.objects.filter(pk=shop.pk).update(moved_to=busy)
    filters = Filters(owner, shop=busy.pk)
    counts = {tab.slug: tab.count for tab in overview(filters).tabs}
    assert counts["all"] == filters.conversations().count() == 8
    assert [item.shop for item in overview(filters).rail] == [busy]


def test_all_numbers_are_two_questions(busy: Shop, owner: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        overview(Filters(owner))
    assert len(captured) == 2, "the shops, the tallies"
