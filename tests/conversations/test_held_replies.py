"""Replies in the queue of a shop that is disconnected: none is failed, none goes out by surprise."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations import held, moves, outbox, withdrawals
from conversations.dispatch import Draft
from conversations.live import Cursor
from conversations.models import Conversation, OutgoingMessage
from conversations.tasks import deliver, send, sweep_outbox
from forstok_chat.accounts.models import Seller, User
from marketplaces.content import Kind
from marketplaces.models import Shop
from tests.factories import make_conversation, make_shop

pytestmark = pytest.mark.django_db
State = OutgoingMessage.State


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any]) -> list[Any]:
    return nudges


@pytest.fixture
def rooms(shop: Shop) -> list[Conversation]:
    return [make_conversation(shop, "ada?", name=name) for name in ("rina", "budi")]


@pytest.fixture
def replies(rooms: list[Conversation], owner: User) -> list[OutgoingMessage]:
    """Three, of two rooms."""
    return [reply(rooms[0], owner, "satu"), reply(rooms[1], owner, "dua"), reply(rooms[0], owner, "tiga")]


def reply(room: Conversation, by: User, text: str = "ada") -> OutgoingMessage:
    return outbox.enqueue(room, by, Draft(Kind.TEXT, text), uuid.uuid4()).outgoing


def states() -> set[str]:
    return set(OutgoingMessage.objects.values_list("state", flat=True))


def disconnect(shop: Shop, *, ago: timedelta = timedelta()) -> None:
    """And a sweep has seen it."""
    Shop.objects.filter(pk=shop.pk).update(state=Shop.State.DISCONNECTED)
    sweep_outbox()
    OutgoingMessage.objects.filter(state=State.HELD).update(withdrawn_at=timezone.now() - ago)


def reconnect(shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(state=Shop.State.ACTIVE)


def away_for_hours(shop: Shop) -> None:
    disconnect(shop, ago=timedelta(hours=3))
    reconnect(shop)
    sweep_outbox()


def test_all_that_wait_are_held_together_and_none_is_failed(
    shop: Shop, replies: list[OutgoingMessage]
) -> None:
    OutgoingMessage.objects.filter(pk=replies[2].pk).update(
        next_attempt_at=timezone.now() + timedelta(hours=1)
    )
    disconnect(shop)
    assert states() == {State.HELD}


def test_a_worker_that_meets_a_disconnected_shop_holds_them_too(
    shop: Shop, rooms: list[Conversation], replies: list[OutgoingMessage]
) -> None:
    Shop.objects.filter(pk=shop.pk).update(state=Shop.State.DISCONNECTED)
    send(str(rooms[0].pk))
    replies[0].refresh_from_db()
    assert (replies[0].state, replies[0].attempts) == (State.HELD, 0)
    deliver(str(rooms[1].pk))
    assert states() == {State.HELD}


def test_a_held_reply_is_no_answer(shop: Shop, rooms: list[Conversation], replies: list[Any]) -> None:
    disconnect(shop)
    rooms[0].refresh_from_db()
    assert rooms[0].waiting_since is not None


def test_after_ten_minutes_at_most_they_go_on_by_themselves_and_in_order(
    shop: Shop, rooms: list[Conversation], replies: list[OutgoingMessage]
) -> None:
    disconnect(shop, ago=timedelta(minutes=9))
    sweep_outbox()
    assert states() == {State.HELD}, "not while it is disconnected"
    reconnect(shop)
    sweep_outbox()
    assert states() == {State.QUEUED}
    assert outbox.claim(rooms[0].pk) == replies[0]


def test_a_new_reply_does_not_overtake_those_that_go_on(
    shop: Shop, rooms: list[Conversation], replies: list[OutgoingMessage], owner: User, quiet: list[Any]
) -> None:
    disconnect(shop)
    reconnect(shop)
    reply(rooms[1], owner, "baru")
    held.release(shop)  # as the worker does that the new one nudges
    assert outbox.claim(rooms[1].pk) == replies[1]


def test_after_longer_ones_nothing_goes_out_by_surprise(
    shop: Shop, rooms: list[Conversation], replies: list[OutgoingMessage]
) -> None:
    disconnect(shop, ago=timedelta(minutes=11))
    reconnect(shop)
    sweep_outbox()
    assert states() == {State.HELD}
    assert outbox.claim(rooms[0].pk, is_handed_over=True) is None


def test_a_second_short_interruption_lets_nothing_go_that_a_person_was_asked_for(
    shop: Shop, replies: list[OutgoingMessage]
) -> None:
    away_for_hours(shop)
    Shop.objects.filter(pk=shop.pk).update(state=Shop.State.DISCONNECTED)
    sweep_outbox()
    reconnect(shop)
    sweep_outbox()
    assert states() == {State.HELD}


def test_what_somebody_edits_is_not_released(shop: Shop, replies: list[OutgoingMessage], owner: User) -> None:
    withdrawals.take_out(replies[0], owner)
    disconnect(shop)
    reconnect(shop)
    sweep_outbox()
    replies[0].refresh_from_db()
    assert replies[0].state == State.HELD


def test_the_room_and_the_shop_offer_them_with_their_number_and_since_when(
    owner_client: Client, shop: Shop, rooms: list[Conversation], replies: list[OutgoingMessage]
) -> None:
    since = timezone.localtime().replace(hour=14, minute=5)
    OutgoingMessage.objects.update(created_at=since)
    away_for_hours(shop)
    page = owner_client.get(f"/chat/{rooms[0].pk}/", {"shop": str(shop.pk)}).content.decode()
    told = f"menunggu sejak {'14:05' if since.date() == timezone.localdate() else ''}"
    assert f"3 balasan {told}" in page, "the shop"
    assert f"2 balasan {told}" in page, "the room"
    assert 'id="held-in-shop-send"' in page
    assert 'id="held-here-send"' in page


def test_a_disconnected_shop_offers_no_sending(
    owner_client: Client, shop: Shop, rooms: list[Conversation], replies: list[OutgoingMessage]
) -> None:
    disconnect(shop)
    page = owner_client.get(f"/chat/{rooms[0].pk}/", {"shop": str(shop.pk)}).content.decode()
    assert "sampai toko tersambung lagi" in page
    assert 'id="held-in-shop-send"' not in page
    assert 'id="held-here-send"' not in page


def test_sending_those_of_a_room_leaves_the_others(
    owner_client: Client,
    shop: Shop,
    rooms: list[Conversation],
    replies: list[OutgoingMessage],
    quiet: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    away_for_hours(shop)
    with django_capture_on_commit_callbacks(execute=True):
        owner_client.post(f"/chat/{rooms[0].pk}/held/")
    assert outbox.claim(rooms[0].pk) == replies[0]
    replies[1].refresh_from_db()
    assert replies[1].state == State.HELD


def test_sending_those_of_a_shop_sends_all_in_order(
    owner_client: Client, shop: Shop, rooms: list[Conversation], replies: list[OutgoingMessage]
) -> None:
    away_for_hours(shop)
    owner_client.post(f"/shops/{shop.pk}/held/")
    assert states() == {State.QUEUED}
    assert [outbox.claim(room.pk) for room in rooms] == replies[:2]


def test_cancelling_those_of_a_shop_takes_them_off_the_threads(
    owner_client: Client, owner: User, shop: Shop, rooms: list[Conversation], replies: list[OutgoingMessage]
) -> None:
    away_for_hours(shop)
    answer = owner_client.post(
        f"/shops/{shop.pk}/held/", {"cancel": "1"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "balasan" not in answer
    assert set(OutgoingMessage.objects.values_list("state", "withdrawn_by")) == {(State.CANCELLED, owner.pk)}
    assert "satu" not in owner_client.get(f"/chat/{rooms[0].pk}/").content.decode()


def test_what_failed_for_the_same_reason_is_offered_with_them(shop: Shop, replies: list[Any]) -> None:
    """Rows of the time before replies were held."""
    OutgoingMessage.objects.filter(pk=replies[0].pk).update(state=State.FAILED, problem_code="not_authorized")
    OutgoingMessage.objects.filter(pk=replies[2].pk).update(state=State.FAILED, problem_code="file_gone")
    away_for_hours(shop)
    offered = held.of_shop(shop)
    assert offered is not None
    assert offered.count == 2


def test_those_of_a_shop_that_has_moved_fail_and_say_so(seller: Seller, owner: User) -> None:
    old, new = (
        make_shop(seller, "tokopedia"),
        Shop.objects.create(seller=seller, marketplace="tiktok_shop", remote_id="7", name="Toko Baru"),
    )
    room = make_conversation(old, "ada?")
    outgoing = reply(room, owner)
    disconnect(old)
    moves.move(old, new, owner)
    outgoing.refresh_from_db()
    assert (outgoing.state, outgoing.problem_code) == (State.FAILED, "moved")
    old.refresh_from_db()
    assert held.of_shop(old) is None


def test_a_disconnection_locks_an_open_thread_and_spares_its_composer(
    owner_client: Client, owner: User, shop: Shop, rooms: list[Conversation]
) -> None:
    seen = {"since": str(Cursor.now(owner)), "open": str(rooms[0].pk), "shop_state": "active"}
    disconnect(shop)
    locked = owner_client.get("/live/", seen).content.decode()
    assert "composer__locked" in locked
    assert "<textarea" in locked, "out of sight, with the draft that the browser keeps"
    reconnect(shop)
    assert (
        "composer__locked"
        not in owner_client.get("/live/", seen | {"shop_state": "disconnected"}).content.decode()
    )


def test_a_stranger_decides_nothing(
    stranger_client: Client, shop: Shop, rooms: list[Conversation], replies: list[OutgoingMessage]
) -> None:
    away_for_hours(shop)
    for address in (f"/shops/{shop.pk}/held/", f"/chat/{rooms[0].pk}/held/", f"/chat/{rooms[0].pk}/waiting/"):
        assert stranger_client.get(address).status_code == 404
    for address in (f"/shops/{shop.pk}/held/", f"/chat/{rooms[0].pk}/held/"):
        assert stranger_client.post(address).status_code == 404
    assert states() == {State.HELD}
