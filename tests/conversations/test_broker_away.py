"""Without a broker nothing is lost and nothing is refused: the sweep nudges later."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from celery.app.task import Task
from django.test import Client
from kombu.exceptions import OperationalError

from conversations.models import OutgoingMessage
from marketplaces.models import Shop
from tests.factories import make_conversation

# What is nudged on commit only happens with a real commit.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_broker")]


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tasks that could not be queued."""
    refused: list[str] = []

    def apply_async(self: Task, *args: Any, **options: Any) -> None:
        refused.append(self.name.rsplit(".", 1)[-1])
        raise OperationalError("redis is down")

    monkeypatch.setattr(Task, "apply_async", apply_async)
    return refused


def test_a_reply_is_stored_while_the_broker_is_down(
    owner_client: Client, shop: Shop, no_broker: list[str]
) -> None:
    conversation = make_conversation(shop, "halo")
    reply = {"client_id": str(uuid.uuid4()), "text": "ada"}
    response = owner_client.post(f"/chat/{conversation.pk}/messages/", reply)
    assert response.status_code < 400
    assert OutgoingMessage.objects.get(message__text="ada").state == "queued"
    assert "deliver" in no_broker, "it was tried"


def test_the_inbox_opens_while_the_broker_is_down(
    owner_client: Client, shop: Shop, no_broker: list[str]
) -> None:
    assert owner_client.get("/chat/", {"shop": str(shop.pk)}).status_code == 200
    assert "run_import" in no_broker, "it was tried"
