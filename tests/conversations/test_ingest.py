from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conversations import outbox
from conversations.dispatch import Draft
from conversations.ingest import ingest
from conversations.models import Conversation, Event, Message
from forstok_chat.accounts.models import User
from marketplaces.content import Kind
from marketplaces.models import Shop
from tests.factories import make_conversation, remote, said

READING, PUSH = Message.Source.READING, Message.Source.PUSH
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def texts(conversation: Conversation) -> list[str]:
    return [message.text for message in conversation.messages.oldest_first()]


def test_the_same_message_by_push_poll_and_push_again_is_stored_once(shop: Shop) -> None:
    hello = said("halo kak")
    for source in (PUSH, READING, PUSH, READING):
        conversation = ingest(shop, remote(), [hello], source)
    assert texts(conversation) == ["halo kak"]
    assert conversation.unread_count == 1


def test_messages_take_their_place_by_the_marketplaces_time_however_late_they_come(shop: Shop) -> None:
    first, second, third = (said(text, at=NOON + timedelta(seconds=n)) for n, text in enumerate("abc"))
    ingest(shop, remote(), [third], PUSH)
    ingest(shop, remote(), [first], PUSH)
    conversation = ingest(shop, remote(), [second], READING)
    assert texts(conversation) == ["a", "b", "c"]
    assert conversation.last_message is not None
    assert conversation.last_message.text == "c"


def test_messages_of_the_same_second_follow_the_marketplaces_numbering(shop: Shop) -> None:
    one = said("one", at=NOON, remote_id="2302748948493123953")
    two = said("two", at=NOON, remote_id="2302748948493123954")
    conversation = ingest(shop, remote(), [two, one], READING)
    assert texts(conversation) == ["one", "two"]


def test_a_reading_enriches_what_a_push_has_told(shop: Shop) -> None:
    poor = said("", kind=Kind.UNKNOWN, remote_id="7")
    rich = said("foto", kind=Kind.IMAGE, remote_id="7")
    ingest(shop, remote(), [poor], PUSH)
    conversation = ingest(shop, remote(), [rich], READING)
    assert [(m.kind, m.text) for m in conversation.messages.all()] == [("image", "foto")]


def test_a_push_never_takes_back_what_a_reading_knows(shop: Shop) -> None:
    ingest(shop, remote(), [said("foto", kind=Kind.IMAGE, remote_id="7")], READING)
    conversation = ingest(shop, remote(), [said("", kind=Kind.UNKNOWN, remote_id="7")], PUSH)
    assert conversation.messages.get().kind == "image"


def test_an_identical_reading_after_a_push_tells_the_screens_nothing(shop: Shop) -> None:
    hello = said("halo kak")
    ingest(shop, remote(), [hello], PUSH)
    Event.objects.all().delete()
    conversation = ingest(shop, remote(), [hello], READING)
    assert conversation.messages.get().source == READING
    assert Event.objects.count() == 0


@pytest.mark.parametrize(
    "news",
    [
        {"text": "Pesan ini telah dihapus"},
        {"kind": Kind.PRODUCT, "payload": {"product": "1"}},
        {"about": {"order": "240911TRW4KD8Z"}},
    ],
    ids=["recalled", "richer", "about"],
)
def test_a_reading_that_finds_a_bubble_changed_takes_it_over_once(shop: Shop, news: dict[str, Any]) -> None:
    hello = said("halo kak")
    ingest(shop, remote(), [hello], READING)
    Event.objects.all().delete()
    for _time in range(2):
        conversation = ingest(shop, remote(), [replace(hello, **news)], READING)
    bubble = conversation.messages.get()
    assert {name: getattr(bubble, name) for name in news} == news
    assert [event.message for event in Event.objects.all()] == [bubble]


def test_an_identical_reading_writes_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = {"url": "https://cf.example.test/1", "width": 640, "sizes": (1, 2.5), "note": "a\x00b"}
    picture = replace(said("", kind=Kind.IMAGE), payload=payload, raw={"any": 1})
    ingest(shop, remote(), [picture], READING)
    saved: list[Message] = []
    monkeypatch.setattr(Message, "save", lambda message, **fields: saved.append(message))
    ingest(shop, remote(), [picture], READING)
    assert saved == []


def test_a_reading_leaves_our_own_bubbles_their_text_and_author(shop: Shop, owner: User) -> None:
    conversation = make_conversation(shop, "ada?")
    sent = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, "ada  kak"), uuid.uuid4())
    outbox.claim(conversation.pk)
    shown = said("ada kak", by_buyer=False)
    for text in ("ada kak", "Pesan ini telah dihapus"):
        ingest(shop, remote(), [replace(shown, text=text)], READING)
    sent.refresh_from_db()
    assert (sent.remote_id, sent.text, sent.origin) == (shown.remote_id, "ada  kak", "agent")
    assert sent.author == owner


def test_unread_and_waiting_count_from_the_shops_last_answer(shop: Shop) -> None:
    bubbles = [
        said("ada?", at=NOON),
        said("ada kak", by_buyer=False, at=NOON + timedelta(seconds=10)),
        said("warna apa?", at=NOON + timedelta(seconds=20)),
        said("halo?", at=NOON + timedelta(seconds=30)),
    ]
    conversation = ingest(shop, remote(), bubbles, READING)
    assert conversation.unread_count == 2
    assert conversation.waiting_since == NOON + timedelta(seconds=20)


def test_an_automatic_reply_is_no_answer(shop: Shop) -> None:
    conversation = ingest(
        shop,
        remote(),
        [
            said("ada?", at=NOON),
            said("Kami segera membalas", by_buyer=False, at=NOON + timedelta(seconds=1), is_automatic=True),
        ],
        READING,
    )
    assert conversation.status == "unserved"
    assert conversation.waiting_since == NOON


def test_a_reply_typed_in_the_seller_centre_counts_as_the_shop_answering(shop: Shop) -> None:
    conversation = make_conversation(shop, "ada?")
    conversation = ingest(shop, remote(), [said("ada kak", by_buyer=False)], READING)
    assert (conversation.status, conversation.assignee, conversation.unread_count) == ("served", None, 0)


def test_a_new_message_turns_a_resolved_conversation_into_unserved(shop: Shop, owner: User) -> None:
    conversation = make_conversation(shop, "ada?")
    conversation.serve(owner)
    conversation.resolve(owner)
    conversation = ingest(shop, remote(), [said("satu lagi kak")], PUSH)
    assert (conversation.status, conversation.assignee) == ("unserved", None)
    assert conversation.status_changes.last().reason == "buyer wrote"  # type: ignore[union-attr]


def test_a_new_message_goes_back_to_its_agent_when_that_agent_is_online(shop: Shop, owner: User) -> None:
    conversation = make_conversation(shop, "ada?")
    conversation.serve(owner)
    conversation.resolve(owner)
    owner.touch()
    conversation = ingest(shop, remote(), [said("satu lagi kak")], PUSH)
    assert (conversation.status, conversation.assignee) == ("served", owner)


def test_a_late_message_that_was_answered_long_ago_reopens_nothing(shop: Shop, owner: User) -> None:
    conversation = make_conversation(shop, "ada?")
    ingest(shop, remote(), [said("ada kak", by_buyer=False)], READING)
    conversation.refresh_from_db()
    conversation.resolve(owner)
    conversation = ingest(shop, remote(), [said("lama", at=NOON - timedelta(days=90))], READING)
    assert conversation.status == "resolved"


def test_every_new_bubble_leaves_an_event_and_repeating_leaves_none(shop: Shop) -> None:
    bubbles = [said("a"), said("b")]
    ingest(shop, remote(), bubbles, READING)
    ingest(shop, remote(), bubbles, READING)
    assert Event.objects.count() == 2


def test_equal_ids_in_two_shops_are_two_conversations(shop: Shop, seller: object) -> None:
    from tests.factories import make_shop

    other = make_shop(shop.seller, name="Toko Kedua")
    ingest(shop, remote(), [said("a", remote_id="7")], READING)
    ingest(other, remote(), [said("b", remote_id="7")], READING)
    assert Conversation.objects.count() == 2
    assert Message.objects.count() == 2
