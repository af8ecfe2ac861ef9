"""Bubbles of a marketplace that numbers them: the numbers decide, times may contradict them."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from django.utils import timezone

from conversations import outbox
from conversations.dispatch import Draft
from conversations.ingest import ingest
from conversations.models import Conversation, Message
from conversations.reading import read
from forstok_chat.accounts.models import User
from marketplaces.content import IncomingMessage, Kind, Receipt
from marketplaces.models import Shop
from marketplaces.registry import connector_for
from tests.conversations.mall import Mall, bubble, room

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


def thread(conversation: Conversation) -> list[str]:
    return [str(message.text) for message in conversation.messages.oldest_first()]


def push(shop: Shop, *bubbles: IncomingMessage) -> Conversation:
    return ingest(shop, room(), bubbles, Message.Source.PUSH)


@pytest.mark.parametrize("order", permutations((10, 20, 30)))
def test_however_they_come_they_stand_by_number(mall_shop: Shop, order: tuple[int, ...]) -> None:
    seconds = {10: 5, 20: 1, 30: 3}  # 20 claims to be older than 10
    for number in order:
        conversation = push(mall_shop, bubble(number, second=seconds[number]))
    assert thread(conversation) == ["pesan 10", "pesan 20", "pesan 30"]
    assert conversation.last_message is not None
    assert Conversation.objects.get().last_message.sequence == 30  # type: ignore[union-attr]


def test_many_of_one_reading_stand_by_number_among_those_that_are_here(mall_shop: Shop) -> None:
    push(mall_shop, bubble(10, second=30), bubble(40, second=40))
    read = [bubble(number, second=60 - number) for number in (40, 30, 20, 10, 5)]
    conversation = ingest(mall_shop, room(), read, Message.Source.READING)
    assert [message.sequence for message in conversation.messages.oldest_first()] == [5, 10, 20, 30, 40]


def test_reading_it_again_draws_nothing_anew(mall_shop: Shop) -> None:
    told = [bubble(20, second=1), bubble(10, second=5)]
    ingest(mall_shop, room(), told, Message.Source.READING)
    before = list(Message.objects.values_list("sent_at", flat=True))
    ingest(mall_shop, room(), told, Message.Source.READING)
    assert list(Message.objects.values_list("sent_at", flat=True)) == before


def test_a_reply_that_was_accepted_without_a_number_gets_it_from_its_echo(
    mall_shop: Shop, mall: type[Mall], owner: User
) -> None:
    conversation = push(mall_shop, bubble(10))
    now = timezone.now()
    message = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, "siap kak"), uuid4())
    mall.world["receipt"] = Receipt(remote_id="m20")
    claimed = outbox.claim(conversation.pk)
    assert claimed is not None
    outbox.send(claimed, connector_for(mall_shop))
    echo = IncomingMessage("m20", False, now - timedelta(seconds=1), 20, text="siap kak")
    after = IncomingMessage("m30", True, now - timedelta(seconds=1), 30, text="makasih")
    push(mall_shop, after)
    push(mall_shop, echo)
    assert thread(conversation) == ["pesan 10", "siap kak", "makasih"]
    message.refresh_from_db()
    assert message.sequence == 20
    assert Message.objects.count() == 3


def test_a_reading_goes_back_to_the_newest_number_though_a_late_one_looks_old(
    mall_shop: Shop, mall: type[Mall]
) -> None:
    ingest(mall_shop, room(), [bubble(10)], Message.Source.READING)
    Conversation.objects.update(read_through_at=timezone.now())
    # The newest page holds one that claims to be from long ago; what was missed stands on the next page.
    mall.world["pages"] = [
        [bubble(50), bubble(40, second=-7200)],
        [bubble(30), bubble(20)],
        [bubble(10)],
        [bubble(5)],
    ]
    conversation = read(mall_shop, connector_for(mall_shop), room())
    numbers = conversation.messages.oldest_first().values_list("sequence", flat=True)
    assert list(numbers) == [10, 20, 30, 40, 50]
    assert mall.asked == [("pages", ""), ("pages", "1"), ("pages", "2")]


def test_what_the_marketplace_hides_is_kept_and_shown_to_nobody(mall_shop: Shop) -> None:
    push(mall_shop, bubble(10, "halo"))
    conversation = push(mall_shop, bubble(20, "Beri nilai untuk toko ini", is_hidden=True, is_automatic=True))
    assert Message.objects.get(remote_id="m20").text == "Beri nilai untuk toko ini"
    assert [message.text for message in conversation.messages.shown()] == ["halo"]
    conversation.refresh_from_db()
    assert (conversation.last_message.text, conversation.unread_count) == ("halo", 1)  # type: ignore[union-attr]
