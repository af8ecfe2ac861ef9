"""TikTok Shop: what a push says, and whether it comes from TikTok Shop at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from marketplaces.connectors.tiktok_shop.connector import TikTokShopConnector
from marketplaces.content import IncomingMessage, Kind, PushEvent, PushKind, RemoteConversation
from marketplaces.errors import BadWebhook
from tests.marketplaces.tiktok_shop import CALLBACK, KEYS, body, fixture, signed

VECTOR = fixture("webhook_signing_vector")
SHOP_OF_PUSHES = "7529294891469139119"
NOTIFICATION = "7895065149865952710"


def read(push: dict[str, Any]) -> PushEvent:
    return TikTokShopConnector.read_push(KEYS, *signed(push), CALLBACK)


def push(name: str, **data: Any) -> dict[str, Any]:
    recorded = body(f"webhook_{name}")
    return recorded | {"data": recorded["data"] | data}


def without(name: str, *fields: str) -> dict[str, Any]:
    recorded = body(f"webhook_{name}")
    return recorded | {"data": {key: told for key, told in recorded["data"].items() if key not in fields}}


# Signature


def test_it_accepts_the_push_of_the_vector() -> None:
    keys = KEYS | {"app_key": VECTOR["app_key"], "app_secret": VECTOR["app_secret"]}
    headers = {"authorization": VECTOR["headers"]["Authorization"]}
    event = TikTokShopConnector.read_push(keys, headers, VECTOR["raw_body"].encode(), CALLBACK)
    assert event == PushEvent(
        PushKind.ORDER,
        shop="7495540735365777507",
        order="576653688135258178",
        detail="UNPAID",
        notification="7380066284010030890",
    )


def test_the_case_of_the_signature_does_not_matter() -> None:
    headers, sent = signed(push("new_message"))
    upper = {"authorization": headers["authorization"].upper()}
    assert TikTokShopConnector.read_push(KEYS, upper, sent, CALLBACK).kind is PushKind.MESSAGE


@pytest.mark.parametrize("signature", ["", "0" * 64, "Bearer x", "ü", "\udcff"])
def test_another_signature_is_refused(signature: str) -> None:
    _, sent = signed(push("new_message"))
    with pytest.raises(BadWebhook):
        TikTokShopConnector.read_push(KEYS, {"authorization": signature}, sent, CALLBACK)


def test_a_push_without_a_signature_is_refused() -> None:
    with pytest.raises(BadWebhook):
        TikTokShopConnector.read_push(KEYS, {}, signed(push("new_message"))[1], CALLBACK)


def test_a_changed_body_or_another_app_is_refused() -> None:
    headers, sent = signed(push("new_message"))
    with pytest.raises(BadWebhook):
        TikTokShopConnector.read_push(KEYS, headers, sent + b" ", CALLBACK)
    with pytest.raises(BadWebhook):
        TikTokShopConnector.read_push(KEYS | {"app_key": "other"}, headers, sent, CALLBACK)


def test_an_empty_secret_opens_nothing() -> None:
    headers, sent = signed(push("new_message"), secret="")
    with pytest.raises(BadWebhook):
        TikTokShopConnector.read_push(KEYS | {"app_secret": ""}, headers, sent, CALLBACK)


@pytest.mark.parametrize("sent", [b"", b"not json", b"[]", b'"text"', b"\xff"])
def test_a_signed_body_that_is_no_push_is_refused(sent: bytes) -> None:
    with pytest.raises(BadWebhook):
        TikTokShopConnector.read_push(KEYS, *signed(sent), CALLBACK)


# Messages


def test_a_message_comes_whole_but_its_buyer_does_not() -> None:
    recorded = push("new_message")
    at = datetime.fromtimestamp(1781802591, UTC)
    assert read(recorded) == PushEvent(
        PushKind.MESSAGE,
        shop=SHOP_OF_PUSHES,
        conversation=RemoteConversation(
            "782127727494585945", buyer_id="", last_message_at=at, can_reply=True
        ),
        message=IncomingMessage(
            remote_id="739867784677294731",
            is_from_buyer=True,
            sent_at=at,
            sequence=7559113067868826531,
            text="sudah sampai kak, terima kasih",
            raw=recorded["data"],
        ),
        notification=NOTIFICATION,
    )


@pytest.mark.parametrize("role", ["SHOP", "CUSTOMER_SERVICE", "SYSTEM", "ROBOT"])
def test_what_the_shop_says_elsewhere_comes_the_same_way(role: str) -> None:
    event = read(push("new_message", sender={"im_user_id": "715154297010180707", "role": role}))
    message = event.message
    assert event.conversation is not None
    assert event.conversation.can_reply is None, "only who is written to by a buyer may answer"
    assert message is not None
    assert not message.is_from_buyer
    assert message.is_automatic == (role in ("SYSTEM", "ROBOT"))


def test_a_hidden_message_comes_hidden() -> None:
    message = read(push("new_message", is_visible=False)).message
    assert message is not None
    assert message.is_hidden


def test_a_picture_comes_with_its_address() -> None:
    content = '{"url": "https://p16-oec-sg.ibyteimg.com/a", "width": "3", "height": "4"}'
    message = read(push("new_message", type="IMAGE", content=content)).message
    assert message is not None
    assert (message.kind, message.payload["width"]) == (Kind.IMAGE, 3)


@pytest.mark.parametrize("field", ["content", "type", "sender", "index", "is_visible"])
def test_a_message_of_which_little_is_told_is_a_message(field: str) -> None:
    event = read(without("new_message", field))
    assert event.kind is PushKind.MESSAGE
    assert event.message is not None
    assert event.message.remote_id == "739867784677294731"


@pytest.mark.parametrize("field", ["message_id", "create_time"])
def test_a_message_that_cannot_be_stored_is_a_reason_to_read(field: str) -> None:
    event = read(without("new_message", field))
    assert (event.kind, event.message) == (PushKind.MESSAGE, None)
    assert event.conversation is not None
    assert event.conversation.remote_id == "782127727494585945"


def test_a_message_without_its_conversation_is_a_change_somewhere() -> None:
    event = read(without("new_message", "conversation_id"))
    assert (event.kind, event.shop, event.conversation) == (PushKind.CHANGED, SHOP_OF_PUSHES, None)


def test_an_agent_who_joins_or_leaves_changes_the_room() -> None:
    event = read(push("new_conversation"))
    assert (event.kind, event.message, event.notification) == (PushKind.CHANGED, None, NOTIFICATION)
    assert event.conversation is not None
    assert (event.conversation.buyer_id, event.conversation.last_message_at) == ("", None)


# The rest


@pytest.mark.parametrize(
    ("name", "kind", "detail"),
    [("order_status", 1, "UNPAID"), ("cancellation_status", 11, ""), ("order_status", 12, "UNPAID")],
)
def test_a_push_about_an_order_names_it(name: str, kind: int, detail: str) -> None:
    recorded = push(name) | {"type": kind}
    event = read(recorded)
    assert (event.kind, event.shop, event.order) == (
        PushKind.ORDER,
        SHOP_OF_PUSHES,
        recorded["data"]["order_id"],
    )
    assert (event.detail, event.notification) == (detail, "")


@pytest.mark.parametrize("kind", [1, 11, 12])
def test_a_push_about_no_order_is_ignored(kind: int) -> None:
    event = read(without("order_status", "order_id") | {"type": kind})
    assert (event.kind, event.detail) == (PushKind.IGNORED, f"type {kind} without an order")


def test_a_permission_that_is_taken_back_disconnects() -> None:
    event = read(push("seller_deauthorized"))
    assert (event.kind, event.shop) == (PushKind.DISCONNECTED, SHOP_OF_PUSHES)
    assert event.detail == "The seller has taken the permission back."


def test_a_consent_that_ends_soon_tells_when() -> None:
    data = {"message": "soon", "expiration_time": 1791423918}
    event = read({"type": 7, "tts_notification_id": "7", "shop_id": SHOP_OF_PUSHES, "data": data})
    assert event == PushEvent(
        PushKind.EXPIRING,
        SHOP_OF_PUSHES,
        until=datetime.fromtimestamp(1791423918, UTC),
        detail="soon",
        notification="7",
    )


def test_a_consent_whose_end_is_not_told() -> None:
    event = read({"type": 7, "shop_id": SHOP_OF_PUSHES, "data": {}})
    assert (event.kind, event.until) == (PushKind.EXPIRING, None)


@pytest.mark.parametrize("kind", [2, 33, 35, 99, None, "x", True, []])
def test_what_is_not_for_us_is_ignored(kind: Any) -> None:
    event = read(push("new_message") | {"type": kind})
    assert (event.kind, event.message, event.notification) == (PushKind.IGNORED, None, NOTIFICATION)


def test_the_state_of_the_mirror_names_a_seller_and_no_shop() -> None:
    event = read(
        {"type": 35, "seller_open_id": "7", "data": {"tts_shop_id": "8", "mirror_status": "MIRRORED"}}
    )
    assert (event.kind, event.shop, event.detail) == (PushKind.IGNORED, "", "type 35")


@pytest.mark.parametrize("kind", [1, 6, 7, 11, 12, 13, 14])
@pytest.mark.parametrize("data", [None, [], "text", {}])
def test_a_body_that_lacks_everything_breaks_nothing(kind: int, data: Any) -> None:
    assert read({"type": kind, "data": data}).shop == ""
    assert read({"type": kind}).notification == ""


def test_ids_may_come_as_numbers() -> None:
    event = read(push("new_message", conversation_id=782127727494585945) | {"shop_id": int(SHOP_OF_PUSHES)})
    assert event.shop == SHOP_OF_PUSHES
    assert event.conversation is not None
    assert event.conversation.remote_id == "782127727494585945"
