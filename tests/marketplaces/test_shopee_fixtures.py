"""Shopee: every recorded payload is understood by the call that it belongs to, also those that only others make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import responses

from marketplaces.connectors.shopee.bubbles import REFUSED_STATUSES
from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.connectors.shopee.errors import ERRORS
from marketplaces.connectors.shopee.media import VIDEO_REFUSED
from marketplaces.content import File, PushKind, Uploaded
from marketplaces.errors import MarketplaceError
from marketplaces.http import Http
from tests.marketplaces.shopee import (
    API,
    CALLBACK,
    FIXTURES,
    KEYS,
    ROOM,
    SHOP,
    answer,
    body_of,
    connector,
    fixture,
    signed,
)
from tests.marketplaces.test_shopee_connecting import PAIR
from tests.marketplaces.tokens import FixedTokens

NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
FILE = File("foto.png", "image/png", b"bytes")
CALLBACK_QUERY = {"code": "c", "shop_id": SHOP}

# A recorded answer -> the path that gives it and the call that reads it.
ANSWERS: dict[str, tuple[str, Callable[[], object]]] = {
    "auth_token_get_response": (
        "auth/token/get",
        lambda: ShopeeConnector.exchange(KEYS, CALLBACK_QUERY, Http()),
    ),
    "auth_token_refresh_response": (
        "auth/access_token/get",
        lambda: ShopeeConnector.refresh(KEYS, SHOP, PAIR, Http()),
    ),
    "chat_get_conversation_list_response": (
        "sellerchat/get_conversation_list",
        lambda: connector().list_conversations().items,
    ),
    "chat_get_message_response": (
        "sellerchat/get_message",
        lambda: connector().list_messages(ROOM.conversation).items,
    ),
    "chat_send_message_order_response": (
        "sellerchat/send_message",
        lambda: connector().send_order(ROOM, "240911TRW4KD8Z").remote_id,
    ),
    "chat_send_message_text_response": (
        "sellerchat/send_message",
        lambda: connector().send_text(ROOM, "Halo").remote_id,
    ),
    "chat_upload_image_response": (
        "sellerchat/upload_image",
        lambda: connector().upload_image(FILE).payload["url"],
    ),
    "order_get_order_detail_response": (
        "order/get_order_detail",
        lambda: connector().get_orders(["240911TRW4KD8Z"]),
    ),
    "order_get_order_list_response": (
        "order/get_order_list",
        lambda: connector().list_orders(SINCE, SINCE, by_update=False).next,
    ),
    "product_get_item_base_info_response": (
        "product/get_item_base_info",
        lambda: connector().get_products(["20183"]),
    ),
    "product_get_item_list_response": (
        "product/get_item_list",
        lambda: connector().list_products(None).next,
    ),
    "public_get_shops_by_partner_response": (
        "public/get_shops_by_partner",
        lambda: ShopeeConnector.authorized_shops(KEYS, Http()),
    ),
    "push_get_app_push_config_response": (
        "push/get_app_push_config",
        lambda: ShopeeConnector.push_health(KEYS, Http()),
    ),
    "shop_get_shop_info_response": ("shop/get_shop_info", lambda: connector().facts().name),
}
# Success with nothing to read; then answers of calls that we do not make, which are answers all the same.
EMPTY = "chat_ok_empty_response"
OF_OTHERS = (
    "chat_get_one_conversation_response",
    "chat_get_unread_conversation_count_response",
    "product_search_item_response",
    "push_set_app_push_config_response",
    "shop_get_profile_response",
)
PUSHES = {
    "push_authorization_expiry": PushKind.EXPIRING,
    "push_order_status": PushKind.ORDER,
    "push_shop_authorization": PushKind.AUTHORIZED,
    "push_shop_deauthorization": PushKind.DISCONNECTED,
    "push_webchat_image": PushKind.MESSAGE,
    "push_webchat_item": PushKind.MESSAGE,
    "push_webchat_notification": PushKind.CHANGED,
    "push_webchat_text": PushKind.MESSAGE,
    "push_webchat_text_2025": PushKind.MESSAGE,
    "push_webchat_video": PushKind.MESSAGE,
}
REFUSALS = [name for name in NAMES if name.startswith("error_")]
# One answer for each code that means something to us, with the HTTP status beside it.
MAPPED = {each["answer"]["error"].rpartition(".")[2]: each for each in fixture("refusals")["refusals"]}
# What we call things that Shopee has no code for, and statuses of a message.
NO_CODES = {"consent_denied", VIDEO_REFUSED, *REFUSED_STATUSES}
UPLOADED = {
    "vid": "<vid of upload_video>",
    "video_url": "<get_video_upload_result.video>",
    "thumb_url": "<.thumbnail>",
    "thumb_width": 399,
    "thumb_height": 713,
    "duration_seconds": 15,
}
SENDS: dict[str, Callable[[], object]] = {
    "text": lambda: connector().send_text(ROOM, "Stok warna biru masih ada kak."),
    "sticker": lambda: connector().send_sticker(ROOM, "1024", "18834"),
    "image": lambda: connector().send_image(ROOM, Uploaded({"url": "<response.url of upload_image>"})),
    "item": lambda: connector().send_product(ROOM, "4140235023"),
    "order": lambda: connector().send_order(ROOM, "240911TRW4KD8Z"),
    "video": lambda: connector().send_video(ROOM, Uploaded({"upload": UPLOADED})),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_read_by_its_call(web: responses.RequestsMock, name: str) -> None:
    path, read = ANSWERS[name]
    for method in ("GET", "POST"):
        web.add(method, f"{API}/api/v2/{path}", json=fixture(name))
    for detail in ("order/get_order_detail", "product/get_item_base_info", "product/get_model_list"):
        web.add("GET", f"{API}/api/v2/{detail}", json=answer({}))
    assert read()


def test_an_empty_success_is_a_success(web: responses.RequestsMock) -> None:
    web.post(f"{API}/api/v2/sellerchat/read_conversation", json=fixture(EMPTY))
    connector().mark_read(ROOM, "1")
    assert len(web.calls) == 1


@pytest.mark.parametrize("name", OF_OTHERS)
def test_an_answer_to_others_is_a_success(web: responses.RequestsMock, name: str) -> None:
    web.get(f"{API}/api/v2/any/call", json=fixture(name))
    assert connector().get("/api/v2/any/call") == fixture(name)


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_an_error_in_shopees_words(web: responses.RequestsMock, name: str) -> None:
    web.post(f"{API}/api/v2/sellerchat/send_message", json=fixture(name))
    with pytest.raises(MarketplaceError) as caught:
        connector(FixedTokens("first", "second")).send_text(ROOM, "Halo")
    recorded = fixture(name)
    assert (caught.value.code, caught.value.detail) == (recorded["error"], recorded["message"])
    assert caught.value.request_id == recorded["request_id"]


@pytest.mark.parametrize("code", MAPPED)
def test_a_code_that_means_something_comes_through_whole(web: responses.RequestsMock, code: str) -> None:
    recorded = MAPPED[code]["answer"]
    web.post(f"{API}/api/v2/sellerchat/send_message", json=recorded, status=MAPPED[code]["status"])
    with pytest.raises(MarketplaceError) as caught:
        connector(FixedTokens("token-1", "token-2")).send_text(ROOM, "Halo")
    assert (caught.value.code, caught.value.request_id) == (code, recorded["request_id"])
    assert caught.value.detail == recorded["message"].strip()


def test_every_code_that_means_something_has_a_recorded_answer() -> None:
    assert set(MAPPED) == (set(ERRORS) | set(ShopeeConnector.explanations)) - NO_CODES


@pytest.mark.parametrize("name", PUSHES)
def test_a_push_is_read(name: str) -> None:
    event = ShopeeConnector.read_push(KEYS, *signed(fixture(name)), CALLBACK)
    assert event.kind is PUSHES[name]


@pytest.mark.parametrize("kind", SENDS)
def test_a_send_is_the_recorded_one(web: responses.RequestsMock, kind: str) -> None:
    web.post(f"{API}/api/v2/sellerchat/send_message", json=fixture("chat_send_message_text_response"))
    SENDS[kind]()
    assert body_of(web.calls[0]) == fixture("chat_send_message_requests")[kind]


def test_nothing_is_left_out() -> None:
    read = {*ANSWERS, EMPTY, *OF_OTHERS, *PUSHES, *REFUSALS}
    # The refusals and the requests are read above, the vectors where signing is tested.
    assert set(NAMES) - read == {"chat_send_message_requests", "refusals", "signing_vectors"}
    unsent = fixture("chat_send_message_requests").keys() - SENDS.keys()
    assert unsent == {"text_first_contact_about_an_order"}
