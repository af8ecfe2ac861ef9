"""TikTok Shop: every recorded payload is understood by the call that it belongs to, also those only others make."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from marketplaces.connectors.tiktok_shop.connector import TikTokShopConnector
from marketplaces.connectors.tiktok_shop.endpoints import Endpoint
from marketplaces.content import File, PushKind, Tokens, Uploaded
from marketplaces.errors import MarketplaceError
from marketplaces.http import Http
from tests.marketplaces.tiktok_shop import (
    API,
    AUTH,
    BUYER,
    CALLBACK,
    FIXTURES,
    KEYS,
    ROOM,
    SEND,
    SHOP,
    SHOPS,
    ShopTokens,
    answer,
    body,
    body_of,
    connector,
    fixture,
    query_of,
    signed,
)

NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))
FILE = File("foto.png", "image/png", b"bytes")
OLD = Tokens("access", datetime(2026, 1, 1, tzinfo=UTC), refresh="refresh")

# A recorded answer -> the call that reads it. It is asked as recorded.
ANSWERS: dict[str, Callable[[], object]] = {
    "auth_token_get_response": lambda: TikTokShopConnector.exchange(KEYS, {"code": "c"}, Http()),
    "auth_token_refresh_response": lambda: TikTokShopConnector.refresh(KEYS, SHOP, OLD, Http()),
    "authorized_shops_response": lambda: connector().shop_row()["name"],
    "cs_conversations_response": lambda: connector().list_conversations().items,
    "cs_conversations_tokopedia_buyer": lambda: connector().list_conversations("7825119760").items,
    "cs_messages_response": lambda: connector().list_messages(ROOM.conversation).items,
    "cs_upload_image_response": lambda: connector().upload_image(FILE).payload["url"],
    "orders_search_response": lambda: connector().orders_of_buyer("7070427062379799042"),
}
# Answers of calls that we do not make, which are answers all the same.
OF_OTHERS = (
    "cs_agent_settings_response",
    "cs_create_conversation",
    "cs_performance_response",
    "webhook_list_response",
)
PUSHES = {
    "webhook_cancellation_status": PushKind.ORDER,
    "webhook_new_conversation": PushKind.CHANGED,
    "webhook_new_message": PushKind.MESSAGE,
    "webhook_order_status": PushKind.ORDER,
    "webhook_seller_deauthorized": PushKind.DISCONNECTED,
}
REFUSALS = [name for name in NAMES if name.startswith("error_")]
# The picture as its upload told it, without what its address ends with.
PICTURE = Uploaded(
    {
        "url": "https://p16-oec-va.ibyteimg.com/tos-example-i-chat/fcd07c5619c6aa2959c2"
        "~tplv-example-origin-image.image?from=1",
        "width": 1280,
        "height": 720,
    }
)
SENDS: dict[str, Callable[[], object]] = {
    "TEXT": lambda: connector().send_text(ROOM, "Halo kak, pesanannya kami kirim sore ini."),
    "IMAGE": lambda: connector().send_image(ROOM, PICTURE),
    "PRODUCT_CARD": lambda: connector().send_product(ROOM, "7953140968496230152"),
    "ORDER_CARD": lambda: connector().send_order(ROOM, "7837789633538286647"),
}
RECORDED_SENDS = {each["json"]["type"]: each for each in fixture("cs_send_message_requests")["requests"]}


def address_of(request: dict[str, Any]) -> str:
    return (AUTH if "host" in request else API) + request["path"]


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_read_by_its_call_which_asks_as_recorded(web: responses.RequestsMock, name: str) -> None:
    asked = fixture(name)["request"]
    web.add(asked["method"], address_of(asked), json=body(name))
    if asked["path"] != "/authorization/202309/shops":
        web.get(SHOPS, json=body("authorized_shops_response"))
    assert ANSWERS[name]()
    (call, *_others) = web.calls
    assert asked.get("query", {}).keys() - {"need_session_info"} <= query_of(call).keys()
    if "json" in asked:
        assert body_of(call) == asked["json"]


@pytest.mark.parametrize("name", OF_OTHERS)
def test_an_answer_to_others_is_a_success(web: responses.RequestsMock, name: str) -> None:
    asked = fixture(name)["request"]
    web.add(asked["method"], address_of(asked), json=body(name))
    endpoint = Endpoint("other", asked["method"], asked["path"], rate=1, most=1)
    content = {"body": asked["json"]} if "json" in asked else {"query": asked.get("query", {})}
    assert connector().call(endpoint, **content) == body(name)["data"]


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_an_error_in_their_words(web: responses.RequestsMock, name: str) -> None:
    web.post(SEND, json=body(name), status=fixture(name)["http_status"])
    with pytest.raises(MarketplaceError) as caught:
        connector(ShopTokens("first", "second")).send_text(ROOM, "Halo")
    recorded = body(name)
    assert (caught.value.code, caught.value.detail) == (str(recorded["code"]), recorded["message"])
    assert caught.value.request_id == recorded["request_id"]
    assert TikTokShopConnector.explanations[caught.value.code]


@pytest.mark.parametrize("name", PUSHES)
def test_a_push_is_read(name: str) -> None:
    event = TikTokShopConnector.read_push(KEYS, *signed(body(name)), CALLBACK)
    assert (event.kind, event.shop) == (PUSHES[name], body(name)["shop_id"])


@pytest.mark.parametrize("kind", SENDS)
def test_a_send_is_the_recorded_one(web: responses.RequestsMock, kind: str) -> None:
    recorded = RECORDED_SENDS[kind]
    web.post(API + recorded["path"], json=body("cs_send_message_requests"))
    SENDS[kind]()
    sent = body_of(web.calls[0])
    assert sent["type"] == recorded["json"]["type"]
    assert json.loads(sent["content"]) == json.loads(recorded["json"]["content"])


def test_the_picture_that_is_sent_is_the_one_that_was_handed_over(web: responses.RequestsMock) -> None:
    asked = fixture("cs_upload_image_response")["request"]
    web.post(address_of(asked), json=body("cs_upload_image_response"))
    assert connector().upload_image(FILE) == PICTURE
    assert asked["multipart"].keys() == {"data"}


def test_nothing_is_left_out() -> None:
    read = {*ANSWERS, *OF_OTHERS, *PUSHES, *REFUSALS}
    # The vectors, the contents and the sends are read above and where they are tested; we register no webhook.
    assert set(NAMES) - read == {
        "cs_message_contents_read",
        "cs_send_message_requests",
        "signing_vectors",
        "webhook_signing_vector",
        "webhook_update_request",
    }
    assert RECORDED_SENDS.keys() - SENDS.keys() == {"COUPON_CARD", "LOGISTICS_CARD"}


def test_the_address_for_pushes_fits_what_is_registered_there() -> None:
    registered = fixture("webhook_update_request")["request"]["json"]
    assert registered["address"] == CALLBACK
    assert len(registered["address"]) <= 255


def test_a_buyer_of_the_list_is_the_one_that_orders_are_found_by(web: responses.RequestsMock) -> None:
    web.get(f"{API}/customer_service/202309/conversations", json=body("cs_conversations_response"))
    web.post(f"{API}/order/202309/orders/search", json=answer({}))
    (conversation,) = connector().list_conversations().items
    connector().orders_of_buyer(conversation.buyer_id)
    assert body_of(web.calls[1]) == {"buyer_user_id": BUYER}
