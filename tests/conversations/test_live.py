from __future__ import annotations

import re
import threading
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from conversations import outbox
from conversations.dispatch import Draft
from conversations.events import record
from conversations.ingest import ingest
from conversations.live import Cursor, changes_since
from conversations.models import Event, Message
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
    row = re.search(f'<li id="row-{conversation.pk}"([^>]*)>', html)
    assert row is not None
    assert "data-known-only data-gone" in row[1]


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


@pytest.mark.parametrize("since", ["", "nonsense", "1:2:3", "00000000-0000-4000-8000-000000000001:x"])
def test_a_broken_cursor_draws_list_and_thread_as_a_whole_without_a_reload(
    owner_client: Client, owner: User, shop: Shop, since: str
) -> None:
    conversation = make_conversation(shop, "halo kak")
    response = owner_client.get("/live/", {"since": since, "open": str(conversation.pk)})
    html = response.content.decode()
    assert "HX-Refresh" not in response
    assert str(Cursor.now(owner)) in html
    assert 'hx-swap-oob="innerHTML:#rows"' in html
    assert f"innerHTML:#thread[data-conversation='{conversation.pk}'] #bubbles" in html
    assert html.count("halo kak") >= 2, "in the row and in the thread"


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


def test_too_much_at_once_is_drawn_as_a_whole_and_what_is_written_stays(
    owner_client: Client, shop: Shop, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.live.MOST_EVENTS", 3)
    cursor = Cursor.now(owner)
    conversation = make_conversation(shop, *"abcdef")
    assert changes_since(owner, cursor).is_too_much
    response = owner_client.get("/live/", {"since": str(cursor), "open": str(conversation.pk)})
    html = response.content.decode()
    assert "HX-Refresh" not in response
    assert html.count('id="message-') == 6
    assert "<textarea" not in html, "the composer is left alone"


def test_a_shop_that_is_switched_off_meanwhile_locks_the_open_thread(
    owner_client: Client, shop: Shop, owner: User
) -> None:
    conversation = make_conversation(shop, "halo")
    look = {"since": str(Cursor.now(owner)), "open": str(conversation.pk), "visible": "0"}
    assert owner_client.get("/live/", look | {"shop_state": "active"}).status_code == 204
    shop.disconnect("ended")
    html = owner_client.get("/live/", look | {"shop_state": "active"}).content.decode()
    assert f"outerHTML:#thread[data-conversation='{conversation.pk}']\"" in html
    assert "composer__locked" in html
    assert 'name="shop_state" value="disconnected"' in html
    assert owner_client.get("/live/", look | {"shop_state": "disconnected"}).status_code == 204


def test_what_is_drawn_alone_brings_the_bubble_below_it_along(
    owner_client: Client, shop: Shop, owner: User
) -> None:
    """It may go on with what has just come before it."""
    at = timezone.now() - timedelta(minutes=10)
    ingest(shop, remote(), [said("kedua", at=at)], Message.Source.READING)
    cursor = Cursor.now(owner)
    late = said("pertama", at=at - timedelta(minutes=1))
    conversation = ingest(shop, remote(), [late], Message.Source.PUSH)
    html = owner_client.get("/live/", {"since": str(cursor), "open": str(conversation.pk)}).content.decode()
    second = html[html.index(f"message-{conversation.messages.get(text='kedua').client_id}") :]
    assert "data-continued" in second[: second.index(">")]


def test_a_bubble_that_the_marketplace_hides_leaves_the_screen(
    owner_client: Client, shop: Shop, owner: User
) -> None:
    told = said("salah kirim")
    conversation = ingest(shop, remote(), [told, said("halo")], Message.Source.READING)
    cursor = Cursor.now(owner)
    ingest(shop, remote(), [replace(told, is_hidden=True)], Message.Source.READING)
    html = owner_client.get("/live/", {"since": str(cursor), "open": str(conversation.pk)}).content.decode()
    gone = conversation.messages.get(text="salah kirim").client_id
    assert f'<li id="message-{gone}" hx-swap-oob="delete">' in html


def test_only_the_buyers_new_words_are_read_out(owner_client: Client, shop: Shop, owner: User) -> None:
    conversation = make_conversation(shop, "halo")
    look = {"open": str(conversation.pk), "drawn": str(int(timezone.now().timestamp()) - 1)}
    outbox.enqueue(conversation, owner, Draft(Kind.TEXT, "ada kak"), uuid.uuid4())
    before = Cursor(dict.fromkeys([shop.seller_id], 0))
    Message.objects.update(received_at=timezone.now() - timedelta(minutes=5))
    assert "#heard" not in owner_client.get("/live/", look | {"since": str(before)}).content.decode()
    cursor = Cursor.now(owner)
    ingest(shop, remote(), [said("masih ada?")], Message.Source.PUSH)
    html = owner_client.get("/live/", look | {"since": str(cursor)}).content.decode()
    assert '#heard">rina: masih ada?</p>' in html


def test_at_midnight_the_dividers_get_their_new_names(owner_client: Client, shop: Shop, owner: User) -> None:
    with time_machine.travel("2026-11-25 16:30Z", tick=False):  # 23:30 in Jakarta
        conversation = make_conversation(shop, "halo")
        conversation.mark_read(owner)
        look = {"since": str(Cursor.now(owner)), "open": str(conversation.pk), "drawn": "1795624200"}
        assert owner_client.get("/live/", look).status_code == 204
    with time_machine.travel("2026-11-25 17:01Z", tick=False):
        html = owner_client.get("/live/", look).content.decode()
        assert re.search(r'id="day-20261125" [^>]*data-known-only>.*?>Kemarin<', html)
        assert re.search(r'id="day-20261124" [^>]*data-known-only>.*?>Selasa, 24 November 2026<', html)
        drawn = re.search(r'id="drawn" name="drawn" value="(\d+)"', html)
        assert drawn is not None
        assert owner_client.get("/live/", look | {"drawn": drawn[1]}).status_code == 204


def test_who_signed_in_again_elsewhere_gets_a_page_with_valid_forms(
    owner_client: Client, owner: User
) -> None:
    look = {"since": str(Cursor.now(owner)), "signed_out": "1"}
    assert owner_client.get("/live/", look)["HX-Refresh"] == "true"


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
