"""Shops and rooms take turns in the queue of replies, as fast as the marketplace allows and no faster."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from conversations import lanes, outbox
from conversations.dispatch import Draft
from conversations.models import Conversation, OutgoingMessage
from conversations.tasks import deliver, send, sweep_outbox
from forstok_chat.accounts.models import Seller, User
from forstok_chat.redis import redis
from marketplaces import throttle
from marketplaces.content import Kind
from marketplaces.http import Bucket
from marketplaces.models import Shop
from tests.factories import make_conversation, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any]) -> list[Any]:
    redis().flushdb()
    return nudges


@pytest.fixture
def permits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Permits that are free, one for each entry; taken ones are gone."""
    free: list[str] = []
    monkeypatch.setattr(throttle, "take", lambda bucket: 0.0 if free and free.pop() else 3.0)
    return free


def shop_with(seller: Seller, replies: int, by: User, *, rooms: int = 1, name: str = "") -> Shop:
    """A shop of a marketplace that counts all of its app's shops together, with replies in its queue."""
    shop = make_shop(seller, "tokopedia", name=name or f"Toko {uuid.uuid4().hex[:4]}")
    conversations = [make_conversation(shop, "ada?", name=f"{shop.name} pembeli {n}") for n in range(rooms)]
    for number in range(replies):
        room = conversations[number % rooms]
        outbox.enqueue(room, by, Draft(Kind.TEXT, f"balasan {number}"), uuid.uuid4())
    return shop


def turns(permits: list[str], shop: Shop, count: int) -> list[str]:
    """The names of the shops that get the next turns; each reply counts as sent at once."""
    found = []
    for _turn in range(count):
        permits.append("one")
        handed_over, _wait = lanes.run(lanes.lane_of(shop))
        for pk in handed_over:
            conversation = Conversation.objects.select_related("shop").get(pk=pk)
            found.append(conversation.shop.name)
            oldest = conversation.outgoing.filter(state="queued").order_by("pk").first()
            OutgoingMessage.objects.filter(pk=oldest.pk if oldest else None).update(state="sent")
    return found


def test_shops_of_one_limit_take_turns_and_a_quiet_one_never_waits_behind_a_busy_one(
    seller: Seller, owner: User, permits: list[str]
) -> None:
    busy = shop_with(seller, 6, owner, rooms=6, name="ramai")
    shop_with(seller, 1, owner, name="sepi")
    assert turns(permits, busy, 5) == ["ramai", "sepi", "ramai", "ramai", "ramai"]


def test_shops_with_limits_of_their_own_do_not_wait_for_each_other(seller: Seller, owner: User) -> None:
    one, other = make_shop(seller), make_shop(seller)
    for shop in (one, other):
        outbox.enqueue(make_conversation(shop, "ada?"), owner, Draft(Kind.TEXT, "ada"), uuid.uuid4())
    assert lanes.lane_of(one).shops == (one.pk,)
    assert lanes.bucket_of(one).key != lanes.bucket_of(other).key


def test_rooms_of_a_shop_take_turns(seller: Seller, owner: User, permits: list[str]) -> None:
    shop = make_shop(seller, "tokopedia")
    chatty, quiet = make_conversation(shop, "halo", name="ani"), make_conversation(shop, "halo", name="budi")
    for number in range(3):
        outbox.enqueue(chatty, owner, Draft(Kind.TEXT, f"balasan {number}"), uuid.uuid4())
    outbox.enqueue(quiet, owner, Draft(Kind.TEXT, "satu saja"), uuid.uuid4())
    rooms = []
    for _turn in range(4):
        permits.append("one")
        [pk] = lanes.run(lanes.lane_of(shop))[0]
        rooms.append("ani" if pk == chatty.pk else "budi")
        oldest = OutgoingMessage.objects.filter(conversation=pk, state="queued").order_by("pk").first()
        OutgoingMessage.objects.filter(pk=oldest.pk if oldest else None).update(state="sent")
    assert rooms == ["ani", "budi", "ani", "ani"]


def test_nothing_is_handed_over_twice_nor_while_its_room_is_in_flight(
    seller: Seller, owner: User, permits: list[str]
) -> None:
    shop = shop_with(seller, 2, owner)
    permits += ["one"] * 5
    lane = lanes.lane_of(shop)
    assert len(lanes.run(lane)[0]) == 1
    assert lanes.run(lane) == ([], None)
    OutgoingMessage.objects.filter(pk=OutgoingMessage.objects.order_by("pk")[0].pk).update(state="sending")
    assert lanes.run(lane) == ([], None)
    assert len(permits) == 4  # a permit is only taken for somebody


def test_what_was_handed_over_and_lost_is_found_by_the_sweep(
    seller: Seller, owner: User, permits: list[str], quiet: list[Any]
) -> None:
    shop = shop_with(seller, 1, owner)
    permits.append("one")
    lanes.run(lanes.lane_of(shop))
    quiet.clear()
    sweep_outbox()
    assert quiet == []  # somebody may be at it
    OutgoingMessage.objects.update(next_attempt_at=timezone.now() - timedelta(milliseconds=1))
    sweep_outbox()
    assert [name for name, _arguments in quiet] == ["deliver"]


def test_one_wake_up_is_enough_for_all_who_wait_and_the_next_one_can_be_set(
    seller: Seller, owner: User, permits: list[str], quiet: list[Any]
) -> None:
    shop = shop_with(seller, 3, owner, rooms=3)
    rooms = [str(conversation.pk) for conversation in shop.conversations.all()]
    quiet.clear()
    for room in rooms:
        deliver(room)
    assert [name for name, _arguments in quiet] == ["deliver"]
    deliver(rooms[0], True)
    assert [name for name, _arguments in quiet] == ["deliver", "deliver"]


def test_without_redis_the_queue_waits_and_the_sweep_goes_on(
    seller: Seller, owner: User, monkeypatch: pytest.MonkeyPatch, quiet: list[Any]
) -> None:
    from redis import ConnectionError

    def gone(*arguments: object, **options: object) -> None:
        raise ConnectionError

    shop = shop_with(seller, 1, owner)
    quiet.clear()
    monkeypatch.setattr("marketplaces.throttle.take", gone)
    monkeypatch.setattr("conversations.lanes.redis", gone)
    deliver(str(shop.conversations.get().pk))
    assert quiet == []
    sweep_outbox()
    assert [name for name, _arguments in quiet] == ["deliver"]


def test_a_reply_without_its_turn_is_not_sent_by_a_worker_that_wakes_early(
    seller: Seller, owner: User, permits: list[str]
) -> None:
    shop = shop_with(seller, 1, owner)
    permits.append("one")
    lanes.run(lanes.lane_of(shop))
    send(str(shop.conversations.get().pk))
    assert OutgoingMessage.objects.get().state == "queued"


def test_the_next_permit_is_told_without_taking_it() -> None:
    redis().set(throttle.SINCE, 1)  # nothing was flushed lately
    bucket = Bucket("lanes:test", rate=2, burst=1)
    assert throttle.remaining(bucket)[1] == 0
    assert throttle.take(bucket) == 0.0
    rate, wait = throttle.remaining(bucket)
    assert rate == pytest.approx(throttle.kept(2, 1))
    assert wait == pytest.approx(1 / rate, abs=0.05)
    time.sleep(wait + 0.01)
    assert throttle.take(bucket) == 0.0
