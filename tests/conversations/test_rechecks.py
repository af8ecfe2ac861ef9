"""Replies that a marketplace accepted and took away: noticed, shown, answered anew. Nothing doubled by it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import responses
from django.utils import timezone

from conversations import outbox, rechecks
from conversations.dispatch import Draft
from conversations.ingest import ingest
from conversations.models import Conversation, Event, Message, OutgoingMessage
from conversations.tasks import read_conversation, sweep_incoming
from forstok_chat.accounts.models import Seller, User
from marketplaces.content import IncomingMessage, Kind, Receipt
from marketplaces.models import Shop
from tests.factories import make_conversation, make_shop, remote, said
from tests.permits import free_permits
from tests.wire import SHOPEE_MESSAGES, shopee_message, shopee_page

READING, PUSH = Message.Source.READING, Message.Source.PUSH
State = OutgoingMessage.State
REPLY = "transfer ke rekening pribadi"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nudges are only noted, every permit is free."""
    free_permits(monkeypatch)


@pytest.fixture
def conversation(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada stok kak?")


def send(conversation: Conversation, by: User, message_id: str) -> OutgoingMessage:
    """A reply that the marketplace accepts."""
    outgoing = outbox.enqueue(conversation, by, Draft(Kind.TEXT, REPLY), uuid.uuid4()).outgoing
    return deliver_as(outgoing, message_id)


def deliver_as(outgoing: OutgoingMessage, message_id: str) -> OutgoingMessage:
    claimed = outbox.claim(outgoing.conversation_id)
    assert claimed == outgoing
    outbox.accept(claimed, Receipt(message_id, timezone.now(), int(message_id)))
    outgoing.refresh_from_db()
    assert outgoing.state == State.SENT
    return outgoing


@pytest.fixture
def outgoing(conversation: Conversation, owner: User) -> OutgoingMessage:
    return send(conversation, owner, "7001")


def shown(message_id: str, refusal: str = "", text: str = REPLY) -> IncomingMessage:
    """The reply as a reading shows it."""
    return replace(said(text, by_buyer=False, remote_id=message_id), refusal=refusal)


def reread(conversation: Conversation, *items: IncomingMessage) -> Conversation:
    return ingest(conversation.shop, remote(), items, READING)


def ours(conversation: Conversation) -> list[str | None]:
    bubbles = conversation.messages.exclude(origin=Message.Origin.BUYER).oldest_first()
    return [bubble.remote_id for bubble in bubbles]


# Taken away


@pytest.mark.parametrize("source", [READING, PUSH])
def test_a_reply_that_was_taken_away_has_failed_and_the_buyer_waits_again(
    conversation: Conversation, outgoing: OutgoingMessage, source: Message.Source
) -> None:
    conversation.refresh_from_db()
    assert conversation.waiting_since is None
    conversation = ingest(conversation.shop, remote(), [shown("7001", "censored_blacklist")], source)
    outgoing.refresh_from_db()
    assert (outgoing.state, outgoing.problem_code) == (State.FAILED, "censored_blacklist")
    assert outgoing.message.text == REPLY
    assert conversation.waiting_since is not None


def test_a_reply_that_stays_is_left_alone(conversation: Conversation, outgoing: OutgoingMessage) -> None:
    Event.objects.all().delete()
    conversation = reread(conversation, shown("7001"))
    outgoing.refresh_from_db()
    assert (outgoing.state, conversation.waiting_since) == (State.SENT, None)
    assert Event.objects.count() == 0


def test_a_refusal_is_told_to_the_screens_once(conversation: Conversation, outgoing: OutgoingMessage) -> None:
    Event.objects.all().delete()
    for _time in range(2):
        reread(conversation, shown("7001", "blocked"))
    assert [event.message for event in Event.objects.all()] == [outgoing.message]


@pytest.mark.parametrize(("is_here", "status"), [(True, "served"), (False, "unserved")])
def test_a_resolved_conversation_comes_back_when_its_reply_was_taken_away(
    conversation: Conversation, outgoing: OutgoingMessage, owner: User, is_here: bool, status: str
) -> None:
    conversation.resolve(owner)
    if is_here:
        owner.touch()
    conversation = reread(conversation, shown("7001", "blocked"))
    assert conversation.status == status
    assert conversation.status_changes.latest("pk").reason == "reply refused"


def test_a_reply_found_refused_from_the_start_has_failed_with_its_id(
    conversation: Conversation, owner: User
) -> None:
    outgoing = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, REPLY), uuid.uuid4()).outgoing
    outbox.claim(conversation.pk)
    conversation = reread(conversation, shown("7001", "blocked"))
    outgoing.refresh_from_db()
    assert (outgoing.state, outgoing.problem_code) == (State.FAILED, "blocked")
    assert ours(conversation) == ["7001"]
    assert conversation.waiting_since is not None


# Tried again


def test_a_refused_reply_that_is_tried_again_is_one_bubble_with_the_newer_id(
    conversation: Conversation, outgoing: OutgoingMessage
) -> None:
    refused = shown("7001", "blocked")
    reread(conversation, refused)
    outgoing.refresh_from_db()
    assert outbox.try_again(outgoing)
    reread(conversation, refused)
    outgoing.refresh_from_db()
    assert outgoing.state == State.QUEUED, "the old refusal is not news"
    deliver_as(outgoing, "7002")
    conversation = reread(conversation, refused, shown("7002"))
    assert ours(conversation) == ["7002"]
    assert conversation.waiting_since is None
    outgoing.refresh_from_db()
    assert outgoing.state == State.SENT


def test_an_earlier_refusal_is_not_taken_for_the_same_words_on_their_way(
    conversation: Conversation, outgoing: OutgoingMessage, owner: User
) -> None:
    refused = shown("7001", "blocked")
    reread(conversation, refused)
    outgoing.refresh_from_db()
    outbox.try_again(outgoing)
    deliver_as(outgoing, "7002")
    second = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, REPLY), uuid.uuid4()).outgoing
    outbox.claim(conversation.pk)
    reread(conversation, refused)
    second.refresh_from_db()
    assert second.state == State.SENDING


# Typed in the seller centre


def test_an_answer_of_the_seller_centre_that_was_taken_away_is_none(conversation: Conversation) -> None:
    conversation = reread(conversation, shown("7003", text="ada"))
    assert conversation.waiting_since is None
    conversation = reread(conversation, shown("7003", "blocked", text="ada"))
    assert conversation.waiting_since is not None
    conversation = reread(conversation, shown("7003", "blocked", text="ada"))
    assert ours(conversation) == ["7003"]


def test_an_answer_of_the_seller_centre_refused_from_the_start_serves_nobody(shop: Shop) -> None:
    conversation = ingest(shop, remote("budi"), [shown("7003", "blocked", text="halo kak")], READING)
    assert conversation.status == "unserved"


# Looking again


def ages(conversation: Conversation, age: timedelta) -> None:
    """As if everything here had been sent so long ago, and the look that was due then had come."""
    OutgoingMessage.objects.update(attempted_at=timezone.now() - age)
    Conversation.objects.filter(pk=conversation.pk).update(recheck_at=timezone.now())


def wait_of(conversation: Conversation) -> timedelta | None:
    """How old the newest reply is at the next look."""
    conversation.refresh_from_db()
    sent = OutgoingMessage.objects.latest("pk").attempted_at
    if conversation.recheck_at is None or sent is None:
        return None
    return conversation.recheck_at - sent


def seconds(wait: timedelta | None) -> int | None:
    return round(wait.total_seconds()) if wait is not None else None


def test_a_sent_reply_is_looked_at_again_four_times_and_no_more(
    conversation: Conversation, outgoing: OutgoingMessage
) -> None:
    looks = [seconds(wait_of(conversation))]
    assert rechecks.due() == []
    for age in (31, 121, 301, 601):
        ages(conversation, timedelta(seconds=age))
        Conversation.objects.update(reading_due_at=None)
        assert rechecks.due() == [conversation.pk]
        rechecks.ask(conversation.pk)
        looks.append(seconds(wait_of(conversation)))
        assert conversation.reading_due_at is not None
    assert looks == [30, 120, 300, 600, None]
    assert rechecks.due() == []


def test_a_second_reply_does_not_put_off_the_look_at_the_first(
    conversation: Conversation, outgoing: OutgoingMessage, owner: User
) -> None:
    conversation.refresh_from_db()
    first: datetime | None = conversation.recheck_at
    send(conversation, owner, "7009")
    conversation.refresh_from_db()
    assert conversation.recheck_at == first


def test_the_look_finds_what_was_taken_away(
    web: responses.RequestsMock, conversation: Conversation, outgoing: OutgoingMessage
) -> None:
    ages(conversation, timedelta(seconds=31))
    rechecks.ask(conversation.pk)
    gone = shopee_message(conversation, REPLY, by_shop=True, message_id="7001") | {"status": "blocked"}
    web.get(SHOPEE_MESSAGES, json=shopee_page(gone))
    read_conversation(str(conversation.pk))
    outgoing.refresh_from_db()
    assert outgoing.state == State.FAILED


def test_a_look_goes_back_to_the_oldest_reply_that_may_still_be_taken_away(
    web: responses.RequestsMock, conversation: Conversation, outgoing: OutgoingMessage
) -> None:
    """A page of later bubbles lies between."""
    OutgoingMessage.objects.update(attempted_at=timezone.now() - timedelta(minutes=9))
    Conversation.objects.update(read_through_at=timezone.now(), reading_due_at=timezone.now())
    old = timezone.now() - timedelta(minutes=9)
    gone = shopee_message(conversation, REPLY, by_shop=True, message_id="7001", at=old)
    later = timezone.now() - timedelta(minutes=5)
    page = [shopee_message(conversation, f"{n}", by_shop=False, at=later) for n in range(25)]
    web.get(SHOPEE_MESSAGES, json=shopee_page(*page, next_offset="25"))
    web.get(SHOPEE_MESSAGES, json=shopee_page(gone | {"status": "blocked"}))
    read_conversation(str(conversation.pk))
    outgoing.refresh_from_db()
    assert outgoing.state == State.FAILED


def test_a_shop_that_is_switched_off_is_not_looked_at(
    conversation: Conversation, outgoing: OutgoingMessage
) -> None:
    ages(conversation, timedelta(seconds=31))
    Shop.objects.update(state=Shop.State.INACTIVE)
    assert rechecks.due() == []


def test_a_marketplace_that_takes_nothing_away_is_not_looked_at_again(seller: Seller, owner: User) -> None:
    conversation = make_conversation(make_shop(seller, "tokopedia"), "ada?")
    outgoing = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, "ada"), uuid.uuid4()).outgoing
    outbox.claim(conversation.pk)
    ingest(conversation.shop, remote(), [said("ada", by_buyer=False)], READING)
    outgoing.refresh_from_db()
    conversation.refresh_from_db()
    assert (outgoing.state, conversation.recheck_at) == (State.SENT, None)


def test_the_sweep_asks_for_the_looks_that_are_due(
    conversation: Conversation, outgoing: OutgoingMessage
) -> None:
    ages(conversation, timedelta(seconds=31))
    sweep_incoming()
    conversation.refresh_from_db()
    assert conversation.reading_due_at is not None
    assert seconds(wait_of(conversation)) == 120
