from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
import requests
import responses
from django.utils import timezone

from conversations import outbox
from conversations.dispatch import Draft
from conversations.ingest import ingest
from conversations.models import Conversation, Message, OutgoingMessage
from conversations.tasks import deliver, settle, sweep_outbox
from conversations.templatetags.chat import explained
from forstok_chat.accounts.models import User
from forstok_chat.redis import redis
from marketplaces import throttle
from marketplaces.content import Kind
from marketplaces.models import Shop
from tests.factories import make_conversation, make_shop, remote, said
from tests.permits import free_permits
from tests.wire import (
    SHOPEE_MESSAGES,
    SHOPEE_SEND,
    shopee_error,
    shopee_message,
    shopee_page,
    shopee_sent,
)

State = OutgoingMessage.State
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nudges are only noted, every permit is free."""
    free_permits(monkeypatch)
    monkeypatch.setattr(throttle, "pause", lambda *call: None)


@pytest.fixture
def conversation(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada stok kak?")


def reply(conversation: Conversation, by: User, text: str = "ada kak") -> OutgoingMessage:
    return outbox.enqueue(conversation, by, Draft(Kind.TEXT, text), uuid.uuid4()).outgoing


def state_of(outgoing: OutgoingMessage) -> str:
    outgoing.refresh_from_db()
    return outgoing.state


def make_due(outgoing: OutgoingMessage, *, attempted: timedelta = timedelta()) -> None:
    """As if the time to look again had come, `attempted` ago."""
    OutgoingMessage.objects.filter(pk=outgoing.pk).update(
        next_attempt_at=timezone.now(), attempted_at=timezone.now() - attempted
    )


def sends(web: responses.RequestsMock) -> int:
    return sum("send_message" in (call.request.url or "") for call in web.calls)


def test_a_reply_is_queued_serves_the_conversation_and_is_sent_with_the_marketplaces_id(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    outgoing = reply(conversation, owner)
    conversation.refresh_from_db()
    assert (outgoing.state, conversation.status, conversation.assignee) == ("queued", "served", owner)
    assert conversation.unread_count == 0
    web.post(SHOPEE_SEND, json=shopee_sent(conversation, "ada kak", "2302748948493999999"))
    deliver(str(conversation.pk))
    assert state_of(outgoing) == State.SENT
    assert outgoing.message.remote_id == "2302748948493999999"


def test_a_double_click_queues_one(conversation: Conversation, owner: User) -> None:
    client_id = uuid.uuid4()
    first = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, "ada"), client_id)
    second = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, "ada"), client_id)
    assert first == second
    assert OutgoingMessage.objects.count() == 1


def test_a_task_that_runs_twice_sends_once(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    reply(conversation, owner)
    web.post(SHOPEE_SEND, json=shopee_sent(conversation, "ada kak"))
    deliver(str(conversation.pk))
    deliver(str(conversation.pk))
    assert sends(web) == 1


def test_replies_of_a_conversation_go_one_after_the_other_oldest_first(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    first, second = reply(conversation, owner, "satu"), reply(conversation, owner, "dua")
    claimed = outbox.claim(conversation.pk)
    assert claimed == first
    assert outbox.claim(conversation.pk) is None, "one in flight"
    outbox.fail(claimed, "x", "")
    assert outbox.claim(conversation.pk) == second


@pytest.mark.parametrize("code", ["user_is_forbidden", "message_is_censored", "something_new"])
def test_a_refusal_fails_with_its_reason_and_keeps_the_text(
    web: responses.RequestsMock, conversation: Conversation, owner: User, code: str
) -> None:
    outgoing = reply(conversation, owner)
    web.post(SHOPEE_SEND, json=shopee_error(code, "No."), status=200)
    deliver(str(conversation.pk))
    assert state_of(outgoing) == State.FAILED
    assert (outgoing.problem_code, outgoing.message.text) == (code, "ada kak")


def test_a_refusal_that_nobody_explains_is_told_whole_with_what_support_asks_for(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    outgoing = reply(conversation, owner)
    web.post(SHOPEE_SEND, json=shopee_error("something_new", "Not today."))
    deliver(str(conversation.pk))
    message = Message.objects.select_related("outgoing", "conversation__shop").get(pk=outgoing.message_id)
    assert explained(message).endswith("something_new · Not today. · request r1")
    assert explained(message).count("something_new") == 1


def test_a_failed_reply_can_be_tried_again(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    outgoing = reply(conversation, owner)
    web.post(SHOPEE_SEND, json=shopee_error("user_is_forbidden"))
    deliver(str(conversation.pk))
    outgoing.refresh_from_db()
    assert outbox.try_again(outgoing)
    web.replace(responses.POST, SHOPEE_SEND, json=shopee_sent(conversation, "ada kak"))
    deliver(str(conversation.pk))
    assert state_of(outgoing) == State.SENT


def test_a_refused_connection_goes_back_to_the_queue_and_costs_an_attempt(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    outgoing = reply(conversation, owner)
    web.post(SHOPEE_SEND, body=requests.ConnectTimeout())
    deliver(str(conversation.pk))
    assert state_of(outgoing) == State.QUEUED
    assert outgoing.attempts == 1
    assert outgoing.next_attempt_at > timezone.now()


def test_after_many_refused_connections_the_agent_is_told(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    outgoing = reply(conversation, owner)
    web.post(SHOPEE_SEND, body=requests.ConnectTimeout())
    for _attempt in range(outbox.POLICY.attempts):
        make_due(outgoing)
        deliver(str(conversation.pk))
    assert state_of(outgoing) == State.FAILED
    assert outgoing.problem_code == "too_many_attempts"


def test_our_own_limit_costs_no_attempt_and_makes_no_call(
    web: responses.RequestsMock,
    conversation: Conversation,
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
    nudges: list[Any],
) -> None:
    monkeypatch.setattr(throttle, "take", lambda bucket: 7.0)
    redis().delete(*redis().keys("lane:*") or ["none"])
    outgoing = reply(conversation, owner)
    nudges.clear()
    deliver(str(conversation.pk))
    deliver(str(conversation.pk))
    assert state_of(outgoing) == State.QUEUED
    assert (outgoing.attempts, sends(web)) == (0, 0)
    assert nudges == [("deliver", (str(conversation.pk), True))]  # one wake-up for all who wait


def test_a_reply_stored_but_answered_500_is_found_by_reading_back_and_not_repeated(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    outgoing = reply(conversation, owner)
    web.post(SHOPEE_SEND, body="oops", status=500)
    deliver(str(conversation.pk))
    assert state_of(outgoing) == State.UNCERTAIN
    own = shopee_message(conversation, "ada kak", by_shop=True, message_id="2302748948493999998")
    web.get(SHOPEE_MESSAGES, json=shopee_page(own))
    make_due(outgoing)
    settle(outgoing.pk)
    assert state_of(outgoing) == State.SENT
    assert outgoing.message.remote_id == "2302748948493999998"
    assert conversation.messages.count() == 2, "adopted, not stored a second time"
    assert sends(web) == 1


def test_a_lost_reply_is_requeued_only_after_two_readings_the_second_past_the_settling_time(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    outgoing = reply(conversation, owner)
    web.post(SHOPEE_SEND, body=requests.ReadTimeout())
    deliver(str(conversation.pk))
    web.get(SHOPEE_MESSAGES, json=shopee_page())
    for attempted in (timedelta(seconds=1), timedelta(seconds=2)):
        make_due(outgoing, attempted=attempted)
        settle(outgoing.pk)
        assert state_of(outgoing) == State.UNCERTAIN
    make_due(outgoing, attempted=timedelta(seconds=11))
    settle(outgoing.pk)
    assert state_of(outgoing) == State.QUEUED
    assert sends(web) == 1


def test_an_uncertain_reply_blocks_the_younger_ones(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    reply(conversation, owner, "satu")
    younger = reply(conversation, owner, "dua")
    web.post(SHOPEE_SEND, body=requests.ReadTimeout())
    deliver(str(conversation.pk))
    deliver(str(conversation.pk))
    assert state_of(younger) == State.QUEUED
    assert sends(web) == 1


def test_the_same_text_typed_in_the_seller_centre_before_is_not_taken_for_ours(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    earlier = shopee_message(conversation, "ok", by_shop=True, at=timezone.now() - timedelta(minutes=3))
    outgoing = reply(conversation, owner, "ok")
    web.post(SHOPEE_SEND, body=requests.ReadTimeout())
    deliver(str(conversation.pk))
    web.get(SHOPEE_MESSAGES, json=shopee_page(earlier))
    make_due(outgoing)
    settle(outgoing.pk)
    assert state_of(outgoing) == State.UNCERTAIN


def test_two_equal_replies_are_two_bubbles_with_an_id_each(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    first, second = reply(conversation, owner, "ok"), reply(conversation, owner, "ok")
    web.post(SHOPEE_SEND, body="oops", status=500)
    deliver(str(conversation.pk))
    one = shopee_message(conversation, "ok", by_shop=True, message_id="2302748948493999990")
    web.get(SHOPEE_MESSAGES, json=shopee_page(one))
    make_due(first)
    settle(first.pk)
    deliver(str(conversation.pk))
    make_due(second)
    settle(second.pk)
    assert state_of(first) == State.SENT
    assert state_of(second) == State.UNCERTAIN, "the first one's bubble proves nothing for the second"


def test_a_worker_that_died_while_sending_leaves_a_reply_that_is_read_back(
    conversation: Conversation, owner: User, nudges: list[Any]
) -> None:
    outgoing = reply(conversation, owner)
    outbox.claim(conversation.pk)
    OutgoingMessage.objects.update(attempted_at=timezone.now() - timedelta(minutes=2))
    sweep_outbox()
    assert state_of(outgoing) == State.UNCERTAIN
    make_due(outgoing)
    sweep_outbox()
    assert ("settle", (outgoing.pk,)) in nudges


def test_the_sweep_nudges_what_a_lost_task_has_left(
    conversation: Conversation, owner: User, nudges: list[Any]
) -> None:
    reply(conversation, owner)
    sweep_outbox()
    assert ("deliver", (str(conversation.pk),)) in nudges


def test_a_sync_that_is_faster_than_the_answer_leaves_one_bubble(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    outgoing = reply(conversation, owner)
    seen = said("ada kak", by_buyer=False, remote_id="2302748948493999997")

    def stored_first(request: Any) -> tuple[int, dict[str, str], str]:
        ingest(conversation.shop, remote(), [seen], Message.Source.READING)
        return 200, {}, json.dumps(shopee_sent(conversation, "ada kak", seen.remote_id))

    web.add_callback(responses.POST, SHOPEE_SEND, callback=stored_first)
    deliver(str(conversation.pk))
    assert state_of(outgoing) == State.SENT
    assert conversation.messages.filter(remote_id=seen.remote_id).count() == 1
    assert conversation.messages.count() == 2


def test_a_twin_taken_for_ours_is_given_back_when_the_answer_names_another_id(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    outgoing = reply(conversation, owner, "ok")
    twin = said("ok", by_buyer=False, remote_id="2302748948493999001")

    def twin_first(request: Any) -> tuple[int, dict[str, str], str]:
        ingest(conversation.shop, remote(), [twin], Message.Source.READING)
        return 200, {}, json.dumps(shopee_sent(conversation, "ok", "2302748948493999002"))

    web.add_callback(responses.POST, SHOPEE_SEND, callback=twin_first)
    deliver(str(conversation.pk))
    ingest(conversation.shop, remote(), [twin], Message.Source.READING)
    assert state_of(outgoing) == State.SENT
    assert outgoing.message.remote_id == "2302748948493999002"
    assert conversation.messages.get(remote_id=twin.remote_id).origin == "seller_centre"


def test_a_shop_that_lost_its_authorization_is_disconnected_and_the_agent_told(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    outgoing = reply(conversation, owner)
    web.post(SHOPEE_SEND, json=shopee_error("error_permission"), status=403)
    deliver(str(conversation.pk))
    assert (state_of(outgoing), outgoing.problem_code) == (State.HELD, "error_permission")
    conversation.shop.refresh_from_db()
    assert conversation.shop.state == Shop.State.DISCONNECTED


def test_an_answer_without_an_id_is_no_proof(
    web: responses.RequestsMock, seller: Any, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.wire import TOKOPEDIA_CHAT

    conversation = make_conversation(make_shop(seller, "tokopedia"), "ada?")
    now = int(timezone.now().timestamp() * 1000)
    answer = {"msg_id": int(conversation.remote_id), "msg": "ada kak", "reply_time": now}
    web.post(f"{TOKOPEDIA_CHAT}/{conversation.remote_id}/reply", json={"header": {}, "data": answer})
    outgoing = reply(conversation, owner)
    deliver(str(conversation.pk))
    assert state_of(outgoing) == State.UNCERTAIN
    assert outgoing.accepted_at is not None
    bubble = {"msg_id": 1, "reply_id": 98766, "msg": "ada kak", "reply_time": now, "is_opposite": False}
    web.get(
        f"{TOKOPEDIA_CHAT}/{conversation.remote_id}/replies",
        json={"header": {}, "data": [bubble | {"sender_id": 1, "role": "Shop Admin", "attachment_id": 0}]},
    )
    settle(outgoing.pk)
    assert (state_of(outgoing), outgoing.message.remote_id) == (State.SENT, "98766")
