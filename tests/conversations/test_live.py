from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from conversations import outbox
from conversations.dispatch import Draft
from conversations.events import record
from conversations.ingest import ingest
from conversations.live import Cursor, changes_since
from conversations.models import Conversation, Event, Message
from forstok_chat.accounts.models import User
from marketplaces.content import Kind
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop, remote, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


def test_nothing_changed_is_204(owner_client: Client, owner: User, shop: Shop) -> None:
    response = owner_client.get("/live/", {"since": str(Cursor.now(owner))})
    assert response.status_code == 204


def test_a_new_message_is_told_once_and_the_cursor_moves(shop: Shop, owner: User) -> None:
    cursor = Cursor.now(owner)
    conversation = make_conversation(shop, "halo", "kak")
    changes = changes_since(owner, cursor)
    assert changes.conversations == {conversation.pk}
    assert [message.text for message in changes.bubbles_of(conversation)] == ["halo", "kak"]
    assert not changes_since(owner, changes.cursor)


def test_the_screen_gets_row_bubble_and_counts(owner_client: Client, owner: User, shop: Shop) -> None:
    conversation = make_conversation(shop, "halo")
    cursor = Cursor.now(owner)
    ingest(shop, remote(), [said("masih ada kak?")], Message.Source.PUSH)
    response = owner_client.get("/live/", {"since": str(cursor), "open": str(conversation.pk)})
    html = response.content.decode()
    assert f'id="row-{conversation.pk}"' in html
    assert html.count("masih ada kak?") >= 2, "in the row and in the thread"
    assert 'id="tabs"' in html


def test_a_bubble_of_a_closed_conversation_is_not_sent_along(
    owner_client: Client, owner: User, shop: Shop
) -> None:
    cursor = Cursor.now(owner)
    make_conversation(shop, "halo")
    html = owner_client.get("/live/", {"since": str(cursor)}).content.decode()
    assert 'id="message-' not in html


def test_a_conversation_that_left_the_tab_is_taken_off_the_list(
    owner_client: Client, owner: User, shop: Shop
) -> None:
    conversation = make_conversation(shop, "halo")
    cursor = Cursor.now(owner)
    conversation.serve(owner)
    html = owner_client.get("/live/", {"since": str(cursor), "tab": "unserved"}).content.decode()
    assert f'id="row-{conversation.pk}" hx-swap-oob="delete"' in html


def test_looking_at_the_open_conversation_marks_it_read_and_a_hidden_tab_does_not(
    owner_client: Client, owner: User, shop: Shop
) -> None:
    conversation = make_conversation(shop, "halo")
    cursor = str(Cursor(dict.fromkeys([shop.seller_id], 0)))
    owner_client.get("/live/", {"since": cursor, "open": str(conversation.pk), "visible": "0"})
    conversation.refresh_from_db()
    assert conversation.unread_count == 1
    owner_client.get("/live/", {"since": cursor, "open": str(conversation.pk), "visible": "1"})
    conversation.refresh_from_db()
    assert conversation.unread_count == 0


def test_a_stranger_hears_nothing(stranger_client: Client, stranger: User, shop: Shop) -> None:
    cursor = Cursor.now(stranger)
    conversation = make_conversation(shop, "rahasia")
    forged = f"{shop.seller_id}:0,{cursor}"
    response = stranger_client.get("/live/", {"since": forged, "open": str(conversation.pk)})
    assert response.status_code == 204


def test_a_colleague_without_this_shop_hears_nothing(shop: Shop, colleague: User) -> None:
    other = make_shop(shop.seller, name="Toko Kedua")
    limit_to(colleague, other)
    cursor = Cursor.now(colleague)
    make_conversation(shop, "halo")
    assert not changes_since(colleague, cursor)
    make_conversation(other, "halo", name="budi")
    assert changes_since(colleague, cursor)


@pytest.mark.parametrize("since", ["", "nonsense", "1:2:3", f"{uuid.uuid4()}:x"])
def test_a_broken_cursor_draws_the_page_anew(owner_client: Client, owner: User, since: str) -> None:
    response = owner_client.get("/live/", {"since": since})
    assert response["HX-Refresh"] == "true"


def test_a_state_of_a_reply_is_told(shop: Shop, owner: User) -> None:
    conversation = make_conversation(shop, "halo")
    message = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, "ya"), uuid.uuid4())
    cursor = Cursor.now(owner)
    outbox.claim(conversation.pk)
    changes = changes_since(owner, cursor)
    assert changes.messages == {message.pk}


def test_asking_for_news_keeps_an_agent_online(owner_client: Client, owner: User) -> None:
    assert not owner.is_online
    owner_client.get("/live/", {"since": str(Cursor.now(owner))})
    owner.refresh_from_db()
    assert owner.is_online


@pytest.mark.django_db(transaction=True)
def test_an_event_never_appears_below_one_that_was_already_seen(shop: Shop, owner: User) -> None:
    """Two writers of one seller: the later one waits, so ids grow in the order in which they become visible."""
    conversation = make_conversation(shop, "halo")
    wrote: list[str] = []

    def second_writer() -> None:
        try:
            with transaction.atomic():
                record(conversation)
            wrote.append("second")
        finally:
            connection.close()

    with transaction.atomic():
        record(conversation)
        thread = threading.Thread(target=second_writer)
        thread.start()
        thread.join(0.3)
        assert wrote == [], "the second writer waits for the first one's commit"
        wrote.append("first")
    thread.join(5)
    assert wrote == ["first", "second"]
    assert list(Event.objects.order_by("pk").values_list("conversation", flat=True)[:1]) == [conversation.pk]


def test_too_much_at_once_draws_the_page_anew(shop: Shop, owner: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("conversations.live.MOST_EVENTS", 3)
    cursor = Cursor.now(owner)
    make_conversation(shop, *"abcdef")
    assert changes_since(owner, cursor).is_too_much
    assert isinstance(Conversation.objects.get(), Conversation)


def test_the_traffic_of_hidden_shops_does_not_draw_the_page_anew(
    shop: Shop, colleague: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.live.MOST_EVENTS", 3)
    hidden = make_shop(shop.seller, name="Toko Kedua")
    limit_to(colleague, shop)
    cursor = Cursor.now(colleague)
    make_conversation(hidden, *"abcdef")
    assert not changes_since(colleague, cursor)


def test_somebody_who_belongs_to_no_seller_is_not_drawn_anew_for_ever() -> None:
    support = User.objects.create_superuser("support@example.test", "a-good-password", name="Support")
    client = signed_in(support)
    assert client.get("/chat/").status_code == 200
    assert client.get("/live/", {"since": str(Cursor.now(support))}).status_code == 204
