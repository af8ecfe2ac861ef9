"""What an agent is told of a reply in the queue: how many go before it, and how many seconds that takes."""

from __future__ import annotations

import uuid
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations import lanes, outbox
from conversations.dispatch import Draft
from conversations.models import Conversation, Message, OutgoingMessage
from conversations.places import places
from forstok_chat.accounts.models import Seller, User
from forstok_chat.redis import redis
from marketplaces import throttle
from marketplaces.content import Kind
from marketplaces.models import Shop
from tests.factories import make_conversation, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any]) -> list[Any]:
    redis().flushdb()
    return nudges


def reply(room: Conversation, by: User, text: str = "siap") -> int:
    return outbox.enqueue(room, by, Draft(Kind.TEXT, text), uuid.uuid4()).outgoing.pk


def send_next(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> int:
    """One turn of the real lane; the reply counts as sent at once. Its id."""
    permits = [0.0]
    monkeypatch.setattr(throttle, "take", lambda bucket: permits.pop() if permits else 3.0)
    [room] = lanes.run(lanes.lane_of(shop))[0]
    outgoing = OutgoingMessage.objects.filter(conversation=room, state="queued").order_by("pk")[0]
    OutgoingMessage.objects.filter(pk=outgoing.pk).update(state="sent")
    return outgoing.pk


@pytest.mark.parametrize("seed", range(6))
def test_the_order_told_is_the_order_in_which_they_go(
    seller: Seller, owner: User, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = Random(seed)
    shops = [make_shop(seller, "tokopedia", name=f"Toko {number}") for number in range(3)]
    rooms = [make_conversation(shop, "ada?", name=f"{shop} {n}") for shop in shops for n in range(3)]
    for _reply in range(20):
        reply(chance.choice(rooms), owner)
    for _turn in range(3):  # some have had turns before
        send_next(shops[0], monkeypatch)
    told = sorted(places(shops[0]).items(), key=lambda each: each[1].ahead)
    assert len(told) == 17
    assert [send_next(shops[0], monkeypatch) for _turn in told] == [pk for pk, _place in told]


def test_each_reply_before_it_takes_as_long_as_the_limit_says(seller: Seller, owner: User) -> None:
    room = make_conversation(make_shop(seller, "tokopedia"), "ada?")
    ids = [reply(room, owner, f"balasan {number}") for number in range(9)]
    found = places(room.shop)
    assert [found[pk].ahead for pk in ids] == list(range(9))
    # One call a second until the marketplace's headers tell more.
    assert found[ids[-1]].seconds == pytest.approx(8 / throttle.MARGIN, abs=1)


def test_a_pause_counts_into_the_waiting_time(seller: Seller, owner: User) -> None:
    room = make_conversation(make_shop(seller, "tokopedia"), "ada?")
    pk = reply(room, owner)
    throttle.pause(lanes.bucket_of(room.shop), 30)
    place = places(room.shop)[pk]
    assert (place.ahead, place.seconds) == (0, pytest.approx(30, abs=1))


def test_one_that_was_handed_to_a_worker_waits_for_nothing(seller: Seller, owner: User) -> None:
    room = make_conversation(make_shop(seller, "tokopedia"), "ada?")
    first, second = reply(room, owner, "satu"), reply(room, owner, "dua")
    OutgoingMessage.objects.filter(pk=first).update(next_attempt_at=timezone.now() + lanes.HANDED_OVER_FOR)
    found = places(room.shop)
    assert first not in found
    assert found[second].ahead == 0


def test_a_waiting_bubble_keeps_its_place_true_while_it_is_in_sight(
    owner_client: Client, seller: Seller, owner: User
) -> None:
    room = make_conversation(make_shop(seller, "tokopedia"), "ada?")
    ids = [reply(room, owner, f"balasan {number}") for number in range(6)]
    last = OutgoingMessage.objects.select_related("message").get(pk=ids[-1]).message
    address = f"/chat/{room.pk}/waiting/"
    page = bubbles_of(owner_client, room)
    assert page.count(f'hx-get="{address}" hx-trigger="intersect delay:2s') == 6
    assert ", 5 di depan" in place_told(page, last)
    OutgoingMessage.objects.filter(pk__in=ids[:3]).update(state="sent")
    answer = owner_client.get(address).content.decode()
    assert ", 2 di depan" in place_told(answer, last)
    assert answer.count('hx-swap-oob="true"') == 3, "those that still wait, by one request"


def bubbles_of(client: Client, room: Conversation) -> str:
    """Those of the thread; the composer has one of its own, to be shown at the moment of sending."""
    return client.get(f"/chat/{room.pk}/").content.decode().split("data-sending")[0]


def place_told(page: str, message: Message) -> str:
    return page.split(f'id="place-{message.client_id}"')[1].split("</span>")[0]


def test_a_sent_bubble_asks_for_nothing(owner_client: Client, seller: Seller, owner: User) -> None:
    room = make_conversation(make_shop(seller, "tokopedia"), "ada?")
    reply(room, owner)
    OutgoingMessage.objects.update(state="sent")
    assert "/waiting/" not in bubbles_of(owner_client, room)


@pytest.mark.parametrize(
    "stuck",
    [
        {"state": "uncertain"},
        {"attempts": 2, "next_attempt_at": timezone.now() + timedelta(days=1)},
    ],
    ids=["unclear", "tried again later"],
)
def test_those_behind_one_that_is_stuck_say_so_and_promise_no_time(
    owner_client: Client, seller: Seller, owner: User, stuck: dict[str, Any]
) -> None:
    room = make_conversation(make_shop(seller, "tokopedia"), "ada?")
    first, _second = reply(room, owner, "satu"), reply(room, owner, "dua")
    OutgoingMessage.objects.filter(pk=first).update(**stuck)
    page = owner_client.get(f"/chat/{room.pk}/").content.decode()
    assert page.count("menunggu balasan di atasnya") == 1
    assert "di depan" not in page


def test_one_that_failed_keeps_nobody_waiting(owner_client: Client, seller: Seller, owner: User) -> None:
    room = make_conversation(make_shop(seller, "tokopedia"), "ada?")
    first, _second = reply(room, owner, "satu"), reply(room, owner, "dua")
    OutgoingMessage.objects.filter(pk=first).update(state="failed")
    assert "menunggu balasan" not in owner_client.get(f"/chat/{room.pk}/").content.decode()


def test_without_app_keys_nobody_is_told_anything(seller: Seller, owner: User) -> None:
    room = make_conversation(make_shop(seller, "tokopedia"), "ada?")
    reply(room, owner)
    room.shop.app_in_use().delete()
    assert places(room.shop) == {}
