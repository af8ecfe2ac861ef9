"""Pictures for a marketplace that fetches them itself: sent by address, proved by reading, refused, sent as a link."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import responses
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations import outbox
from conversations.dispatch import Draft
from conversations.models import Conversation, Event, Message, OutgoingMessage
from conversations.tasks import deliver, settle
from forstok_chat.accounts.models import Seller, User
from marketplaces import media
from marketplaces.content import Kind
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import make_conversation, make_shop
from tests.permits import free_permits
from tests.pictures import picture
from tests.wire import TOKOPEDIA_CHAT

pytestmark = pytest.mark.django_db
BUTTON = "Kirim link sebagai teks"
REFUSED = {"header": {"messages": "failed", "reason": "file not supported", "error_code": 0}, "data": None}


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    free_permits(monkeypatch)


@pytest.fixture
def shop(seller: Seller) -> Shop:
    return make_shop(seller, "tokopedia")


@pytest.fixture
def conversation(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada foto aslinya?")


@pytest.fixture
def queued(conversation: Conversation, owner: User) -> OutgoingMessage:
    file = media.take_upload(conversation.shop, picture())
    draft = Draft(Kind.IMAGE, attachment=file)
    return outbox.enqueue(conversation, owner, draft, uuid.uuid4()).outgoing


@pytest.fixture
def failed(queued: OutgoingMessage) -> OutgoingMessage:
    """Refused by the marketplace."""
    OutgoingMessage.objects.update(state="failed", problem_code="picture_refused", attempts=1)
    Message.objects.filter(pk=queued.message_id).update(
        payload={"upload": {"file_path": "https://old.test/"}}
    )
    return again(queued)


def again(outgoing: OutgoingMessage) -> OutgoingMessage:
    return OutgoingMessage.objects.select_related("message__attachment", "conversation").get(pk=outgoing.pk)


def replies_to(conversation: Conversation) -> str:
    return f"{TOKOPEDIA_CHAT}/{conversation.remote_id}/reply"


def readings_of(conversation: Conversation) -> str:
    return f"{TOKOPEDIA_CHAT}/{conversation.remote_id}/replies"


def accept_sends(web: responses.RequestsMock, conversation: Conversation) -> None:
    time = int(timezone.now().timestamp() * 1000)
    web.post(replies_to(conversation), json={"header": {}, "data": {"msg_id": 1, "reply_time": time}})


def show(web: responses.RequestsMock, conversation: Conversation, *rows: dict[str, Any]) -> None:
    web.upsert("GET", readings_of(conversation), json={"header": {}, "data": list(rows)})


def row(number: int, msg: str = "", **fields: Any) -> dict[str, Any]:
    """A bubble of the shop, as a reading tells it."""
    return {
        "reply_id": number, "msg": msg, "reply_time": int(timezone.now().timestamp() * 1000),
        "role": "Shop Owner", "is_opposite": False, "attachment_id": 0 if msg else 60000 + number,
    } | fields  # fmt: skip


def run(outgoing: OutgoingMessage) -> OutgoingMessage:
    OutgoingMessage.objects.filter(pk=outgoing.pk).update(next_attempt_at=timezone.now())
    deliver(str(outgoing.conversation_id))
    return again(outgoing)


def look(outgoing: OutgoingMessage) -> OutgoingMessage:
    """Read back, as its turn has come."""
    OutgoingMessage.objects.filter(pk=outgoing.pk).update(next_attempt_at=timezone.now())
    settle(outgoing.pk)
    return again(outgoing)


def sent_bodies(web: responses.RequestsMock) -> list[dict[str, Any]]:
    return [json.loads(call.request.body or b"") for call in web.calls if call.request.method == "POST"]


def fetched(address: str) -> int:
    """The bytes of the picture that anybody sees there; 0 when it is not found."""
    answer: Any = Client().get(urlsplit(address).path)
    return len(answer.getvalue()) if answer.status_code == 200 else 0


# On its way


def test_a_picture_goes_out_as_an_address_where_it_can_be_fetched(
    web: responses.RequestsMock, conversation: Conversation, queued: OutgoingMessage
) -> None:
    accept_sends(web, conversation)
    assert run(queued).state == "uncertain", "accepted, but nothing proves it yet"
    [body] = sent_bodies(web)
    assert (body["message"], body["attachment_type"]) == ("", 2)
    assert fetched(body["file_path"]) == queued.message.attachment.size


def test_its_bubble_in_the_reading_is_the_proof_and_it_stays_our_picture(
    web: responses.RequestsMock, conversation: Conversation, queued: OutgoingMessage, owner_client: Client
) -> None:
    accept_sends(web, conversation)
    run(queued)
    show(web, conversation, row(7))
    for _reading in range(2):
        proved = look(queued)
        message = proved.message
        assert (proved.state, message.remote_id, message.kind) == ("sent", "7", "image")
        assert message.attachment is not None
    assert Message.objects.filter(conversation=conversation).count() == 2, "the buyer's and ours"
    page = owner_client.get(reverse("conversations:thread", args=[conversation.pk])).content.decode()
    assert reverse("conversations:media-small", args=[message.attachment_id]) in page
    assert "tidak memberi tahu isinya" not in page


@pytest.mark.parametrize(
    "other",
    [
        {"is_opposite": True, "role": "User"},
        {"msg": "Siap kak", "attachment_id": 0},
        {"msg": "Siap kak", "attachment_id": 60008},
        {"attachment_id": 0},
        {"role": "Tokopedia Admin"},
    ],
    ids=["the buyer's", "a text", "a text with an attachment", "empty", "Tokopedia's"],
)
def test_another_bubble_proves_nothing(
    web: responses.RequestsMock, conversation: Conversation, queued: OutgoingMessage, other: dict[str, Any]
) -> None:
    accept_sends(web, conversation)
    run(queued)
    show(web, conversation, row(7) | other)
    assert look(queued).state == "uncertain"


@pytest.mark.parametrize("seconds", [-3600, 300], ids=["older", "much later"])
def test_a_bubble_of_another_time_proves_nothing(
    web: responses.RequestsMock, conversation: Conversation, queued: OutgoingMessage, seconds: int
) -> None:
    accept_sends(web, conversation)
    run(queued)
    show(web, conversation, row(7) | {"reply_time": int((timezone.now().timestamp() + seconds) * 1000)})
    assert look(queued).state == "uncertain"


def test_a_text_in_flight_is_not_proved_by_an_attachment(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    accept_sends(web, conversation)
    text = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, text="Siap kak"), uuid.uuid4()).outgoing
    run(text)
    show(web, conversation, row(7))
    assert look(text).state == "uncertain"
    show(web, conversation, row(7), row(8, "Siap kak", attachment_id=60008))
    assert look(text).state == "sent"


def test_a_second_try_gets_a_new_address_as_the_old_one_may_be_over(
    web: responses.RequestsMock, conversation: Conversation, failed: OutgoingMessage
) -> None:
    accept_sends(web, conversation)
    assert outbox.try_again(failed)
    run(failed)
    [body] = sent_bodies(web)
    assert body["file_path"] != failed.message.payload["upload"]["file_path"]
    assert fetched(body["file_path"]) > 0


# Refused


def test_a_refused_picture_says_why_and_offers_its_link(
    web: responses.RequestsMock, conversation: Conversation, queued: OutgoingMessage, owner_client: Client
) -> None:
    web.post(replies_to(conversation), status=400, json=REFUSED)
    refused = run(queued)
    assert (refused.state, refused.problem_code) == ("failed", "picture_refused")
    assert "file not supported" in refused.problem_text
    page = owner_client.get(reverse("conversations:thread", args=[conversation.pk])).content.decode()
    assert "Tokopedia tidak menerima gambar ini." in page
    assert BUTTON in page


def press(client: Client, outgoing: OutgoingMessage, **headers: str) -> Any:
    path = reverse("conversations:link", args=[outgoing.message.client_id])
    return client.post(path, headers={"HX-Request": "true", **headers})


def test_one_click_sends_the_link_in_its_place(
    web: responses.RequestsMock,
    conversation: Conversation,
    failed: OutgoingMessage,
    owner_client: Client,
    nudges: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    Event.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        answer = press(owner_client, failed)
    assert answer.status_code == 200
    assert f'id="message-{failed.message.client_id}"' in answer.content.decode(), "the same bubble"
    assert BUTTON not in answer.content.decode()
    assert ("deliver", (str(conversation.pk),)) in nudges
    assert Event.objects.filter(message=failed.message).exists()

    accept_sends(web, conversation)
    assert run(failed).attempts == 1
    [body] = sent_bodies(web)
    assert body.keys() == {"shop_id", "message"}
    with time_machine.travel(timezone.now() + timedelta(days=29), tick=False):
        assert fetched(body["message"]) > 0
    link = f'<a rel="nofollow" target="_blank" href="{body["message"]}">{body["message"]}</a>'
    show(web, conversation, row(9, link))
    sent = look(failed)
    assert (sent.state, sent.message.kind, sent.message.remote_id) == ("sent", "text", "9")


def test_a_double_click_sends_one_link(failed: OutgoingMessage, owner_client: Client) -> None:
    texts = set()
    for _click in range(2):
        press(owner_client, failed)
        texts.add(again(failed).message.text)
    assert len(texts) == 1
    assert OutgoingMessage.objects.count() == 1


def test_without_scripts_it_leads_back_to_the_thread(failed: OutgoingMessage, owner_client: Client) -> None:
    path = reverse("conversations:link", args=[failed.message.client_id])
    answer = owner_client.post(path)
    assert answer.headers["Location"] == reverse("conversations:thread", args=[failed.conversation_id])
    assert again(failed).state == "queued"


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "uncertain"])
def test_only_a_failed_picture_becomes_a_link(
    failed: OutgoingMessage, owner_client: Client, state: str
) -> None:
    OutgoingMessage.objects.update(state=state)
    answer = press(owner_client, failed)
    assert BUTTON not in answer.content.decode()
    assert (again(failed).state, again(failed).message.kind) == (state, "image")


def test_a_failed_text_has_no_link(conversation: Conversation, owner: User, owner_client: Client) -> None:
    text = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, text="Siap"), uuid.uuid4()).outgoing
    OutgoingMessage.objects.update(state="failed")
    assert BUTTON not in press(owner_client, text).content.decode()
    assert (again(text).state, again(text).message.text) == ("failed", "Siap")


def test_a_picture_whose_file_is_gone_has_no_link(failed: OutgoingMessage, owner_client: Client) -> None:
    assert failed.message.attachment is not None
    failed.message.attachment.delete()
    assert BUTTON not in press(owner_client, failed).content.decode()
    assert again(failed).state == "failed"


def test_a_marketplace_that_takes_files_needs_no_link(
    seller: Seller, owner: User, owner_client: Client
) -> None:
    other = make_conversation(make_shop(seller, "shopee"), "halo")
    file = media.take_upload(other.shop, picture())
    outgoing = outbox.enqueue(other, owner, Draft(Kind.IMAGE, attachment=file), uuid.uuid4()).outgoing
    OutgoingMessage.objects.update(state="failed", problem_code="error_param")
    assert BUTTON not in press(owner_client, outgoing).content.decode()
    assert again(outgoing).state == "failed"


def test_a_stranger_and_nobody_send_nothing(
    failed: OutgoingMessage, stranger_client: Client, colleague: User
) -> None:
    assert press(stranger_client, failed).status_code == 404
    assert press(Client(), failed).status_code == 401
    assert again(failed).state == "failed"
    assert press(signed_in(colleague), failed).status_code == 200
    assert again(failed).state == "queued"


def test_looking_sends_nothing(failed: OutgoingMessage, owner_client: Client) -> None:
    assert owner_client.get(reverse("conversations:link", args=[failed.message.client_id])).status_code == 405
