"""Sending pictures and videos from the composer."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from conversations.models import Conversation, Message, OutgoingMessage
from marketplaces.models import MediaFile, Shop
from tests.factories import make_conversation, make_shop
from tests.pictures import VIDEO, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(shop: Shop) -> Conversation:
    return make_conversation(shop, "boleh lihat fotonya?")


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any]) -> list[Any]:
    return nudges


def upload(client: Client, conversation: Conversation, *bodies: bytes, form: uuid.UUID | None = None) -> Any:
    files = [SimpleUploadedFile(f"foto-{n}.jpg", body) for n, body in enumerate(bodies)]
    return client.post(
        reverse("conversations:files", args=[conversation.pk]),
        {"file": files, "client_id": str(form or uuid.uuid4())},
        headers={"HX-Request": "true"},
    )


def sent() -> list[Message]:
    return list(Message.objects.filter(origin="agent").order_by("pk"))


def test_several_pictures_are_several_bubbles_in_the_queue_in_their_order(
    owner_client: Client,
    conversation: Conversation,
    django_capture_on_commit_callbacks: Any,
    quiet: list[Any],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        page = upload(owner_client, conversation, picture(color="red"), picture(size=(80, 20)))
    bubbles = sent()
    assert [message.kind for message in bubbles] == ["image", "image"]
    assert [message.attachment.width for message in bubbles if message.attachment] == [64, 80]
    assert set(OutgoingMessage.objects.values_list("state", flat=True)) == {"queued"}
    assert all(f"message-{message.client_id}" in page.content.decode() for message in bubbles)
    assert ("deliver", (str(conversation.pk),)) in quiet


def test_the_same_form_twice_sends_once(owner_client: Client, conversation: Conversation) -> None:
    form = uuid.uuid4()
    upload(owner_client, conversation, picture(), form=form)
    upload(owner_client, conversation, picture(), form=form)
    assert len(sent()) == 1


def test_a_video_is_a_video(owner_client: Client, conversation: Conversation) -> None:
    upload(owner_client, conversation, VIDEO)
    assert [message.kind for message in sent()] == ["video"]


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7 not a picture", b"<svg onload=alert(1)>"])
def test_what_is_no_picture_is_refused_with_its_name_and_nothing_is_sent(
    owner_client: Client, conversation: Conversation, body: bytes
) -> None:
    answer = upload(owner_client, conversation, picture(), body)
    assert answer.status_code == 422
    assert 'id="files-problem"' in answer.content.decode()
    assert sent() == []


def test_a_file_that_is_too_large_is_refused(owner_client: Client, conversation: Conversation) -> None:
    answer = upload(owner_client, conversation, b"x" * (30 * 1024 * 1024 + 1))
    assert answer.status_code == 422
    assert "30 MB" in answer.content.decode()


def test_no_file_and_too_many_are_refused(owner_client: Client, conversation: Conversation) -> None:
    assert upload(owner_client, conversation).status_code == 422
    assert upload(owner_client, conversation, *[picture()] * 11).status_code == 422
    assert sent() == []


def test_without_scripts_the_problem_is_told_on_the_page(
    owner_client: Client, conversation: Conversation
) -> None:
    url = reverse("conversations:files", args=[conversation.pk])
    page = owner_client.post(url, {"file": [SimpleUploadedFile("surat.pdf", b"%PDF")]}, follow=True)
    assert "surat.pdf" in page.content.decode()


def test_a_marketplace_without_pictures_offers_none_and_takes_none(
    owner_client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_conversation(make_shop(shop.seller, "tokopedia"), "halo")
    monkeypatch.delattr(other.shop.connector, "send_image")
    page = owner_client.get(reverse("conversations:thread", args=[other.pk])).content.decode()
    assert "files-input" not in page
    assert upload(owner_client, other, picture()).status_code == 422
    assert MediaFile.objects.filter(shop=other.shop).count() == 0


def test_a_stranger_and_nobody_cannot_send(stranger_client: Client, conversation: Conversation) -> None:
    assert upload(stranger_client, conversation, picture()).status_code == 404
    assert upload(Client(), conversation, picture()).status_code == 401
    assert sent() == []


def test_a_disconnected_shop_takes_nothing(owner_client: Client, conversation: Conversation) -> None:
    conversation.shop.disconnect("gone")
    answer = upload(owner_client, conversation, picture())
    assert answer.headers.get("HX-Refresh") == "true"
    assert sent() == []
