"""Deadlines in the list: the time that is left in place of the time waited, filters by urgency, an order by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from conversations.filters import Filters
from conversations.ingest import ingest
from conversations.models import Conversation, Message
from conversations.templatetags.deadlines import time_left, urgency
from forstok_chat.accounts.models import Seller, User
from marketplaces.models import Shop
from tests.factories import make_shop, remote, said

pytestmark = pytest.mark.django_db


def asked(shop: Shop, name: str, hours: float) -> Conversation:
    """A buyer has been waiting for so many hours; Shopee wants answers within 12, due soon from 8 on."""
    at = timezone.now() - timedelta(hours=hours)
    return ingest(shop, remote(name), [said("ada?", at=at)], Message.Source.READING)


@pytest.fixture
def queue(shop: Shop) -> dict[str, Conversation]:
    found = {name: asked(shop, name, hours) for name, hours in {"baru": 1, "segera": 9, "lewat": 13}.items()}
    resolved = asked(shop, "selesai", 20)
    Conversation.objects.filter(pk=resolved.pk).update(status="resolved")
    return found | {"selesai": resolved}


def shown(client: Client, queue: dict[str, Conversation], **query: str) -> list[str]:
    """Names of those on the list, in its order."""
    page = client.get(reverse("conversations:inbox"), query).content.decode()
    places = {name: page.find(f'id="row-{each.pk}"') for name, each in queue.items()}
    return sorted((name for name, place in places.items() if place >= 0), key=lambda name: places[name])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"only": "due-soon"}, ["segera"]),
        ({"only": "overdue"}, ["lewat"]),
        ({"sort": "due"}, ["lewat", "segera", "baru"]),
        ({"only": "overdue", "sort": "due"}, ["lewat"]),
        ({"only": "overdue,due-soon"}, []),
    ],
)
def test_the_list_is_narrowed_and_ordered_by_urgency(
    owner_client: Client, queue: dict[str, Conversation], query: dict[str, str], expected: list[str]
) -> None:
    assert shown(owner_client, queue, **query) == expected


def test_a_row_tells_the_time_left_and_how_urgent_it_is(
    owner_client: Client, queue: dict[str, Conversation]
) -> None:
    page = owner_client.get(reverse("conversations:inbox"), {"sort": "due"}).content.decode()
    for told in (
        ">sisa 10 jam<",
        ">sisa 2 jam<",
        ">lewat 1 jam<",
        'data-urgency="soon"',
        'data-urgency="over"',
    ):
        assert told in page


def test_where_no_time_is_set_a_row_tells_how_long_its_buyer_waits(
    owner_client: Client, seller: Seller
) -> None:
    asked(make_shop(seller, "tokopedia"), "rina", 3)
    page = owner_client.get(reverse("conversations:inbox")).content.decode()
    assert "data-urgency" not in page
    assert "data-counts" in page


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (0.5, "sisa 0 mnt"),
        (59.5, "sisa 59 mnt"),
        (60.5, "sisa 1 jam"),
        (60 * 47.9, "sisa 47 jam"),
        (60 * 49, "sisa 2 hari"),
        (-10.5, "lewat 10 mnt"),
        (-61, "lewat 1 jam"),
        (-60 * 50, "lewat 2 hari"),
    ],
)
def test_time_is_told_in_the_unit_that_matters(minutes: float, told: str) -> None:
    with translation.override("id"):
        assert time_left(timezone.now() + timedelta(minutes=minutes)) == told


def test_urgency_follows_the_deadline(queue: dict[str, Conversation]) -> None:
    assert [urgency(queue[name]) for name in ("baru", "segera", "lewat")] == ["", "soon", "over"]


def test_a_list_that_follows_the_clock_looks_again_by_itself(
    owner_client: Client, queue: dict[str, Conversation]
) -> None:
    def page(**query: str) -> str:
        return owner_client.get(reverse("conversations:inbox"), query).content.decode()

    rows = reverse("conversations:rows")
    assert f'hx-get="{rows}?only=overdue" hx-trigger="every 30s"' in page(only="overdue")
    assert f'hx-get="{rows}?only=unread" hx-trigger="every 30s"' not in page(only="unread")


@pytest.mark.parametrize("is_of_one_shop", [False, True])
def test_the_order_goes_over_the_index(
    owner: User, queue: dict[str, Conversation], shop: Shop, is_of_one_shop: bool
) -> None:
    """With sorting forbidden PostgreSQL takes an index that has the order, if there is one."""
    filters = Filters(owner, shop=shop.pk if is_of_one_shop else None, sort="due")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_incremental_sort = off")
    page: Any = filters.sorting.sort(filters.conversations())[:30]
    plan = page.explain()
    assert "inbox_due" in plan
    assert "Sort Key" not in plan


def test_a_stranger_sees_nothing_overdue(stranger_client: Client, queue: dict[str, Conversation]) -> None:
    assert shown(stranger_client, queue, only="overdue") == []
