"""Pushes that tell of messages are stored many at a time, as exactly as one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations import push_batches, received
from conversations.models import Conversation, Event, Message, Push
from conversations.tasks import nudge_once, process_pushes
from conversations.tasks.nudges import begun
from forstok_chat.accounts.models import Seller, User
from forstok_chat.redis import redis
from marketplaces.models import Shop
from tests.conversations.test_webhooks import deliver_push, push_of
from tests.factories import make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


@pytest.fixture(autouse=True)
def no_nudge_before() -> Iterator[None]:
    begun(process_pushes)
    yield
    begun(process_pushes)


def push(client: Client, shop: Shop, text: str, *, room: int = 0, number: int = 0) -> None:
    told = push_of(shop, text, message_id=str(2302748948493123953 + room * 1000 + number))
    told["data"]["content"]["conversation_id"] = str(709122092476686867 + room)
    told["data"]["content"]["created_timestamp"] += number - 60
    assert deliver_push(client, told) == 200


def texts(**where: Any) -> list[str]:
    return list(Message.objects.filter(**where).oldest_first().values_list("text", flat=True))


def test_many_rooms_of_several_shops_are_stored_in_one_go(client: Client, seller: Seller, shop: Shop) -> None:
    other = make_shop(seller, name="Toko Dua")
    for room in range(5):
        push(client, shop, f"satu {room}", room=room)
        push(client, other, f"dua {room}", room=room)
    process_pushes()
    assert sorted(texts(conversation__shop=shop)) == [f"satu {room}" for room in range(5)]
    assert sorted(texts(conversation__shop=other)) == [f"dua {room}" for room in range(5)]
    assert set(Push.objects.values_list("state", "shop")) == {("done", shop.pk), ("done", other.pk)}
    assert not Conversation.objects.filter(reading_due_at=None).exists(), "each is read, too"
    shop.refresh_from_db()
    assert shop.last_push_at is not None


def test_a_room_that_is_told_of_again_and_again_has_all_in_order(client: Client, shop: Shop) -> None:
    for number in (2, 0, 1):
        push(client, shop, f"kata {number}", number=number)
    process_pushes()
    conversation = Conversation.objects.get()
    assert texts() == ["kata 0", "kata 1", "kata 2"]
    assert (conversation.unread_count, conversation.last_message) == (3, Message.objects.get(text="kata 2"))
    assert conversation.waiting_since == Message.objects.get(text="kata 0").sent_at


def test_what_came_twice_is_one_bubble_and_one_event(client: Client, shop: Shop) -> None:
    for _time in range(3):
        push(client, shop, "halo")
    process_pushes()
    assert texts() == ["halo"]
    assert Event.objects.filter(message__isnull=False).count() == 1
    assert set(Push.objects.values_list("state", flat=True)) == {"done"}


def test_one_that_cannot_be_read_holds_up_no_other(client: Client, shop: Shop) -> None:
    push(client, shop, "halo")
    bad = Push.objects.create(app=Push.objects.get().app, body=b"{", kind="message")
    process_pushes()
    bad.refresh_from_db()
    assert texts() == ["halo"]
    assert (bad.state, bad.attempts) == ("received", 1)
    assert bad.problem


def test_one_that_fails_together_with_others_is_tried_by_itself(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(told: Any) -> None:
        raise DatabaseError("a value that does not fit")

    monkeypatch.setattr(push_batches, "ingest_all", broken)
    for room in range(2):
        push(client, shop, f"halo {room}", room=room)
    process_pushes()
    assert sorted(texts()) == ["halo 0", "halo 1"]
    assert set(Push.objects.values_list("state", "attempts")) == {("done", 1)}


def test_one_of_a_shop_that_is_not_ours_is_done_with(client: Client, seller: Seller, shop: Shop) -> None:
    push(client, make_shop(seller, name="Belum", is_active=False), "halo")
    process_pushes()
    assert texts() == []
    assert Push.objects.get().state == "done"


def test_one_that_killed_its_worker_each_time_is_given_up(client: Client, shop: Shop) -> None:
    push(client, shop, "halo")
    Push.objects.update(attempts=received.MOST_ATTEMPTS)
    process_pushes()
    assert Push.objects.get().state == "failed"


def test_a_resolved_chat_of_an_agent_comes_back(client: Client, shop: Shop, owner: User) -> None:
    push(client, shop, "halo")
    process_pushes()
    Conversation.objects.get().resolve(owner)
    push(client, shop, "kak?", number=1)
    process_pushes()
    assert Conversation.objects.get().status == "unserved"


def test_a_batch_costs_no_query_for_each_room(client: Client, shop: Shop) -> None:
    def queries(rooms: range) -> int:
        for room in rooms:
            push(client, shop, "halo", room=room)
        process_pushes()  # the rooms are made
        for room in rooms:
            push(client, shop, "lagi", room=room, number=1)
        with CaptureQueriesContext(connection) as captured:
            process_pushes()
        return len(captured)

    few, many = queries(range(2)), queries(range(2, 22))
    assert many == few


def test_what_another_worker_is_at_is_left_to_it(client: Client, shop: Shop) -> None:
    push(client, shop, "halo")
    Push.objects.update(next_attempt_at=timezone.now() + timedelta(seconds=30))
    assert push_batches.claim_some() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_moment_share_what_there_is(client: Client, shop: Shop) -> None:
    for room in range(2):
        push(client, shop, "halo", room=room)
    first = Push.objects.earliest("pk")
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT FROM conversations_push WHERE id = %s FOR UPDATE", [first.pk])
        claimed = push_batches.claim_some()
    assert [push.pk for push in claimed] == [Push.objects.latest("pk").pk]


def test_one_nudge_is_enough_until_it_is_begun(nudges: list[Any]) -> None:
    for _push in range(3):
        nudge_once(process_pushes)
    assert nudges == [("process_pushes", ())]
    begun(process_pushes)
    nudge_once(process_pushes)
    assert len(nudges) == 2


def test_a_nudge_that_is_lost_keeps_nobody_from_the_next_one_for_long() -> None:
    nudge_once(process_pushes)
    assert 0 < redis().pttl(f"nudged:{process_pushes.name}") <= 1000
