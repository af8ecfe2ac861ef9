"""What is read here is told to the marketplace: once, in the background, at no screen's cost."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import requests
import responses
from django.utils import timezone

from conversations import reading_marks
from conversations.ingest import ingest
from conversations.models import Conversation, Message
from conversations.tasks import sweep_incoming, tell_read
from forstok_chat.accounts.models import Seller, User
from marketplaces import throttle
from marketplaces.models import App, Shop
from tests.factories import make_conversation, make_shop, remote, said
from tests.permits import free_permits
from tests.wire import SHOPEE, shopee_answer, shopee_error

pytestmark = pytest.mark.django_db
READ = f"{SHOPEE}/sellerchat/read_conversation"


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nudges are only noted, every permit is free."""
    free_permits(monkeypatch)
    monkeypatch.setattr(throttle, "pause", lambda *call: None)


@pytest.fixture
def conversation(shop: Shop) -> Conversation:
    return make_conversation(shop, "halo", "ada stok kak?")


def told(web: responses.RequestsMock) -> list[str]:
    """Up to which bubbles the marketplace was told, in order."""
    return [json.loads(call.request.body or b"")["last_read_message_id"] for call in web.calls]


def newest(conversation: Conversation) -> Message:
    bubble = conversation.messages.newest_first().first()
    assert bubble is not None
    return bubble


def retry_now(conversation: Conversation) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(tell_read_at=timezone.now())


def test_what_is_read_here_is_told_once_up_to_its_newest_bubble(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    web.post(READ, json=shopee_answer({}))
    assert conversation.mark_read(owner) is True
    assert len(web.calls) == 0, "the screen does not wait for it"
    assert reading_marks.due() == [conversation.pk]
    tell_read(str(conversation.pk))
    tell_read(str(conversation.pk))
    assert told(web) == [newest(conversation).remote_id]
    assert reading_marks.due() == []
    assert conversation.mark_read(owner) is False


def test_a_bubble_of_the_shop_is_not_what_was_read(
    web: responses.RequestsMock, shop: Shop, conversation: Conversation, owner: User
) -> None:
    asked = newest(conversation).remote_id
    ingest(shop, remote(), [said("Kami tutup", by_buyer=False, is_automatic=True)], Message.Source.READING)
    web.post(READ, json=shopee_answer({}))
    conversation.mark_read(owner)
    tell_read(str(conversation.pk))
    assert told(web) == [asked]


def test_what_is_read_while_a_call_is_under_way_is_told_next(
    web: responses.RequestsMock, shop: Shop, conversation: Conversation, owner: User
) -> None:
    first = newest(conversation).remote_id
    more = said("halo?")

    def slow(request: Any) -> tuple[int, dict[str, str], str]:
        if len(web.calls) == 0:
            ingest(shop, remote(), [more], Message.Source.PUSH).mark_read(owner)
        return 200, {}, json.dumps(shopee_answer({}))

    web.add_callback(responses.POST, READ, callback=slow)
    conversation.mark_read(owner)
    tell_read(str(conversation.pk))
    assert reading_marks.due() == [conversation.pk]
    tell_read(str(conversation.pk))
    assert told(web) == [first, more.remote_id]
    assert reading_marks.due() == []


def test_a_crash_during_the_call_is_found_when_its_lease_ends(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    conversation.mark_read(owner)
    assert reading_marks.claim(conversation.pk) is not None
    assert reading_marks.claim(conversation.pk) is None, "one at a time"
    assert reading_marks.due() == []
    retry_now(conversation)
    web.post(READ, json=shopee_answer({}))
    tell_read(str(conversation.pk))
    assert told(web) == [newest(conversation).remote_id]


def test_a_crash_after_the_call_does_not_tell_it_twice(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    web.post(READ, json=shopee_answer({}))
    conversation.mark_read(owner)
    tell_read(str(conversation.pk))
    retry_now(conversation)
    tell_read(str(conversation.pk))
    assert len(web.calls) == 1


def test_imported_bubbles_that_nobody_opened_are_not_marked(conversation: Conversation, owner: User) -> None:
    conversation.settle_imported(0, None)
    conversation.refresh_from_db()
    assert conversation.unread_count == 0
    assert conversation.mark_read(owner) is False
    assert reading_marks.due() == []


@pytest.mark.parametrize(
    "failure",
    [{"json": shopee_error("error_server"), "status": 500}, {"body": requests.ReadTimeout()}],
    ids=["temporary", "uncertain"],
)
def test_a_failure_is_tried_again_later_and_later_and_then_no_more(
    web: responses.RequestsMock, conversation: Conversation, owner: User, failure: dict[str, Any]
) -> None:
    web.post(READ, **failure)
    conversation.mark_read(owner)
    waits: list[int] = []
    for _attempt in range(reading_marks.MOST_ATTEMPTS):
        retry_now(conversation)
        tell_read(str(conversation.pk))
        conversation.refresh_from_db()
        if conversation.tell_read_at is not None:
            waits.append(round((conversation.tell_read_at - timezone.now()).total_seconds()))
    assert waits == [2, 4, 8, 16, 32, 64, 128]
    assert conversation.tell_read_at is None
    assert len(web.calls) == reading_marks.MOST_ATTEMPTS


def test_reading_more_after_giving_up_is_told_again(
    web: responses.RequestsMock, shop: Shop, conversation: Conversation, owner: User
) -> None:
    conversation.mark_read(owner)
    Conversation.objects.update(tell_read_attempts=reading_marks.MOST_ATTEMPTS)
    assert reading_marks.claim(conversation.pk) is None
    assert reading_marks.due() == []
    more = said("halo?")
    ingest(shop, remote(), [more], Message.Source.PUSH).mark_read(owner)
    web.post(READ, json=shopee_answer({}))
    tell_read(str(conversation.pk))
    assert told(web) == [more.remote_id]


def test_too_many_calls_cost_no_attempt(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    web.post(READ, json=shopee_error("error_rate_limit"), status=429, headers={"Retry-After": "3600"})
    conversation.mark_read(owner)
    tell_read(str(conversation.pk))
    conversation.refresh_from_db()
    assert conversation.tell_read_attempts == 0
    assert conversation.tell_read_at is not None
    assert timedelta() < conversation.tell_read_at - timezone.now() <= timedelta(minutes=10)


def test_a_refusal_is_not_tried_again(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    web.post(READ, json=shopee_error("param_error"))
    conversation.mark_read(owner)
    tell_read(str(conversation.pk))
    conversation.refresh_from_db()
    assert conversation.tell_read_at is None
    assert conversation.shop.is_active


def test_a_shop_that_we_may_not_speak_for_any_more_is_disconnected(
    web: responses.RequestsMock, shop: Shop, conversation: Conversation, owner: User
) -> None:
    web.post(READ, json=shopee_error("user_is_unauthorized"))
    conversation.mark_read(owner)
    tell_read(str(conversation.pk))
    shop.refresh_from_db()
    assert shop.state == Shop.State.DISCONNECTED
    conversation.refresh_from_db()
    assert conversation.tell_read_at is None, "the next activation is not ended by an old mark"


def test_missing_app_keys_are_waited_for(conversation: Conversation, owner: User) -> None:
    conversation.mark_read(owner)
    App.objects.all().delete()
    tell_read(str(conversation.pk))
    conversation.refresh_from_db()
    assert conversation.tell_read_at is not None


def test_a_shop_that_is_switched_off_is_told_nothing(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    conversation.mark_read(owner)
    Shop.objects.update(state=Shop.State.INACTIVE)
    tell_read(str(conversation.pk))
    assert reading_marks.due() == []
    assert len(web.calls) == 0


def test_a_marketplace_without_reading_marks_is_told_nothing(seller: Seller, owner: User) -> None:
    conversation = make_conversation(make_shop(seller, "tokopedia"), "halo")
    assert conversation.mark_read(owner) is False
    assert reading_marks.due() == []


def test_the_sweep_finds_a_mark_whose_nudge_was_lost(
    conversation: Conversation, owner: User, nudges: list[Any]
) -> None:
    conversation.mark_read(owner)
    sweep_incoming()
    assert ("tell_read", (str(conversation.pk),)) in nudges
