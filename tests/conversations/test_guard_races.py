"""Two press Enter in the same moment: one reply goes out, the other is told. Each in a transaction of its own."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from conversations import guard
from conversations.ingest import ingest
from conversations.models import Conversation, Message, OutgoingMessage
from forstok_chat.accounts.models import User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import make_conversation, remote, said

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("nudges")]


@pytest.fixture
def chat(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada stok?")


def press_enter(start: Barrier, chat: Conversation, by: User, seen: str, client_id: str) -> tuple[int, str]:
    try:
        client = signed_in(by)
        start.wait(10)
        data = {"text": f"dari {by}", "client_id": client_id, "seen": seen}
        answer = client.post(f"/chat/{chat.pk}/messages/", data, headers={"HX-Request": "true"})
        return answer.status_code, answer.content.decode()
    finally:
        connection.close()


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_replies_in_one_moment_one_goes_and_the_other_is_told(
    chat: Conversation, owner: User, colleague: User, attempt: int
) -> None:
    seen, start = guard.mark(chat.messages.all()), Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        running = [
            pool.submit(press_enter, start, chat, by, seen, str(uuid.uuid4())) for by in (owner, colleague)
        ]
        answers = [each.result(20) for each in running]
    assert sorted(code for code, _html in answers) == [200, 422]
    sent = OutgoingMessage.objects.get().message
    told = next(html for code, html in answers if code == 422)
    assert f"{sent.author} sudah membalas:</strong> {sent.text}" in told


def test_a_double_click_of_one_agent_in_one_moment_is_one_reply_and_no_news(
    chat: Conversation, owner: User
) -> None:
    seen, start, key = guard.mark(chat.messages.all()), Barrier(2), str(uuid.uuid4())
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(press_enter, start, chat, owner, seen, key) for _click in range(2)]
        codes = [each.result(20)[0] for each in running]
    assert codes == [200, 200]
    assert OutgoingMessage.objects.count() == 1


def test_a_reply_waits_for_the_message_that_is_just_being_stored_and_is_held_by_it(
    chat: Conversation, shop: Shop, owner: User
) -> None:
    seen, stored, go_on = guard.mark(chat.messages.all()), Event(), Event()

    def buyer_writes() -> None:
        try:
            with transaction.atomic():
                ingest(shop, remote(), [said("tidak jadi")], Message.Source.PUSH)
                stored.set()
                go_on.wait(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(buyer_writes)
        assert stored.wait(10)
        sending = pool.submit(press_enter, Barrier(1), chat, owner, seen, str(uuid.uuid4()))
        with pytest.raises(TimeoutError):
            sending.result(0.5)
        go_on.set()
        writing.result(10)
        assert sending.result(10)[0] == 422
    assert not OutgoingMessage.objects.exists()
