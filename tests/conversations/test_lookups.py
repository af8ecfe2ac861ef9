"""A room that pushes name without its buyer is looked up once, and again when it may have changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from conversations import outbox
from conversations.dispatch import Draft
from conversations.ingest import ingest
from conversations.models import Conversation, Event, Message
from conversations.tasks import look_up_room, read_conversation
from forstok_chat.accounts.models import User
from marketplaces.content import Kind
from marketplaces.errors import Rejected, Temporary
from marketplaces.models import Shop
from marketplaces.registry import connector_for
from tests.conversations.mall import CLOSED, Mall, bubble, room

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]

KNOWN = {"buyer_id": "501", "buyer_name": "Rina", "platform": "tokopedia", "can_reply": True}


@pytest.fixture
def conversation(mall_shop: Shop, mall: type[Mall]) -> Conversation:
    """As a push has it: with a bubble, without a buyer."""
    mall.world |= {"room": room(**KNOWN), "pages": [[bubble(10)]]}
    found = ingest(mall_shop, room(), [bubble(10)], Message.Source.PUSH)
    found.request_reading()
    return found


def lookups(mall: type[Mall]) -> int:
    return [name for name, _about in mall.asked].count("room")


def write(shop: Shop, number: int) -> None:
    conversation = ingest(shop, room(), [bubble(number)], Message.Source.PUSH)
    conversation.request_reading()
    read_conversation(str(conversation.pk))


def test_the_reading_behind_its_first_push_brings_the_buyer_and_where_they_write_from(
    conversation: Conversation,
) -> None:
    read_conversation(str(conversation.pk))
    conversation.refresh_from_db()
    assert (conversation.buyer_id, conversation.buyer_name) == ("501", "Rina")
    assert (conversation.platform, conversation.can_reply) == ("tokopedia", True)


def test_a_room_is_looked_up_once(conversation: Conversation, mall_shop: Shop, mall: type[Mall]) -> None:
    read_conversation(str(conversation.pk))
    write(mall_shop, 20)
    write(mall_shop, 30)
    assert lookups(mall) == 1


def test_a_room_whose_platform_was_not_told_is_asked_about_again_after_an_hour(
    conversation: Conversation, mall_shop: Shop, mall: type[Mall]
) -> None:
    mall.world["room"] = room(**KNOWN | {"platform": ""})
    read_conversation(str(conversation.pk))
    write(mall_shop, 20)
    assert lookups(mall) == 1
    mall.world["room"] = room(**KNOWN)
    with time_machine.travel(timezone.now() + timedelta(hours=1, minutes=1)):
        write(mall_shop, 30)
    conversation.refresh_from_db()
    assert (lookups(mall), conversation.platform) == (2, "tokopedia")


def test_a_room_that_cannot_be_looked_up_is_read_all_the_same(
    conversation: Conversation, mall: type[Mall]
) -> None:
    mall.world |= {"room": Rejected("no such room"), "pages": [[bubble(20), bubble(10)]]}
    read_conversation(str(conversation.pk))
    assert conversation.messages.count() == 2


def test_opening_a_thread_asks_whether_the_shop_may_write_at_most_once_an_hour(
    conversation: Conversation, owner_client: Client, nudges: list[Any]
) -> None:
    read_conversation(str(conversation.pk))
    nudges.clear()
    owner_client.get(f"/chat/{conversation.pk}/")
    assert ("look_up_room", (str(conversation.pk),)) not in nudges
    Conversation.objects.update(looked_up_at=timezone.now() - timedelta(hours=2))
    owner_client.get(f"/chat/{conversation.pk}/")
    assert ("look_up_room", (str(conversation.pk),)) in nudges


def test_a_lock_that_was_found_out_later_is_told_to_open_screens(
    conversation: Conversation, mall: type[Mall]
) -> None:
    read_conversation(str(conversation.pk))
    Conversation.objects.update(looked_up_at=timezone.now() - timedelta(hours=2))
    mall.world["room"] = room(**KNOWN | {"can_reply": False, "lock_code": CLOSED})
    events = Event.objects.count()
    look_up_room(str(conversation.pk))
    conversation.refresh_from_db()
    assert (conversation.can_reply, conversation.lock_code) == (False, CLOSED)
    assert Event.objects.count() == events + 1


def test_a_look_that_failed_is_made_up_for_at_the_next_opening(
    conversation: Conversation, mall: type[Mall]
) -> None:
    mall.world["room"] = Temporary("busy")
    look_up_room(str(conversation.pk))
    conversation.refresh_from_db()
    assert conversation.looked_up_at is None


def test_a_closed_room_says_why_and_opens_when_the_buyer_writes(
    conversation: Conversation, mall_shop: Shop, mall: type[Mall], owner_client: Client
) -> None:
    mall.world["room"] = room(**KNOWN | {"can_reply": False, "lock_code": CLOSED})
    read_conversation(str(conversation.pk))
    page = owner_client.get(f"/chat/{conversation.pk}/").content.decode()
    assert "The buyer has not written for a long time." in page
    mall.world["room"] = room(**KNOWN)
    write(mall_shop, 20)
    conversation.refresh_from_db()
    assert conversation.can_reply is True
    page = owner_client.get(f"/chat/{conversation.pk}/").content.decode()
    assert "The buyer has not written for a long time." not in page


def test_a_refused_reply_closes_the_room_and_keeps_its_text(
    conversation: Conversation, mall_shop: Shop, mall: type[Mall], owner: User
) -> None:
    read_conversation(str(conversation.pk))
    outbox.enqueue(conversation, owner, Draft(Kind.TEXT, "masih ada kak"), uuid4())
    mall.world["receipt"] = Rejected("not now", code=CLOSED)
    claimed = outbox.claim(conversation.pk)
    assert claimed is not None
    outbox.send(claimed, connector_for(mall_shop))
    conversation.refresh_from_db()
    claimed.refresh_from_db()
    assert (conversation.can_reply, conversation.lock_code) == (False, CLOSED)
    assert (claimed.state, claimed.message.text) == ("failed", "masih ada kak")
