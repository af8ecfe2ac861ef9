"""Late bubbles take their place by the marketplace's time, and say how late they came."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations.ingest import ingest
from conversations.models import Conversation, Event, Message
from conversations.reading import read
from marketplaces.content import IncomingMessage, Page
from marketplaces.models import Shop
from tests.factories import remote, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]

PUSH, READING = Message.Source.PUSH, Message.Source.READING


@pytest.fixture(autouse=True)
def long_active(shop: Shop) -> None:
    now = timezone.now()
    Shop.objects.update(activated_at=now - timedelta(days=3), synced_through_at=now)
    shop.refresh_from_db()


def ago(**time: float) -> Any:
    return timezone.now() - timedelta(**time)


def late_by(text: str) -> int | None:
    return Message.objects.get(text=text).late_by


class Room:
    """A connector that shows these bubbles."""

    def __init__(self, *bubbles: IncomingMessage) -> None:
        self.bubbles = bubbles

    def list_messages(self, conversation: str, cursor: str | None = None) -> Page[IncomingMessage]:
        return Page(self.bubbles, None)


@pytest.mark.parametrize("order", permutations(range(3)))
def test_however_they_arrive_they_stand_by_the_marketplaces_time(shop: Shop, order: tuple[int, ...]) -> None:
    bubbles = [said(text, at=ago(minutes=30 - place)) for place, text in enumerate(("satu", "dua", "tiga"))]
    for place in order:
        conversation = ingest(shop, remote(), [bubbles[place]], PUSH)
    assert [message.text for message in conversation.messages.oldest_first()] == ["satu", "dua", "tiga"]
    conversation.refresh_from_db()
    assert conversation.last_message is not None
    assert conversation.last_message.text == "tiga", "the row of the list does not go back"


def test_a_late_one_is_drawn_between_the_others_and_says_how_late_it_is(
    owner_client: Client, shop: Shop
) -> None:
    ingest(shop, remote(), [said("pertama", at=ago(minutes=40))], READING)
    ingest(shop, remote(), [said("terakhir", at=ago(seconds=5))], PUSH)
    conversation = ingest(shop, remote(), [said("di tengah", at=ago(minutes=12, seconds=30))], READING)
    html = owner_client.get(f"/chat/{conversation.pk}/").content.decode().split('id="bubbles"')[1]
    places = [html.index(text) for text in ("pertama", "di tengah", "terakhir")]
    assert places == sorted(places)
    assert html.count("tiba 12 menit terlambat") == 1


def test_it_comes_live_to_its_place_with_its_delay(owner_client: Client, shop: Shop) -> None:
    conversation = ingest(shop, remote(), [said("pertama", at=ago(hours=9))], READING)
    cursor = f"{shop.seller_id}:{Event.objects.order_by('-pk')[0].pk}"
    ingest(shop, remote(), [said("telat", at=ago(hours=7))], PUSH)
    html = owner_client.get("/live/", {"since": cursor, "open": str(conversation.pk)}).content.decode()
    assert "tiba 7 jam terlambat" in html


@pytest.mark.parametrize(
    ("age", "told"),
    [
        ({"seconds": 110}, None),
        ({"minutes": 3}, "tiba 3 menit terlambat"),
        ({"minutes": 119}, "tiba 1 jam terlambat"),
        ({"hours": 47}, "tiba 47 jam terlambat"),
        ({"hours": 49}, "tiba 2 hari terlambat"),
    ],
)
def test_a_delay_is_told_in_the_largest_unit_that_fits_and_not_when_it_is_small(
    owner_client: Client, shop: Shop, age: dict[str, float], told: str | None
) -> None:
    conversation = ingest(shop, remote(), [said("halo", at=ago(**age) - timedelta(seconds=2))], PUSH)
    html = owner_client.get(f"/chat/{conversation.pk}/").content.decode()
    assert ("tiba " in html) is bool(told)
    assert told is None or told in html


def test_what_the_first_import_brings_is_not_late_however_long_it_takes(shop: Shop) -> None:
    connector: Any = Room(said("tadi", at=ago(minutes=30)), said("kemarin", at=ago(days=1)))
    read(shop, connector, remote(), first_import=True)
    assert (late_by("tadi"), late_by("kemarin")) == (None, None)


def test_older_history_below_what_was_read_is_not_late_but_a_hole_above_it_is(shop: Shop) -> None:
    ingest(shop, remote(), [said("dibaca", at=ago(days=1))], READING, is_history=True)
    told = [said("lebih tua", at=ago(days=2)), said("lubang", at=ago(hours=2))]
    ingest(shop, remote(), told, READING)
    assert late_by("lebih tua") is None
    assert late_by("lubang") == pytest.approx(7200, abs=5)


def test_a_new_room_is_late_since_the_activation_and_history_before_it(shop: Shop) -> None:
    told = [said("sebelum", at=ago(days=4)), said("sesudah", at=ago(days=2))]
    connector: Any = Room(*told)
    read(shop, connector, remote())
    assert late_by("sebelum") is None
    assert late_by("sesudah") == pytest.approx(2 * 86400, abs=5)


def test_a_reply_typed_in_the_seller_centre_is_nobodys_delay(shop: Shop) -> None:
    """It is never pushed where marketplaces push only what buyers say."""
    ingest(shop, remote(), [said("dari toko", by_buyer=False, at=ago(minutes=30))], READING)
    assert late_by("dari toko") is None


def test_a_reading_that_tells_it_again_does_not_change_its_delay(shop: Shop) -> None:
    bubble = said("telat", at=ago(minutes=30))
    ingest(shop, remote(), [bubble], PUSH)
    before = late_by("telat")
    ingest(shop, remote(), [bubble], READING)
    assert late_by("telat") == before
    assert Conversation.objects.get().unread_count == 1


def test_a_time_of_long_ago_fits(shop: Shop) -> None:
    Shop.objects.update(activated_at=timezone.now() - timedelta(days=100 * 365))
    shop.refresh_from_db()
    ingest(shop, remote(), [said("aneh", at=ago(days=90 * 365))], PUSH)
    assert late_by("aneh") == 2**31 - 1
