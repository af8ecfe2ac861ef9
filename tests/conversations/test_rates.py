"""The share of turns that a shop answered in time, over its marketplace's days, in one statement."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from conversations.deadlines.rates import Rate, rates
from conversations.ingest import ingest
from conversations.models import Message, OutgoingMessage
from forstok_chat.accounts.models import Seller
from marketplaces.models import ReplyRule, Shop
from marketplaces.models.reply_rule import working_second
from tests.conversations.mall import make_mall_shop
from tests.conversations.test_deadlines import make_rule
from tests.factories import make_shop, remote, said

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture
def mall_shop(seller: Seller, mall: Any) -> Shop:
    """Of a marketplace that wants its answers within 6 hours, and counts over 30 days."""
    make_rule("mall", 6)
    return make_mall_shop(seller)


def played(shop: Shop, *bubbles: tuple[str, float], name: str = "rina") -> None:
    """Who spoke ("buyer", "shop" or "automatic") and how many hours ago."""
    told = [
        said("…", at=NOW - timedelta(hours=hours), by_buyer=who == "buyer", is_automatic=who == "automatic")
        for who, hours in bubbles
    ]
    ingest(shop, remote(name), told, Message.Source.READING)


def rate(shop: Shop) -> Rate:
    return rates([shop.pk], NOW)[shop.pk]


def turns(shop: Shop) -> tuple[int, int, int]:
    """In time, late, open."""
    found = rate(shop)
    return found.in_time, found.late, found.open


@pytest.mark.parametrize(
    ("bubbles", "expected"),
    [
        ([("buyer", 20), ("shop", 15)], (1, 0, 0)),
        ([("buyer", 20), ("shop", 13)], (0, 1, 0)),
        ([("buyer", 7)], (0, 1, 0)),  # not answered, and too late by now
        ([("buyer", 5)], (0, 0, 1)),
        ([("buyer", 20), ("buyer", 16), ("shop", 15)], (1, 0, 0)),  # one turn, from its first bubble
        ([("buyer", 20), ("buyer", 14.5), ("shop", 13)], (0, 1, 0)),
        ([("buyer", 20), ("shop", 19), ("shop", 18), ("buyer", 10), ("shop", 9)], (2, 0, 0)),
        ([("shop", 20), ("buyer", 10), ("automatic", 9), ("shop", 1)], (0, 1, 0)),
        ([("shop", 20)], (0, 0, 0)),
    ],
)
def test_a_turn_is_what_a_buyer_says_until_the_shop_answers(
    mall_shop: Shop, bubbles: list[tuple[str, float]], expected: tuple[int, int, int]
) -> None:
    played(mall_shop, *bubbles)
    assert turns(mall_shop) == expected


def test_an_automatic_reply_answers_where_the_rule_says_so(seller: Seller, mall: Any) -> None:
    make_rule("mall", 6, counts_automatic=True)
    shop = make_mall_shop(seller)
    played(shop, ("buyer", 20), ("automatic", 19), ("buyer", 18), ("shop", 2))
    assert turns(shop) == (1, 1, 0)


def test_what_never_went_out_is_no_answer(mall_shop: Shop) -> None:
    played(mall_shop, ("buyer", 20))
    conversation = mall_shop.conversations.get()
    reply = conversation.messages.create(
        origin="agent", source="here", kind="text", sent_at=NOW - timedelta(hours=19)
    )
    outgoing = OutgoingMessage.objects.create(message=reply, conversation=conversation, state="failed")
    assert turns(mall_shop) == (0, 1, 0)
    OutgoingMessage.objects.filter(pk=outgoing.pk).update(state="sent")
    assert turns(mall_shop) == (1, 0, 0)


def test_what_began_before_the_days_that_count_is_left_out(mall_shop: Shop) -> None:
    days = 24.0 * 30
    played(
        mall_shop, ("buyer", days + 2), ("buyer", days - 1), ("shop", days - 2), ("buyer", 20), ("shop", 19)
    )
    assert turns(mall_shop) == (1, 0, 0)


def test_each_turn_is_judged_by_the_rule_of_its_day(mall_shop: Shop) -> None:
    make_rule("mall", 1, valid_from=(NOW.astimezone(ZoneInfo("Asia/Jakarta")) - timedelta(days=3)).date())
    played(mall_shop, ("buyer", 24 * 10), ("shop", 24 * 10 - 5), ("buyer", 20), ("shop", 15))
    assert turns(mall_shop) == (1, 1, 0)
    assert rate(mall_shop).hours == 1


def test_the_rate_now_and_what_it_becomes(mall_shop: Shop) -> None:
    for place in range(3):
        played(mall_shop, ("buyer", 20), ("shop", 19), name=f"dijawab-{place}")
    played(mall_shop, ("buyer", 20), ("shop", 10), name="terlambat")
    played(mall_shop, ("buyer", 5), name="masih")
    found = rate(mall_shop)
    assert (found.now, found.if_unanswered, found.if_answered) == (3 / 4, 3 / 5, 4 / 5)


def test_without_a_turn_there_is_no_rate(mall_shop: Shop) -> None:
    found = rate(mall_shop)
    assert (found.now, found.if_unanswered, found.if_answered) == (None, None, None)


def test_those_that_wait_are_counted_by_how_urgent_they_are(mall_shop: Shop) -> None:
    for name, hours in {"baru": 1, "segera": 4.5, "lewat": 7, "selesai": 8}.items():
        played(mall_shop, ("buyer", hours), name=name)
    mall_shop.conversations.filter(buyer_name="selesai").update(status="resolved")
    found = rate(mall_shop)
    assert (found.waiting, found.due_soon, found.overdue) == (3, 1, 1)


def test_a_marketplace_without_a_rule_has_no_rate_and_those_that_wait(seller: Seller) -> None:
    shop = make_shop(seller, "tokopedia")
    played(shop, ("buyer", 50))
    found = rate(shop)
    assert (found.hours, found.now, found.waiting, found.overdue) == (None, None, 1, 0)


def test_it_is_one_statement_for_all_shops(seller: Seller, mall: Any, django_assert_num_queries: Any) -> None:
    make_rule("mall", 6)
    shops = [make_mall_shop(seller), *(make_shop(seller, name=f"Toko {n}") for n in range(3))]
    for shop in shops:
        played(shop, ("buyer", 20), ("shop", 19))
    with django_assert_num_queries(1):
        found = rates([shop.pk for shop in shops], NOW)
    assert {each.in_time for each in found.values()} == {1}
    assert set(found) == {shop.pk for shop in shops}


@pytest.mark.parametrize(
    ("asked", "answered", "expected"),
    [
        ("2026-11-20 20:00", "2026-11-23 07:00", (1, 0, 0)),  # a Friday evening, Monday morning: 11 hours
        ("2026-11-20 20:00", "2026-11-23 09:00", (0, 1, 0)),
        ("2026-11-21 09:00", "2026-11-22 23:00", (1, 0, 0)),  # within a weekend
        ("2026-11-18 08:00", "2026-11-18 21:00", (0, 1, 0)),
    ],
)
def test_weekends_may_not_count(
    seller: Seller, mall: Any, asked: str, answered: str, expected: tuple[int, int, int]
) -> None:
    make_rule("mall", 12, is_working_days_only=True, window_days=3650)
    shop = make_mall_shop(seller)
    zone = ZoneInfo("Asia/Jakarta")
    times = [datetime.fromisoformat(at).replace(tzinfo=zone) for at in (asked, answered)]
    told = [said("…", at=times[0]), said("…", at=times[1], by_buyer=False)]
    ingest(shop, remote("rina"), told, Message.Source.READING)
    assert turns(shop) == expected
    judged = working_second(times[1], zone) - working_second(times[0], zone) <= 12 * 3600
    assert judged == bool(expected[0])  # the database and we count alike


def test_a_rule_that_is_still_to_come_changes_nothing(mall_shop: Shop) -> None:
    ReplyRule.objects.create(
        marketplace="mall", valid_from=date(2090, 1, 1), hours=1, confidence="low", source="x"
    )
    played(mall_shop, ("buyer", 20), ("shop", 15))
    assert turns(mall_shop) == (1, 0, 0)
    assert rate(mall_shop).hours == 6
