"""When the answer to a buyer is due: by the marketplace's rule of the time, kept as messages come and go."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations import outbox
from conversations.deadlines.due import Rules
from conversations.dispatch import Draft
from conversations.ingest import ingest
from conversations.models import Conversation, Event, Message
from forstok_chat.accounts.models import Seller, User
from marketplaces.content import IncomingMessage, Kind
from marketplaces.models import ReplyRule, Shop
from tests.conftest import signed_in
from tests.conversations.mall import make_mall_shop
from tests.factories import make_shop, remote, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]

NOW = timezone.now()
JAKARTA = ZoneInfo("Asia/Jakarta")


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


def make_rule(marketplace: str, hours: int, **fields: Any) -> ReplyRule:
    told = {"valid_from": date(2020, 1, 1), "confidence": "low", "source": "a test"} | fields
    return ReplyRule.objects.create(marketplace=marketplace, hours=hours, **told)


def room(shop: Shop, *bubbles: IncomingMessage) -> Conversation:
    return ingest(shop, remote("rina"), bubbles, Message.Source.READING)


def due(conversation: Conversation) -> datetime | None:
    conversation.refresh_from_db()
    return conversation.due_at


@pytest.fixture
def mall_shop(seller: Seller, mall: Any) -> Shop:
    """Of a marketplace that wants its answers within 6 hours."""
    make_rule("mall", 6)
    return make_mall_shop(seller)


# What is known of the real ones


def test_the_marketplaces_have_the_rules_that_are_known_of_them(seller: Seller) -> None:
    at = Rules().at
    shopee, of_old, today = at("shopee", NOW), at("tiktok_shop", ago(days=800)), at("tiktok_shop", NOW)
    assert shopee is not None
    assert of_old is not None
    assert today is not None
    assert (shopee.hours, of_old.hours, today.hours) == (12, 24, 12)
    assert at("tokopedia", NOW) is None
    assert all(rule.source for rule in ReplyRule.objects.all())


# Kept as messages come


def test_an_answer_is_due_some_hours_after_the_buyers_first_word(mall_shop: Shop) -> None:
    first = ago(hours=2)
    conversation = room(mall_shop, said("halo", at=first), said("ada?", at=ago(hours=1)))
    assert due(conversation) == first + timedelta(hours=6)
    assert conversation.due_soon_at == first + timedelta(hours=4)


def test_a_short_time_is_due_soon_an_hour_before_its_end(seller: Seller, mall: Any) -> None:
    make_rule("mall", 2)
    conversation = room(make_mall_shop(seller), said("halo", at=ago(minutes=5)))
    assert conversation.due_at is not None
    assert conversation.due_at - (conversation.due_soon_at or NOW) == timedelta(hours=1)


def test_an_answer_takes_it_away_and_a_new_question_brings_a_new_one(mall_shop: Shop, owner: User) -> None:
    conversation = room(mall_shop, said("halo", at=ago(hours=2)))
    outbox.enqueue(conversation, owner, Draft(Kind.TEXT, text="ada"), uuid4())
    assert due(conversation) is None
    again = timezone.now() + timedelta(seconds=5)
    room(mall_shop, said("yang merah?", at=again))
    assert due(conversation) == again + timedelta(hours=6)


def test_an_answer_in_the_seller_centre_counts(mall_shop: Shop) -> None:
    conversation = room(
        mall_shop, said("halo", at=ago(hours=2)), said("ada", at=ago(hours=1), by_buyer=False)
    )
    assert due(conversation) is None


@pytest.mark.parametrize("counts", [True, False])
def test_an_automatic_reply_counts_where_the_rule_says_so(seller: Seller, mall: Any, counts: bool) -> None:
    make_rule("mall", 6, counts_automatic=counts)
    asked = said("halo", at=ago(hours=2))
    automatic = said("kami segera balas", at=ago(hours=1), by_buyer=False, is_automatic=True)
    conversation = room(make_mall_shop(seller), asked, automatic)
    assert (due(conversation) is None) == counts
    assert conversation.waiting_since == ago(hours=2)  # the buyer still waits for a person


def test_where_the_marketplace_sets_no_time_nothing_is_due(seller: Seller) -> None:
    conversation = room(make_shop(seller, "tokopedia"), said("halo", at=ago(hours=2)))
    assert (due(conversation), conversation.due_soon_at) == (None, None)


def test_the_rule_of_the_day_on_which_the_buyer_wrote_holds(mall_shop: Shop) -> None:
    make_rule("mall", 3, valid_from=(NOW.astimezone(JAKARTA) - timedelta(days=1)).date())
    old, new = ago(days=3), ago(hours=1)
    assert room(mall_shop, said("dulu", at=old)).due_at == old + timedelta(hours=6)
    other = ingest(mall_shop, remote("sari"), [said("baru", at=new)], Message.Source.READING)
    assert other.due_at == new + timedelta(hours=3)


def test_a_rule_begins_at_midnight_in_indonesia(mall_shop: Shop) -> None:
    rule = make_rule("mall", 3, valid_from=date(2026, 11, 20))
    before = datetime(2026, 11, 19, 23, 59, tzinfo=JAKARTA)
    assert Rules().at("mall", before) != rule
    assert Rules().at("mall", before + timedelta(minutes=1)) == rule


# Working days


@pytest.mark.parametrize(
    ("began", "end"),
    [
        ("2026-11-18 10:00", "2026-11-18 22:00"),  # a Wednesday
        ("2026-11-20 20:00", "2026-11-23 08:00"),  # a Friday evening: Monday morning
        ("2026-11-21 09:00", "2026-11-23 12:00"),  # a Saturday: as if on Monday at midnight
    ],
)
def test_weekends_may_not_count(began: str, end: str) -> None:
    rule = ReplyRule(marketplace="mall", hours=12, is_working_days_only=True)
    since = datetime.fromisoformat(began).replace(tzinfo=JAKARTA)
    assert rule.end(since, JAKARTA) == datetime.fromisoformat(end).replace(tzinfo=JAKARTA)


def test_a_rule_for_all_days_does_not_care() -> None:
    since = datetime(2026, 11, 20, 13, tzinfo=UTC)
    assert ReplyRule(marketplace="mall", hours=12).end(since, JAKARTA) == since + timedelta(hours=12)


# A rule that changes


def test_after_a_change_those_that_wait_have_another_deadline_and_screens_are_told(mall_shop: Shop) -> None:
    conversation = room(mall_shop, said("halo", at=ago(hours=2)))
    answered = ingest(
        mall_shop,
        remote("sari"),
        [said("halo", at=ago(hours=2)), said("ada", by_buyer=False)],
        Message.Source.READING,
    )
    ReplyRule.objects.filter(marketplace="mall").update(hours=8)
    Event.objects.all().delete()
    call_command("recompute_deadlines", "mall")
    assert due(conversation) == ago(hours=2) + timedelta(hours=8)
    assert due(answered) is None
    assert [event.conversation for event in Event.objects.all()] == [conversation]
    Event.objects.all().delete()
    call_command("recompute_deadlines", "mall")  # nothing changes twice
    assert not Event.objects.exists()


def test_a_rule_saved_in_the_admin_holds_at_once(
    mall_shop: Shop, django_capture_on_commit_callbacks: Any
) -> None:
    conversation = room(mall_shop, said("halo", at=ago(hours=2)))
    rule = ReplyRule.objects.get(marketplace="mall")
    support = User.objects.create_superuser("support@example.test", "a-good-password", name="Support")
    page = reverse("admin:marketplaces_replyrule_change", args=[rule.pk])
    fields = {
        "marketplace": "mall",
        "valid_from": "2020-01-01",
        "hours": "9",
        "window_days": "30",
        "confidence": "low",
        "source": "x",
    }
    with django_capture_on_commit_callbacks(execute=True):
        assert signed_in(support).post(page, fields).status_code == 302
    assert due(conversation) == ago(hours=2) + timedelta(hours=9)


def test_the_admin_recomputes_when_asked(mall_shop: Shop) -> None:
    conversation = room(mall_shop, said("halo", at=ago(hours=2)))
    rule = ReplyRule.objects.get(marketplace="mall")
    ReplyRule.objects.filter(pk=rule.pk).update(hours=10)
    support = User.objects.create_superuser("support@example.test", "a-good-password", name="Support")
    asked = {"action": "recompute_deadlines", "_selected_action": [rule.pk]}
    signed_in(support).post(reverse("admin:marketplaces_replyrule_changelist"), asked)
    assert due(conversation) == ago(hours=2) + timedelta(hours=10)
    assert Client().get(reverse("admin:marketplaces_replyrule_changelist")).status_code == 302
