"""Shopee: whose push is it, what does it say, and does it come from Shopee at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.content import Kind, PushEvent, PushKind, RemoteConversation
from marketplaces.errors import BadWebhook
from tests.marketplaces.shopee import BUYER, CALLBACK, KEYS, ROOM, SELLER, SHOP, fixture, signed

VECTOR = fixture("signing_vectors")["push"]


def read(push: dict[str, Any]) -> PushEvent:
    return ShopeeConnector.read_push(KEYS, *signed(push), CALLBACK)


def text_push(**content: Any) -> dict[str, Any]:
    push = fixture("push_webchat_text_2025")
    push["data"]["content"] |= content
    return push


# Signature


@pytest.mark.parametrize("key", ["push_key", "partner_key"])
def test_it_accepts_the_push_of_the_vectors_by_either_key(key: str) -> None:
    keys = {"partner_key": "another", key: VECTOR["push_key"]}
    headers = {"authorization": VECTOR["authorization"]}
    event = ShopeeConnector.read_push(keys, headers, VECTOR["raw_body"].encode(), VECTOR["callback_url"])
    assert (event.kind, event.shop) == (PushKind.MESSAGE, SHOP)


def test_the_case_of_the_signature_does_not_matter() -> None:
    headers, body = signed(text_push())
    upper = {"authorization": headers["authorization"].upper()}
    assert ShopeeConnector.read_push(KEYS, upper, body, CALLBACK).kind is PushKind.MESSAGE


@pytest.mark.parametrize("signature", ["", "0" * 64, "Bearer x", "ü", "\udcff"])
def test_another_signature_is_refused(signature: str) -> None:
    with pytest.raises(BadWebhook):
        ShopeeConnector.read_push(KEYS, {"authorization": signature}, b"{}", CALLBACK)


def test_a_push_without_a_signature_is_refused() -> None:
    with pytest.raises(BadWebhook):
        ShopeeConnector.read_push(KEYS, {}, b"{}", CALLBACK)


def test_a_changed_body_or_callback_is_refused() -> None:
    headers, body = signed(text_push())
    with pytest.raises(BadWebhook):
        ShopeeConnector.read_push(KEYS, headers, body + b" ", CALLBACK)
    with pytest.raises(BadWebhook):
        ShopeeConnector.read_push(KEYS, headers, body, CALLBACK.rstrip("/"))


def test_an_empty_key_opens_nothing() -> None:
    headers, body = signed(text_push(), key="")
    with pytest.raises(BadWebhook):
        ShopeeConnector.read_push({"partner_key": "", "push_key": ""}, headers, body, CALLBACK)


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'"text"', b"\xff"])
def test_a_signed_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadWebhook):
        ShopeeConnector.read_push(KEYS, *signed(body), CALLBACK)


# Chat


def test_a_buyers_text_comes_whole() -> None:
    event = read(fixture("push_webchat_text"))
    sent_at = datetime.fromtimestamp(1726044721, UTC)
    assert (event.kind, event.shop) == (PushKind.MESSAGE, SHOP)
    assert event.conversation == RemoteConversation(
        ROOM.conversation, str(BUYER), "melati.rahayu", last_message_at=sent_at
    )
    assert event.message is not None
    assert event.message.is_from_buyer
    assert (event.message.remote_id, event.message.text) == (
        "2410077390115487744",
        "Siap kak, ditunggu ya 🙏",
    )
    assert (event.message.sent_at, event.message.sender_name) == (sent_at, "melati.rahayu")
    assert event.message.raw == fixture("push_webchat_text")["data"]["content"]


def test_a_push_of_2025_tells_the_order_in_question() -> None:
    event = read(fixture("push_webchat_text_2025"))
    assert event.message is not None
    assert (event.message.text, event.message.about) == (
        "  Paket saya sampai mana ya?  ",
        {"order": "260909KMQ7PX2A"},
    )


@pytest.mark.parametrize(
    ("name", "kind", "buyer"),
    [
        ("push_webchat_image", Kind.IMAGE, "citra.wulandari"),
        ("push_webchat_video", Kind.VIDEO, "dimas.saputra"),
        ("push_webchat_item", Kind.PRODUCT, "bagas.pratama"),
    ],
)
def test_other_kinds_come_whole_too(name: str, kind: Kind, buyer: str) -> None:
    event = read(fixture(name))
    assert event.message is not None
    assert event.conversation is not None
    assert (event.shop, event.message.kind, event.conversation.buyer_name) == (SHOP, kind, buyer)


def test_the_page_and_the_card_are_two_products() -> None:
    event = read(fixture("push_webchat_item"))
    content = fixture("push_webchat_item")["data"]["content"]
    assert event.message is not None
    assert event.message.payload == {"product": str(content["content"]["item_id"])}
    assert event.message.about == {"product": str(content["source_content"]["item_id"])}


def test_the_shops_own_message_names_the_buyer_as_its_receiver() -> None:
    event = read(
        text_push(
            from_id=SELLER,
            from_user_name="warungsenja",
            from_shop_id=int(SHOP),
            to_id=BUYER,
            to_user_name="melati.rahayu",
            to_shop_id=0,
        )
    )
    assert event.conversation is not None
    assert event.message is not None
    assert (event.conversation.buyer_id, event.conversation.buyer_name) == (str(BUYER), "melati.rahayu")
    assert not event.message.is_from_buyer


def test_ids_and_codes_may_be_texts() -> None:
    push = text_push(from_id=str(BUYER), from_shop_id="0") | {"shop_id": SHOP, "code": "10"}
    event = read(push)
    assert event.conversation is not None
    assert (event.kind, event.shop, event.conversation.buyer_id) == (PushKind.MESSAGE, SHOP, str(BUYER))


def test_the_message_id_of_the_envelope_may_be_missing() -> None:
    push = text_push()
    del push["msg_id"]
    assert read(push).kind is PushKind.MESSAGE


def test_affiliate_chats_are_ignored() -> None:
    assert read(text_push(business_type=11)).kind is PushKind.IGNORED


def test_a_bundle_is_a_reason_to_read() -> None:
    event = read(text_push(message_type="bundle_message", content={"type": 1, "messages": ["1", "2"]}))
    assert (event.kind, event.message) == (PushKind.MESSAGE, None)
    assert event.conversation is not None


@pytest.mark.parametrize("content", [{"content": None}, {"source_content": []}, {"message_type": None}])
def test_odd_content_breaks_nothing(content: dict[str, Any]) -> None:
    event = read(text_push(**content))
    assert (event.kind, event.message is not None) == (PushKind.MESSAGE, True)


def test_a_message_without_an_id_is_a_reason_to_read() -> None:
    event = read(text_push(message_id=""))
    assert (event.kind, event.message) == (PushKind.MESSAGE, None)


def test_a_message_without_a_conversation_is_a_reason_to_look() -> None:
    event = read(text_push(conversation_id=None))
    assert (event.kind, event.shop, event.conversation) == (PushKind.CHANGED, SHOP, None)


def test_a_notification_says_that_something_changed_even_without_an_envelope() -> None:
    event = read(fixture("push_webchat_notification"))
    conversation_id = fixture("push_webchat_notification")["data"]["content"]["conversation_id"]
    assert (event.kind, event.shop, event.detail) == (PushKind.CHANGED, "", "mark_as_replied")
    assert event.conversation == RemoteConversation(conversation_id, buyer_id="")


def test_a_notification_may_not_say_where() -> None:
    push = fixture("push_webchat_notification") | {"shop_id": int(SHOP), "code": 10}
    del push["data"]["content"]["conversation_id"]
    event = read(push)
    assert (event.kind, event.shop, event.conversation) == (PushKind.CHANGED, SHOP, None)


# Shops


def test_an_authorization_names_its_shop() -> None:
    event = read(fixture("push_shop_authorization"))
    assert (event.kind, event.shop) == (
        PushKind.AUTHORIZED,
        str(fixture("push_shop_authorization")["data"]["shop_id"]),
    )
    assert "authorized successfully" in event.detail


@pytest.mark.parametrize(("shops", "shop"), [([7], "7"), ([7, 8], ""), (None, "")])
def test_a_main_accounts_authorization_names_a_shop_only_when_it_is_one(shops: Any, shop: str) -> None:
    event = read({"code": 1, "data": {"main_account_id": 5, "shop_id_list": shops, "success": 1}})
    assert (event.kind, event.shop) == (PushKind.AUTHORIZED, shop)


def test_a_deauthorization_disconnects_the_shop_that_it_names() -> None:
    push = fixture("push_shop_deauthorization")
    push["data"]["shopid"] = int(SHOP)
    event = read(push)
    assert (event.kind, event.shop) == (PushKind.DISCONNECTED, SHOP)
    assert "cancelled its authorization" in event.detail


def test_a_deauthorization_with_only_a_sentence_names_no_shop() -> None:
    event = read(fixture("push_shop_deauthorization"))
    assert (event.kind, event.shop, event.shops) == (PushKind.DISCONNECTED, "", ())
    assert "15554833" in event.detail


@pytest.mark.parametrize(("listed", "shop", "shops"), [([7], "7", ()), ([7, "8"], "", ("7", "8"))])
def test_a_deauthorization_may_list_its_shops(listed: Any, shop: str, shops: tuple[str, ...]) -> None:
    event = read({"code": "2", "data": {"main_account_id": 5, "shop_id_list": listed}})
    assert (event.kind, event.shop, event.shops) == (PushKind.DISCONNECTED, shop, shops)


def test_a_merchants_deauthorization_names_no_shop() -> None:
    event = read({"code": 2, "data": {"authorize_type": "merchant cancel", "merchant_id_list": [3]}})
    assert (event.kind, event.shop, event.detail) == (PushKind.DISCONNECTED, "", "merchant cancel")


def test_a_warning_of_the_end_names_the_shops_and_the_day() -> None:
    event = read(fixture("push_authorization_expiry"))
    assert (event.kind, event.shop) == (PushKind.EXPIRING, "")
    assert event.shops == ("13087", "538330", "135004", "91550373828", "29384")
    assert event.until == datetime.fromtimestamp(1619740800, UTC)


def test_a_warning_of_the_end_may_name_nothing() -> None:
    event = read({"code": 12, "data": {"merchant_expire_soon": [1], "expire_before": "soon"}})
    assert (event.kind, event.shops, event.until) == (PushKind.EXPIRING, (), None)


# Orders


def test_an_order_status_names_its_order() -> None:
    event = read(fixture("push_order_status"))
    assert (event.kind, event.shop, event.order) == (PushKind.ORDER, SHOP, "240911TRW4KD8Z")


@pytest.mark.parametrize("code", [3, 4, "30"])
@pytest.mark.parametrize("field", ["ordersn", "order_sn"])
def test_whatever_happens_to_an_order_is_a_reason_to_read_it(code: Any, field: str) -> None:
    event = read({"code": code, "shop_id": int(SHOP), "data": {field: "2409AB"}})
    assert (event.kind, event.shop, event.order) == (PushKind.ORDER, SHOP, "2409AB")


def test_news_of_no_order_are_ignored() -> None:
    event = read({"code": 3, "shop_id": int(SHOP), "data": {"ordersn": ""}})
    assert (event.kind, event.detail) == (PushKind.IGNORED, "code 3 without an order")


@pytest.mark.parametrize(
    "push",
    [{}, {"code": None}, {"code": [], "data": []}, {"code": 999, "data": "x"}],
)
def test_everything_else_is_ignored(push: dict[str, Any]) -> None:
    assert read(push).kind is PushKind.IGNORED
