from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations import outbox
from conversations.dispatch import Draft
from conversations.ingest import ingest
from conversations.models import Conversation, Message, OutgoingMessage
from forstok_chat.accounts.models import User
from marketplaces.content import Kind
from marketplaces.models import Shop
from tests.factories import make_conversation, remote, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def conversation(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada stok kak?")


def thread(client: Client, conversation: Conversation, **headers: str) -> str:
    response = client.get(f"/chat/{conversation.pk}/", headers=headers or None)
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, conversation: Conversation, **data: str) -> Any:
    data.setdefault("client_id", str(uuid.uuid4()))
    return client.post(f"/chat/{conversation.pk}/messages/", data, headers=HTMX)


def test_the_thread_shows_the_bubbles_and_marks_them_read(
    owner_client: Client, conversation: Conversation
) -> None:
    assert "ada stok kak?" in thread(owner_client, conversation)
    conversation.refresh_from_db()
    assert conversation.unread_count == 0


def test_for_htmx_the_thread_comes_alone(owner_client: Client, conversation: Conversation) -> None:
    fragment = thread(owner_client, conversation, **HTMX)
    assert "ada stok kak?" in fragment
    assert "<html" not in fragment


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_bubble(owner_client: Client, shop: Shop, kind: Kind) -> None:
    conversation = ingest(shop, remote(), [said("", kind=kind)], Message.Source.READING)
    message = conversation.messages.get()
    assert f'id="message-{message.client_id}"' in thread(owner_client, conversation)


def test_what_a_buyer_writes_is_never_markup(owner_client: Client, shop: Shop) -> None:
    attack = '<script>alert(1)</script> <img src=x onerror=alert(1)> javascript:alert(1) http://a.test/"onx=1'
    conversation = make_conversation(shop, attack, name="<b>rina</b>")
    page = thread(owner_client, conversation)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<b>rina" not in page
    assert 'href="javascript' not in page


def test_older_bubbles_are_loaded_above(owner_client: Client, shop: Shop) -> None:
    start = timezone.now() - timedelta(hours=2)
    bubbles = [said(f"pesan nomor {n}.", at=start + timedelta(minutes=n)) for n in range(40)]
    conversation = ingest(shop, remote(), bubbles, Message.Source.READING)
    page = thread(owner_client, conversation)
    assert "pesan nomor 39." in page
    assert "pesan nomor 9." not in page
    first = conversation.messages.oldest_first()[10]
    older = owner_client.get(
        f"/chat/{conversation.pk}/messages/", {"before": str(first.client_id)}, headers=HTMX
    )
    assert "pesan nomor 9." in older.content.decode()


@pytest.mark.parametrize("before", ["", "nonsense", "00000000-0000-4000-8000-000000000001"])
def test_older_than_nothing_is_not_found(
    owner_client: Client, conversation: Conversation, before: str
) -> None:
    assert owner_client.get(f"/chat/{conversation.pk}/messages/", {"before": before}).status_code == 404


def test_a_reply_is_drawn_at_once_as_queued_and_nudged(
    owner_client: Client,
    conversation: Conversation,
    nudges: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = post(owner_client, conversation, text="ada kak")
    assert response.status_code == 200
    assert 'data-state="queued"' in response.content.decode()
    assert ("deliver", (str(conversation.pk),)) in nudges


def test_without_scripts_a_reply_leads_back_to_the_thread(
    owner_client: Client, conversation: Conversation
) -> None:
    url = f"/chat/{conversation.pk}/messages/"
    response = owner_client.post(url, {"text": "ada kak", "client_id": str(uuid.uuid4())})
    assert response["Location"] == f"/chat/{conversation.pk}/"
    assert OutgoingMessage.objects.count() == 1


@pytest.mark.parametrize(
    "data",
    [{"text": ""}, {"text": "   "}, {"text": "x" * 601}, {"text": "ada", "client_id": "nonsense"}],
)
def test_a_bad_reply_comes_back_with_what_is_wrong_and_nothing_is_queued(
    owner_client: Client, conversation: Conversation, data: dict[str, str]
) -> None:
    response = post(owner_client, conversation, **data)
    assert response.status_code == 422
    assert "composer-problem" in response.content.decode()
    assert response["HX-Reswap"] == "none", "its text and what was typed since stay as they are"
    page = owner_client.post(f"/chat/{conversation.pk}/messages/", data).content.decode()
    assert "</textarea>" in page, "without scripts the page comes back with it"
    assert not OutgoingMessage.objects.exists()


def test_an_emoji_is_one_character(owner_client: Client, conversation: Conversation) -> None:
    assert post(owner_client, conversation, text="😊" * 600).status_code == 200


def test_a_disconnected_shop_locks_the_composer(owner_client: Client, conversation: Conversation) -> None:
    conversation.shop.disconnect("ended")
    lock = 'class="composer__locked"'  # over the composer, whose draft stays
    assert lock in thread(owner_client, conversation)
    answer = post(owner_client, conversation, text="ada")
    assert answer.status_code == 422
    assert lock in answer.content.decode()
    assert answer["HX-Reswap"] == "none"
    assert not OutgoingMessage.objects.exists()


def test_a_failed_reply_shows_why_and_offers_another_try(
    owner_client: Client, owner: User, conversation: Conversation
) -> None:
    message = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, "ada kak"), uuid.uuid4())
    OutgoingMessage.objects.update(state="failed", problem_code="user_is_forbidden")
    page = thread(owner_client, conversation)
    assert 'data-state="failed"' in page
    url = f"/messages/{message.client_id}/delivery/"
    assert url in page
    response = owner_client.post(url, headers=HTMX)
    assert 'data-state="queued"' in response.content.decode()


def test_a_person_can_settle_what_the_machine_cannot(
    owner_client: Client, owner: User, conversation: Conversation
) -> None:
    message = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, "ada kak"), uuid.uuid4())
    url = f"/messages/{message.client_id}/confirmation/"
    OutgoingMessage.objects.update(state="uncertain")
    owner_client.post(url, headers=HTMX)
    assert OutgoingMessage.objects.get().state == "uncertain", "the machine is still at it"
    OutgoingMessage.objects.update(needs_person=True)
    assert url in thread(owner_client, conversation)
    owner_client.post(url, headers=HTMX)
    assert OutgoingMessage.objects.get().state == "sent"


@pytest.mark.parametrize("state", OutgoingMessage.State.values)
def test_only_the_marketplaces_proof_is_a_tick(
    owner_client: Client, owner: User, conversation: Conversation, state: str
) -> None:
    outbox.enqueue(conversation, owner, Draft(Kind.TEXT, "ada kak"), uuid.uuid4())
    OutgoingMessage.objects.update(state=state)
    assert f'data-state="{state}"' in thread(owner_client, conversation)


def test_an_agents_name_stands_on_the_reply(
    owner_client: Client, owner: User, conversation: Conversation
) -> None:
    outbox.enqueue(conversation, owner, Draft(Kind.TEXT, "ada kak"), uuid.uuid4())
    assert "Owner" in thread(owner_client, conversation)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/chat/{pk}/"),
        ("get", "/chat/{pk}/messages/"),
        ("post", "/chat/{pk}/messages/"),
        ("post", "/messages/{client_id}/delivery/"),
        ("post", "/messages/{client_id}/confirmation/"),
    ],
)
def test_a_stranger_finds_nothing_and_anonymous_signs_in(
    client: Client, stranger_client: Client, owner: User, conversation: Conversation, method: str, path: str
) -> None:
    message = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, "ada kak"), uuid.uuid4())
    url = path.format(pk=conversation.pk, client_id=message.client_id)
    assert getattr(stranger_client, method)(url).status_code == 404
    assert getattr(client, method)(url)["Location"].startswith("/sign-in/")
