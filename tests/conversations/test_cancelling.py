"""Taking a reply back while it waits: cancelled for good, or out of the queue to be edited. Sent or taken back, never
both."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations import outbox, withdrawals
from conversations.dispatch import Draft
from conversations.live import Cursor
from conversations.models import Conversation, Message, OutgoingMessage
from forstok_chat.accounts.models import User
from marketplaces.content import Kind
from marketplaces.models import MediaFile, Shop
from tests.conftest import signed_in
from tests.factories import make_conversation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
State = OutgoingMessage.State
LATE = "sudah dalam pengiriman"


@pytest.fixture
def room(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada kak?")


def reply(room: Conversation, by: User, text: str = "ada") -> OutgoingMessage:
    return outbox.enqueue(room, by, Draft(Kind.TEXT, text), uuid.uuid4()).outgoing


def post(client: Client, outgoing: OutgoingMessage, noun: str, **fields: str) -> str:
    """The answer to a click of htmx."""
    address = f"/messages/{outgoing.message.client_id}/{noun}/"
    return client.post(address, fields, headers={"HX-Request": "true"}).content.decode()


def thread(client: Client, room: Conversation) -> str:
    return client.get(f"/chat/{room.pk}/").content.decode()


def bubble_of(outgoing: OutgoingMessage) -> str:
    return f'id="message-{outgoing.message.client_id}"'


def test_a_cancelled_reply_is_gone_and_is_never_sent(
    owner_client: Client, owner: User, room: Conversation
) -> None:
    outgoing = reply(room, owner)
    answer = post(owner_client, outgoing, "cancellation")
    assert f'{bubble_of(outgoing)} hx-swap-oob="delete"' in answer
    assert outbox.claim(room.pk) is None
    assert bubble_of(outgoing) not in thread(owner_client, room)


def test_who_cancelled_it_and_when_is_kept_with_the_text(
    owner_client: Client, owner: User, room: Conversation
) -> None:
    outgoing = reply(room, owner, "harga 10rb")
    began = timezone.now()
    post(owner_client, outgoing, "cancellation")
    outgoing.refresh_from_db()
    assert (outgoing.state, outgoing.withdrawn_by) == (State.CANCELLED, owner)
    assert outgoing.withdrawn_at is not None
    assert outgoing.withdrawn_at >= began
    assert Message.objects.get(pk=outgoing.message_id).text == "harga 10rb"


def test_other_screens_take_a_cancelled_reply_away(owner: User, colleague: User, room: Conversation) -> None:
    outgoing = reply(room, owner)
    cursor = Cursor.now(colleague)
    withdrawals.cancel(outgoing, owner)
    html = signed_in(colleague).get("/live/", {"since": str(cursor), "open": str(room.pk)}).content.decode()
    assert f'{bubble_of(outgoing)} hx-swap-oob="delete"' in html


def test_a_buyer_whose_only_answer_was_cancelled_waits_again(owner: User, room: Conversation) -> None:
    outgoing = reply(room, owner)
    room.refresh_from_db()
    assert room.waiting_since is None
    withdrawals.cancel(outgoing, owner)
    room.refresh_from_db()
    assert room.waiting_since is not None
    assert room.last_message is not None
    assert room.last_message.text == "ada kak?"


@pytest.mark.parametrize("noun", ["cancellation", "revision"])
def test_a_reply_on_its_way_is_not_taken_back_and_the_agent_is_told(
    owner_client: Client, owner: User, room: Conversation, noun: str
) -> None:
    outgoing = reply(room, owner)
    outbox.claim(room.pk)
    answer = post(owner_client, outgoing, noun)
    assert LATE in answer
    assert 'data-state="sending"' in answer
    outgoing.refresh_from_db()
    assert outgoing.state == State.SENDING
    assert bubble_of(outgoing) in thread(owner_client, room)


def test_a_second_click_cancels_nothing_twice(owner_client: Client, owner: User, room: Conversation) -> None:
    outgoing = reply(room, owner)
    post(owner_client, outgoing, "cancellation")
    first = OutgoingMessage.objects.get(pk=outgoing.pk).withdrawn_at
    assert LATE not in post(owner_client, outgoing, "cancellation")
    assert OutgoingMessage.objects.get(pk=outgoing.pk).withdrawn_at == first


def test_the_form_sent_again_does_not_revive_a_cancelled_reply(
    owner_client: Client, owner: User, room: Conversation
) -> None:
    """The browser repeats a POST whose answer it has lost."""
    fields = {"client_id": str(uuid.uuid4()), "text": "ada"}
    owner_client.post(f"/chat/{room.pk}/messages/", fields)
    withdrawals.cancel(OutgoingMessage.objects.get(), owner)
    answer = owner_client.post(f"/chat/{room.pk}/messages/", fields, headers={"HX-Request": "true"})
    assert "bubble--mine" not in answer.content.decode()
    assert OutgoingMessage.objects.get().state == State.CANCELLED


def test_an_edited_reply_goes_with_its_new_text_in_its_old_turn(
    owner_client: Client, owner: User, room: Conversation
) -> None:
    first, second = reply(room, owner, "harga 10rb"), reply(room, owner, "terima kasih")
    assert "<textarea" in post(owner_client, first, "revision")
    post(owner_client, first, "revision", text="harga 100rb")
    claimed = outbox.claim(room.pk)
    assert claimed is not None
    assert (claimed.pk, claimed.message.text) == (first.pk, "harga 100rb")
    outbox.fail(claimed, "x", "")
    assert outbox.claim(room.pk) == second


def test_a_reply_is_not_sent_while_it_is_edited_and_the_younger_ones_go(
    owner: User, room: Conversation
) -> None:
    first, second = reply(room, owner, "harga 10rb"), reply(room, owner, "terima kasih")
    withdrawals.take_out(first, owner)
    assert outbox.claim(room.pk) == second


def test_only_who_edits_sees_the_form_and_others_may_take_over(
    owner_client: Client, owner: User, colleague: User, room: Conversation
) -> None:
    outgoing = reply(room, owner)
    withdrawals.take_out(outgoing, owner)
    form = f'id="revision-{outgoing.message.client_id}"'
    theirs = signed_in(colleague)
    assert form in thread(owner_client, room)
    assert form not in thread(theirs, room)
    assert f"{owner} sedang mengubah" in thread(theirs, room)
    assert form in post(theirs, outgoing, "revision")


def test_a_second_click_on_send_edits_nothing_twice(
    owner_client: Client, owner: User, room: Conversation
) -> None:
    outgoing = reply(room, owner, "harga 10rb")
    withdrawals.take_out(outgoing, owner)
    post(owner_client, outgoing, "revision", text="harga 100rb")
    outbox.claim(room.pk)
    assert LATE not in post(owner_client, outgoing, "revision", text="harga 100rb"), "it is the very same"
    assert LATE in post(owner_client, outgoing, "revision", text="harga 90rb")
    assert Message.objects.get(pk=outgoing.message_id).text == "harga 100rb"


@pytest.mark.parametrize("text", ["", "x" * 601])
def test_an_edited_text_is_checked_as_a_new_one(
    owner_client: Client, owner: User, room: Conversation, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(room.shop.connector, "text_limit", 600)
    outgoing = reply(room, owner)
    withdrawals.take_out(outgoing, owner)
    answer = post(owner_client, outgoing, "revision", text=text)
    assert "notice--error" in answer
    assert text in answer, "what was typed is still there"
    outgoing.refresh_from_db()
    assert outgoing.state == State.HELD


def test_a_reply_that_will_be_tried_again_can_be_taken_back(owner: User, room: Conversation) -> None:
    outgoing = reply(room, owner)
    claimed = outbox.claim(room.pk)
    assert claimed is not None
    outbox.back_to_queue(claimed, wait=60)
    assert withdrawals.cancel(outgoing, owner)
    assert outbox.claim(room.pk, is_handed_over=True) is None


def test_a_failed_reply_can_be_edited_and_sent_or_removed(
    owner_client: Client, owner: User, room: Conversation
) -> None:
    outgoing, other = reply(room, owner, "kata kasar"), reply(room, owner, "lagi")
    OutgoingMessage.objects.update(state=State.FAILED, problem_code="message_is_censored")
    post(owner_client, outgoing, "revision")
    post(owner_client, outgoing, "revision", text="kata halus")
    post(owner_client, other, "cancellation")
    outgoing.refresh_from_db()
    assert (outgoing.state, outgoing.problem_code, outgoing.message.text) == (State.QUEUED, "", "kata halus")
    assert bubble_of(other) not in thread(owner_client, room)


def test_what_the_marketplace_has_shown_and_taken_away_stays_to_be_seen(
    owner: User, room: Conversation
) -> None:
    outgoing = reply(room, owner)
    OutgoingMessage.objects.update(state=State.FAILED)
    Message.objects.filter(pk=outgoing.message_id).update(remote_id="2302748948493999999")
    assert not withdrawals.cancel(outgoing, owner)


def test_a_picture_can_be_cancelled_and_not_edited(
    owner_client: Client, owner: User, room: Conversation, shop: Shop
) -> None:
    file = MediaFile.objects.create(shop=shop, state=MediaFile.State.STORED)
    message = outbox.enqueue(room, owner, Draft(Kind.IMAGE, attachment=file), uuid.uuid4())
    page = thread(owner_client, room)
    assert f'id="cancel-{message.client_id}"' in page
    assert f'id="edit-{message.client_id}"' not in page
    assert not withdrawals.take_out(message.outgoing, owner)
    assert withdrawals.cancel(message.outgoing, owner)


@pytest.mark.parametrize("noun", ["cancellation", "revision"])
def test_a_stranger_takes_nothing_back(
    stranger_client: Client, owner: User, room: Conversation, noun: str
) -> None:
    outgoing = reply(room, owner)
    assert stranger_client.post(f"/messages/{outgoing.message.client_id}/{noun}/").status_code == 404
    outgoing.refresh_from_db()
    assert outgoing.state == State.QUEUED


@pytest.mark.parametrize("noun", ["cancellation", "revision"])
def test_somebody_who_is_not_signed_in_is_sent_to_the_login(
    client: Client, owner: User, room: Conversation, noun: str
) -> None:
    outgoing = reply(room, owner)
    response: Any = client.post(f"/messages/{outgoing.message.client_id}/{noun}/")
    assert response.status_code == 302
    assert "/sign-in/" in response["Location"]
