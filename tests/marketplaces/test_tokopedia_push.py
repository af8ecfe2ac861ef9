"""Pushes of Tokopedia: signed over the raw body, a nudge to read, and a hint at what is attached."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from marketplaces.connectors.tokopedia.connector import TokopediaConnector
from marketplaces.content import Hint, Kind, PushEvent, PushKind, RemoteConversation
from marketplaces.errors import BadWebhook
from tests.marketplaces.tokopedia import fixture

SECRET = "webhook_secret"


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


def chat(message: str = "", **payload: Any) -> Hint | None:
    """What a chat push with this payload tells beside where to read."""
    return push(fixture("webhook_chat_notification")["body"] | {"message": message, "payload": payload}).hint


def test_only_the_push_tells_that_a_picture_is_attached() -> None:
    event = push(fixture("webhook_chat_image_observed")["body"])
    assert event.hint == Hint(
        Kind.IMAGE, payload={"url": "https://images.tokopedia.net/img/chat/2023/9/5/foto.jpg"}
    )


def test_only_the_push_tells_that_a_product_is_attached() -> None:
    told = fixture("webhook_chat_product_observed")["body"]["payload"]["product"]
    event = push(fixture("webhook_chat_product_observed")["body"])
    assert event.hint == Hint(
        Kind.PRODUCT,
        payload={
            "product": "400002",
            "name": "Stiker dinding motif bambu",
            "price": "Rp3.000",
            "picture_url": told["image_url"],
            "url": told["product_url"],
        },
    )


def test_any_other_attachment_is_a_sticker_named_by_the_message() -> None:
    assert chat("Terima kasih!", attachment_type=9) == Hint(
        Kind.STICKER, "Terima kasih!", {"sticker": "Terima kasih!"}
    )


def test_the_words_beside_an_attachment_are_text_and_not_markup() -> None:
    link = '<a href="https://www.tokopedia.com/a/b">https://www.tokopedia.com/a/b</a>'
    hint = chat(link, attachment_type="3", Product={"Product_ID": "400002", "Name": "Stiker"})
    assert hint == Hint(
        Kind.PRODUCT, "https://www.tokopedia.com/a/b", {"product": "400002", "name": "Stiker"}
    )


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"attachment_type": 0, "product": {"product_id": 400002, "name": "Stiker"}},
        {"attachment_type": None},
        {"attachment_type": "many"},
        {"attachment_type": 2},
        {"attachment_type": 2, "image": {"image_url": ""}},
        {"attachment_type": 2, "image": "https://images.tokopedia.net/1.jpg"},
        {"attachment_type": 3, "product": {"product_id": 0, "name": ""}},
        {"attachment_type": 9},
    ],
)
def test_a_push_that_tells_nothing_of_an_attachment_has_no_hint(payload: dict[str, Any]) -> None:
    assert chat("", **payload) is None


def test_a_push_about_an_order_names_it() -> None:
    told = {"fs_id": 20001, "order_status": 400, "order_id": 300001, "shop_id": 7001, "product_details": []}
    assert push(told) == PushEvent(PushKind.ORDER, "7001", order="300001", detail="400")


@pytest.mark.parametrize(
    "other",
    [
        {"order_id": 1, "order_status": 220},
        {"discussion_type": "question", "discussion_data": {"shop_id": 7001}},
        {"msg_id": 880001},
        {},
    ],
)
def test_other_pushes_are_ignored(other: dict[str, Any]) -> None:
    event = push(other)
    assert (event.kind, event.conversation, event.message) == (PushKind.IGNORED, None, None)
