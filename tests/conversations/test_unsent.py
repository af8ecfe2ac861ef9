"""What an agent has begun to write: kept while typing, there again on any device, gone with its reply."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from conversations import outbox, unsent
from conversations.dispatch import Draft
from conversations.models import Conversation, OutgoingMessage, UnsentText
from forstok_chat.accounts.models import User
from marketplaces.content import Kind
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import make_conversation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
HTMX = {"HX-Request": "true"}
BOX = uuid.UUID("6f1c1b9e-0000-4000-8000-000000000001")


@pytest.fixture
def conversation(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada stok?")


def save(client: Client, conversation: Conversation, text: str, box: uuid.UUID = BOX) -> Any:
    url = reverse("conversations:unsent", args=[conversation.pk])
    return client.post(url, {"client_id": str(box), "text": text}, headers=HTMX)


def send(client: Client, conversation: Conversation, text: str, box: uuid.UUID = BOX) -> Any:
    url = reverse("conversations:messages", args=[conversation.pk])
    return client.post(url, {"client_id": str(box), "text": text}, headers=HTMX)


def thread(client: Client, conversation: Conversation) -> str:
    page: str = client.get(reverse("conversations:thread", args=[conversation.pk])).content.decode()
    return page


def texts() -> list[str]:
    return list(UnsentText.objects.values_list("text", flat=True))


def test_what_was_begun_is_there_again_on_another_device(
    owner: User, owner_client: Client, conversation: Conversation
) -> None:
    assert save(owner_client, conversation, "Halo kak,\n ").status_code == 200
    assert texts() == ["Halo kak,\n "]
    page = thread(signed_in(owner), conversation)
    assert ">Halo kak,\n </textarea>" in page
    assert f'name="client_id" value="{BOX}"' in page, "sent from both devices it goes once"


def test_its_row_says_so_to_its_agent_alone(
    owner_client: Client, colleague: User, conversation: Conversation
) -> None:
    row = save(owner_client, conversation, "Halo kak").content.decode()
    assert f'id="row-{conversation.pk}"' in row
    assert "Draf:" in row
    for page in ("/chat/", "/chat/rows/", f"/chat/{conversation.pk}/"):
        assert "Draf:</span> Halo kak" in owner_client.get(page).content.decode(), page
    theirs = thread(signed_in(colleague), conversation)
    assert "Draf:" not in theirs
    assert "Halo kak" not in theirs


def test_saving_the_same_again_draws_nothing(owner_client: Client, conversation: Conversation) -> None:
    save(owner_client, conversation, "Halo")
    assert save(owner_client, conversation, "Halo").status_code == 204
    assert save(owner_client, conversation, "Halo kak").status_code == 200
    assert texts() == ["Halo kak"]


def test_an_emptied_box_keeps_nothing(owner_client: Client, conversation: Conversation) -> None:
    save(owner_client, conversation, "Halo")
    row = save(owner_client, conversation, " \n").content.decode()
    assert texts() == []
    assert "Draf:" not in row


def test_the_reply_takes_its_text_along(owner_client: Client, conversation: Conversation) -> None:
    save(owner_client, conversation, "Halo ka")
    answer = send(owner_client, conversation, "Halo kak").content.decode()
    assert texts() == []
    assert "Draf:" not in answer
    assert "Halo kak</textarea>" not in thread(owner_client, conversation)


def test_a_refused_reply_takes_nothing(owner_client: Client, conversation: Conversation) -> None:
    save(owner_client, conversation, "x" * 601)
    assert send(owner_client, conversation, "x" * 601).status_code == 422
    assert texts() == ["x" * 601]


def test_the_queue_and_the_text_change_together_or_not_at_all(
    owner: User, owner_client: Client, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(owner_client, conversation, "Halo")

    def broken(*_args: object) -> None:
        raise RuntimeError("the process dies here")

    monkeypatch.setattr(unsent, "forget", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        send(owner_client, conversation, "Halo")
    assert texts() == ["Halo"]
    assert not OutgoingMessage.objects.exists()


def test_a_save_that_the_send_has_overtaken_keeps_nothing(
    owner_client: Client, conversation: Conversation
) -> None:
    send(owner_client, conversation, "Halo kak")
    assert save(owner_client, conversation, "Halo k").status_code == 204
    assert texts() == []


def test_going_on_elsewhere_with_a_text_that_was_sent_meanwhile_is_kept(
    owner_client: Client, conversation: Conversation
) -> None:
    send(owner_client, conversation, "Halo kak")
    save(owner_client, conversation, "Halo kak, ada lagi?")
    assert texts() == ["Halo kak, ada lagi?"]


def test_the_empty_box_of_a_send_under_way_removes_only_its_own(
    owner_client: Client, conversation: Conversation
) -> None:
    save(owner_client, conversation, "Halo kak")
    assert save(owner_client, conversation, "", uuid.uuid4()).status_code == 204
    assert texts() == ["Halo kak"]


def test_another_reply_leaves_what_was_begun(owner_client: Client, conversation: Conversation) -> None:
    save(owner_client, conversation, "Panjang dan belum selesai")
    send(owner_client, conversation, "Sebentar ya kak", uuid.uuid4())
    assert texts() == ["Panjang dan belum selesai"]


@pytest.mark.parametrize("wrong", [{"client_id": "nonsense"}, {"text": "x" * 20_001}, {"text": "a\x00b"}])
def test_what_cannot_be_kept_is_refused_and_stays_in_the_browser(
    owner_client: Client, conversation: Conversation, wrong: dict[str, str]
) -> None:
    url = reverse("conversations:unsent", args=[conversation.pk])
    answer = owner_client.post(url, {"client_id": str(BOX), "text": "Halo"} | wrong, headers=HTMX)
    assert (answer.status_code, answer["HX-Reswap"]) == (422, "none")
    assert texts() == []


def test_a_stranger_and_nobody_keep_nothing(stranger_client: Client, conversation: Conversation) -> None:
    assert save(stranger_client, conversation, "Halo").status_code == 404
    assert save(Client(), conversation, "Halo").status_code == 401
    assert texts() == []


@pytest.mark.django_db(transaction=True)
def test_a_save_waits_for_the_send_of_its_text(owner: User, conversation: Conversation) -> None:
    """Without the lock it would be kept beside the reply that it became."""
    saved: list[bool] = []

    def late() -> None:
        saved.append(unsent.save(conversation, owner, BOX, "Halo"))
        connection.close()

    with transaction.atomic():
        outbox.enqueue(conversation, owner, Draft(Kind.TEXT, text="Halo kak"), BOX)
        thread = threading.Thread(target=late)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "it does not wait"
    thread.join(10)
    assert saved == [False]
    assert texts() == []
