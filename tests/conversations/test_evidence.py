"""What a person is shown who has to judge a reply that the machine could not settle."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from conversations import outbox
from conversations.dispatch import Draft
from conversations.ingest import ingest
from conversations.models import Conversation, Message, OutgoingMessage
from conversations.templatetags.chat import clock
from forstok_chat.accounts.models import User
from marketplaces.content import Kind, Page
from marketplaces.errors import Unreachable
from marketplaces.models import Shop
from tests.factories import make_conversation, remote, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
State = OutgoingMessage.State


@pytest.fixture
def room(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada kak?")


@pytest.fixture
def left_at() -> datetime:
    return timezone.now() - timedelta(minutes=8)


@pytest.fixture
def unclear(room: Conversation, owner: User, left_at: datetime) -> OutgoingMessage:
    outbox.enqueue(room, owner, Draft(Kind.TEXT, "masih ada"), uuid.uuid4())
    OutgoingMessage.objects.update(state=State.UNCERTAIN, needs_person=True, attempted_at=left_at)
    return OutgoingMessage.objects.select_related("conversation__shop", "message").get()


class Quiet:
    """A connector whose marketplace shows nothing new, or does not answer."""

    settling_time = timedelta(seconds=10)
    orders_by_number = False

    def __init__(self, *, answers: bool) -> None:
        self.answers = answers

    def list_messages(self, conversation: str, cursor: str | None = None) -> Page:
        if not self.answers:
            raise Unreachable("refused")
        return Page((), None)


def thread(client: Client, room: Conversation) -> str:
    return " ".join(client.get(f"/chat/{room.pk}/").content.decode().split())


def test_when_it_left_and_that_no_answer_came(
    owner_client: Client, room: Conversation, unclear: OutgoingMessage, left_at: datetime
) -> None:
    assert f"Dikirim pukul {clock(left_at)}. Shopee tidak menjawab." in thread(owner_client, room)


def test_a_yes_without_a_number_is_told_as_that(
    owner_client: Client, room: Conversation, unclear: OutgoingMessage, left_at: datetime
) -> None:
    OutgoingMessage.objects.update(accepted_at=left_at)
    page = thread(owner_client, room)
    assert f"Shopee menerimanya pukul {clock(left_at)}" in page
    assert "tidak menjawab" not in page


def test_how_often_and_when_it_was_looked_for(
    owner_client: Client, room: Conversation, unclear: OutgoingMessage
) -> None:
    assert "chat belum bisa dibaca" in thread(owner_client, room)
    OutgoingMessage.objects.update(accepted_at=timezone.now())  # so that not found is no proof
    for _look in range(3):
        outbox.settle(unclear, Quiet(answers=True))  # type: ignore[arg-type]
    outbox.settle(unclear, Quiet(answers=False))  # type: ignore[arg-type]
    unclear.refresh_from_db()
    assert unclear.looked_at is not None
    told = f"Sudah 3 kali dicari di chat, terakhir pukul {clock(unclear.looked_at)}: belum ada."
    assert told in thread(owner_client, room)


def test_the_same_from_the_seller_centre_near_that_time_is_named(
    owner_client: Client, shop: Shop, room: Conversation, unclear: OutgoingMessage, left_at: datetime
) -> None:
    OutgoingMessage.objects.update(readings=2, looked_at=timezone.now())
    assert "Tidak ada isi yang sama" in thread(owner_client, room)
    before, long_before = left_at - timedelta(minutes=2), left_at - timedelta(hours=1)
    theirs = [
        said("Masih  lama", by_buyer=False, at=before),
        said("masih ada", by_buyer=False, at=before),
        said("masih ada", by_buyer=False, at=long_before),
        said("masih ada", at=before),
    ]
    ingest(shop, remote(), theirs, Message.Source.READING)
    page = thread(owner_client, room)
    assert page.count("Isi yang sama ditulis pukul") == 1
    assert f"Isi yang sama ditulis pukul {clock(before)} lewat seller centre." in page
    assert "Tidak ada isi yang sama" not in page


def test_the_person_may_send_it_again_or_say_that_it_arrived(
    owner_client: Client, room: Conversation, unclear: OutgoingMessage
) -> None:
    page = thread(owner_client, room)
    key = unclear.message.client_id
    assert f'id="retry-{key}"' in page
    assert f'id="confirm-{key}"' in page
    assert f'id="cancel-{key}"' not in page, "it may have arrived"


def test_one_that_the_machine_still_looks_for_shows_no_evidence_yet(
    owner_client: Client, room: Conversation, unclear: OutgoingMessage
) -> None:
    OutgoingMessage.objects.update(needs_person=False)
    assert "Dikirim pukul" not in thread(owner_client, room)
