"""Pushes of Tokopedia: signed over the raw body, and no more than a nudge to read."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from marketplaces.connectors.tokopedia.connector import TokopediaConnector
from marketplaces.content import PushEvent, PushKind, RemoteConversation
from marketplaces.errors import BadWebhook

FIXTURES = Path(__file__).parent / "fixtures" / "tokopedia"
SECRET = "webhook_secret"


def fixture(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return loaded


def sign(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def read(body: bytes, signature: str | None, secret: str = SECRET) -> PushEvent:
    headers = {"content-type": "application/json"}
    if signature is not None:
        headers["authorization-hmac"] = signature
    return TokopediaConnector.read_push(
        {"webhook_secret": secret}, headers, body, "https://chat.example.test/"
    )


def push(content: Any) -> PushEvent:
    body = json.dumps(content).encode()
    return read(body, sign(body))


def test_the_signing_vector_is_accepted() -> None:
    vector = fixture("webhook_signing_vector")
    event = read(
        vector["raw_body"].encode(), vector["headers"]["Authorization-Hmac"], vector["webhook_secret"]
    )
    assert (event.kind, event.shop) == (PushKind.MESSAGE, "123456")
    assert event.conversation is not None
    assert event.conversation.remote_id == "10000"


@pytest.mark.parametrize("signature", [None, "", "0" * 64, "662f", "ключ", "A" * 64])
def test_a_wrong_signature_is_refused(signature: str | None) -> None:
    with pytest.raises(BadWebhook):
        read(fixture("webhook_signing_vector")["raw_body"].encode(), signature)


def test_one_changed_byte_is_refused() -> None:
    vector = fixture("webhook_signing_vector")
    body = vector["raw_body"].replace("Hello", "hello").encode()
    with pytest.raises(BadWebhook):
        read(body, vector["headers"]["Authorization-Hmac"])


def test_without_a_secret_no_push_is_believed() -> None:
    body = b'{"msg_id": 1, "shop_id": 2}'
    with pytest.raises(BadWebhook):
        read(body, hmac.new(b"", body, hashlib.sha256).hexdigest(), secret="")


@pytest.mark.parametrize("body", [b"not json", b"", b"[]", b'"text"', b"\xff"])
def test_a_signed_body_of_another_shape_is_refused(body: bytes) -> None:
    with pytest.raises(BadWebhook):
        read(body, sign(body))


def test_a_documented_chat_push_tells_where_to_read() -> None:
    assert push(fixture("webhook_chat_notification")["body"]) == PushEvent(
        PushKind.MESSAGE,
        "7001",
        RemoteConversation(
            remote_id="880001",
            buyer_id="510001",
            buyer_name="Rangga",
            buyer_avatar_url="https://cdn.tokopedia.com/image.jpg",
        ),
    )


@pytest.mark.parametrize("name", ["webhook_chat_image_observed", "webhook_chat_product_observed"])
def test_a_chat_push_of_the_observed_shape_names_the_buyer_too(name: str) -> None:
    event = push(fixture(name)["body"])
    assert event.kind == PushKind.MESSAGE
    assert event.message is None
    assert event.conversation is not None
    assert event.conversation.buyer_id == "510001"


@pytest.mark.parametrize(
    "other",
    [
        {"order_id": 1, "shop_id": 7001, "order_status": 220},
        {"discussion_type": "question", "discussion_data": {"shop_id": 7001}},
        {"msg_id": 880001},
        {},
    ],
)
def test_other_pushes_are_ignored(other: dict[str, Any]) -> None:
    event = push(other)
    assert (event.kind, event.conversation, event.message) == (PushKind.IGNORED, None, None)
