"""Choosing pictures and videos in the composer, and sending them with the reply."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from conversations import unsent_files
from conversations.models import Conversation, Message, OutgoingMessage, UnsentFile
from forstok_chat.accounts.models import User
from marketplaces.models import MediaFile, Shop
from tests.conftest import signed_in
from tests.factories import make_conversation, make_shop
from tests.pictures import VIDEO, picture

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def conversation(shop: Shop) -> Conversation:
    return make_conversation(shop, "boleh lihat fotonya?")


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any]) -> list[Any]:
    return nudges


def choose(client: Client, conversation: Conversation, *bodies: bytes) -> Any:
    files = [SimpleUploadedFile(f"foto-{n}.jpg", body) for n, body in enumerate(bodies)]
    return client.post(reverse("conversations:files", args=[conversation.pk]), {"file": files}, headers=HTMX)


def remove(client: Client, conversation: Conversation, client_id: uuid.UUID) -> Any:
    url = reverse("conversations:files", args=[conversation.pk])
    return client.post(url, {"take_out": str(client_id)}, headers=HTMX)


def send(client: Client, conversation: Conversation, text: str = "") -> Any:
    url = reverse("conversations:messages", args=[conversation.pk])
    return client.post(url, {"text": text, "client_id": str(uuid.uuid4())}, headers=HTMX)


def chosen() -> list[UnsentFile]:
    return list(UnsentFile.objects.order_by("pk"))


def sent() -> list[Message]:
    return list(Message.objects.filter(origin="agent").order_by("pk"))


def test_chosen_pictures_are_shown_and_not_sent_yet(owner_client: Client, conversation: Conversation) -> None:
    part = choose(owner_client, conversation, picture(color="red"), picture(size=(80, 20))).content.decode()
    for each in chosen():
        assert reverse("conversations:media-small", args=[each.media_id]) in part
        assert f'value="{each.client_id}"' in part
    assert [each.media.width for each in chosen()] == [64, 80]
    assert sent() == []


def test_they_are_there_on_another_device_of_their_agent_alone(
    owner: User, owner_client: Client, colleague: User, conversation: Conversation
) -> None:
    choose(owner_client, conversation, picture())
    page = reverse("conversations:thread", args=[conversation.pk])
    small = reverse("conversations:media-small", args=[chosen()[0].media_id])
    assert small in signed_in(owner).get(page).content.decode()
    assert small not in signed_in(colleague).get(page).content.decode()


def test_they_go_out_before_the_text_in_their_order(
    owner_client: Client,
    conversation: Conversation,
    django_capture_on_commit_callbacks: Any,
    quiet: list[Any],
) -> None:
    choose(owner_client, conversation, picture(color="red"), picture(size=(80, 20)))
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(owner_client, conversation, "Ini fotonya kak").content.decode()
    assert [message.kind for message in sent()] == ["image", "image", "text"]
    assert [message.attachment.width for message in sent() if message.attachment] == [64, 80]
    assert set(OutgoingMessage.objects.values_list("state", flat=True)) == {"queued"}
    assert all(f"message-{message.client_id}" in answer for message in sent())
    assert chosen() == []
    assert 'id="files"' in answer, "the composer is empty again"
    assert "files__remove" not in answer
    assert ("deliver", (str(conversation.pk),)) in quiet


def test_pictures_need_no_text(owner_client: Client, conversation: Conversation) -> None:
    choose(owner_client, conversation, picture())
    assert send(owner_client, conversation).status_code == 200
    assert [message.kind for message in sent()] == ["image"]
    assert send(owner_client, conversation).status_code == 422, "and an empty composer sends nothing"


def test_a_refused_text_keeps_the_pictures(owner_client: Client, conversation: Conversation) -> None:
    choose(owner_client, conversation, picture())
    assert send(owner_client, conversation, "x" * 601).status_code == 422
    assert len(chosen()) == 1
    assert sent() == []


def test_the_same_choice_sent_twice_at_once_goes_once(
    owner: User, owner_client: Client, conversation: Conversation
) -> None:
    choose(owner_client, conversation, picture())
    again = chosen()[0]
    send(owner_client, conversation)
    again.save(force_insert=True)  # as a second request saw it before the first one was through
    send(owner_client, conversation)
    assert len(sent()) == 1


def test_a_video_is_a_video(owner_client: Client, conversation: Conversation) -> None:
    choose(owner_client, conversation, VIDEO)
    send(owner_client, conversation)
    assert [message.kind for message in sent()] == ["video"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "kosong"),
        (b"%PDF-1.7 not a picture", "tidak bisa dikirim"),
        (b"<svg onload=alert(1)>", "tidak bisa dikirim"),
        (picture()[:300], "rusak"),
        (b"x" * (30 * 1024 * 1024 + 1), "30 MB"),
        (picture("PNG", size=(7100, 7100)), "piksel"),
    ],
)
def test_a_bad_one_says_why_and_the_good_ones_stay(
    owner_client: Client, conversation: Conversation, body: bytes, why: str
) -> None:
    answer = choose(owner_client, conversation, picture(), body, picture(size=(80, 20)))
    problems = answer.content.decode().partition('id="files-problem"')[2].partition("</ul>")[0]
    assert "foto-1.jpg" in problems
    assert why in problems
    assert problems.count("<li>") == 1
    assert [each.media.width for each in chosen()] == [64, 80]
    assert MediaFile.objects.count() == 2


def test_more_than_ten_stay_out(owner_client: Client, conversation: Conversation) -> None:
    choose(owner_client, conversation, *[picture()] * 9)
    answer = choose(owner_client, conversation, picture(), picture())
    assert "foto-1.jpg" in answer.content.decode()
    assert len(chosen()) == MediaFile.objects.count() == 10


def test_one_is_taken_out_with_its_files(
    owner_client: Client,
    conversation: Conversation,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    choose(owner_client, conversation, picture(), picture(size=(80, 20)))
    first, second = chosen()
    with django_capture_on_commit_callbacks(execute=True):
        part = remove(owner_client, conversation, first.client_id).content.decode()
    assert str(first.client_id) not in part
    assert chosen() == [second]
    assert not MediaFile.objects.filter(pk=first.media_id).exists()
    left = [each.name for each in Path(settings.MEDIA_ROOT).rglob("*") if each.is_file()]
    assert len(left) == 2, "the other one and its small copy"


def test_what_was_sent_meanwhile_keeps_its_file(owner_client: Client, conversation: Conversation) -> None:
    choose(owner_client, conversation, picture())
    seen = chosen()[0]
    send(owner_client, conversation)
    unsent_files.remove(seen)
    assert MediaFile.objects.get() == sent()[0].attachment


def test_nobody_takes_out_what_somebody_else_has_chosen(
    owner_client: Client, colleague: User, conversation: Conversation
) -> None:
    choose(owner_client, conversation, picture())
    for client_id in (chosen()[0].client_id, uuid.uuid4()):
        assert remove(signed_in(colleague), conversation, client_id).status_code == 404
    url = reverse("conversations:files", args=[conversation.pk])
    assert owner_client.post(url, {"take_out": "nonsense"}, headers=HTMX).status_code == 404
    assert len(chosen()) == 1


def test_without_scripts_the_problem_is_told_on_the_page(
    owner_client: Client, conversation: Conversation
) -> None:
    url = reverse("conversations:files", args=[conversation.pk])
    files = [SimpleUploadedFile("surat.pdf", b"%PDF"), SimpleUploadedFile("a.jpg", picture())]
    page = owner_client.post(url, {"file": files}, follow=True).content.decode()
    assert "surat.pdf" in page
    assert str(chosen()[0].client_id) in page


def test_a_marketplace_without_pictures_offers_none_and_takes_none(
    owner_client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_conversation(make_shop(shop.seller, "tokopedia"), "halo")
    monkeypatch.delattr(other.shop.connector, "send_image")
    page = owner_client.get(reverse("conversations:thread", args=[other.pk])).content.decode()
    assert "files-input" not in page
    choose(owner_client, other, picture())
    assert MediaFile.objects.filter(shop=other.shop).count() == 0


def test_a_stranger_and_nobody_can_choose_nothing(
    stranger_client: Client, conversation: Conversation
) -> None:
    assert choose(stranger_client, conversation, picture()).status_code == 404
    assert choose(Client(), conversation, picture()).status_code == 401
    assert MediaFile.objects.count() == 0


def test_a_disconnected_shop_takes_nothing(owner_client: Client, conversation: Conversation) -> None:
    choose(owner_client, conversation, picture())
    conversation.shop.disconnect("gone")
    choose(owner_client, conversation, picture())
    assert send(owner_client, conversation).status_code == 422
    assert len(chosen()) == 1, "what was chosen before waits"
    assert sent() == []
