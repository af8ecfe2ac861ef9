"""What follows from the messages of a conversation is the same by one statement for many as by the rules for one."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from conversations.deriving import UNREAD_SHOWN, derive_all
from conversations.models import Conversation, Message, OutgoingMessage
from forstok_chat.accounts.models import Seller
from marketplaces.models import Shop
from tests.factories import make_conversation, make_shop

pytestmark = pytest.mark.django_db

NOW = timezone.now()
ORIGINS = st.sampled_from([*Message.Origin])
STATES = st.sampled_from(["queued", "sent", "failed", "held", "uncertain"])
BUBBLES = st.lists(
    st.fixed_dictionaries(
        {
            "origin": ORIGINS,
            "second": st.integers(0, 3),
            "is_hidden": st.booleans(),
            "is_refused": st.booleans(),
            "state": STATES,
        }
    ),
    max_size=6,
)
SEEN = st.none() | st.tuples(st.integers(0, 3), st.integers(0, 6))


def fill(conversation: Conversation, bubbles: list[dict[str, Any]], seen: tuple[int, int] | None) -> None:
    conversation.messages.all().delete()
    for number, bubble in enumerate(bubbles):
        message = Message.objects.create(
            conversation=conversation,
            origin=bubble["origin"],
            source="reading",
            kind="text",
            sent_at=NOW + timedelta(seconds=bubble["second"]),
            sequence=number,
            is_hidden=bubble["is_hidden"],
            payload={"refusal": "x"} if bubble["is_refused"] else {},
            client_id=uuid.uuid4(),
        )
        if bubble["origin"] == "agent":
            is_waiting = {"needs_person": False} if bubble["state"] != "uncertain" else {}
            OutgoingMessage.objects.create(
                message=message, conversation=conversation, state=bubble["state"], **is_waiting
            )
    conversation.seen_at, conversation.seen_sequence = (None, 0)
    if seen is not None:
        conversation.seen_at, conversation.seen_sequence = NOW + timedelta(seconds=seen[0]), seen[1]
    conversation.save()


def by_the_rules(conversation: Conversation) -> tuple[Any, ...]:
    newest = conversation.messages.shown().newest_first().first()
    unanswered = conversation.unanswered()
    first = unanswered.oldest_first().first()
    unread = conversation.unseen(unanswered)[:UNREAD_SHOWN].count()
    return newest and newest.pk, first and first.sent_at, unread


@given(bubbles=BUBBLES, seen=SEEN)
def test_one_statement_says_the_same_as_the_rules(
    shop: Shop, bubbles: list[dict[str, Any]], seen: tuple[int, int] | None
) -> None:
    in_flight = [each for each in bubbles if each["origin"] == "agent" and each["state"] == "uncertain"]
    for each in in_flight[1:]:  # one at a time, as the table demands
        each["state"] = "queued"
    conversation, other = make_conversation(shop, "halo"), make_conversation(shop, "lain", name="budi")
    other.messages.exclude(pk=other.last_message_id).delete()  # of the example before
    fill(conversation, bubbles, seen)
    expected = by_the_rules(conversation)
    derive_all([conversation, other])
    for row in (conversation, Conversation.objects.get(pk=conversation.pk)):
        assert (row.last_message_id, row.waiting_since, row.unread_count) == expected
    other.refresh_from_db()
    assert other.unread_count == 1, "each has its own"


def test_without_any_bubble_the_time_stays(seller: Seller) -> None:
    conversation = make_conversation(make_shop(seller), "halo")
    before = conversation.last_message_at
    conversation.messages.all().delete()
    derive_all([conversation])
    conversation.refresh_from_db()
    assert (conversation.last_message_at, conversation.last_message, conversation.unread_count) == (
        before,
        None,
        0,
    )


def test_more_unread_than_is_shown_is_not_counted(shop: Shop) -> None:
    texts = [f"pesan {number}" for number in range(UNREAD_SHOWN + 5)]
    assert make_conversation(shop, *texts).unread_count == UNREAD_SHOWN
