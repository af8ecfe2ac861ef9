"""Tokopedia: every recorded payload is understood by the call that it belongs to."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import responses

from marketplaces.connectors.tokopedia.connector import TokopediaConnector
from marketplaces.connectors.tokopedia.limits import told_limit
from marketplaces.connectors.tokopedia.wire import read_answer
from marketplaces.content import PushKind, Uploaded
from marketplaces.errors import Rejected
from marketplaces.http import Http
from tests.marketplaces.test_tokopedia_push import push
from tests.marketplaces.tokopedia import (
    FIXTURES,
    KEYS,
    MESSAGES,
    ORDER,
    ORDERS,
    PRODUCTS,
    REPLIES,
    REPLY,
    ROOM,
    SHOP_INFO,
    TOKEN,
    body_of,
    connector,
    fixture,
)

NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))
DAY = datetime(2026, 3, 1, tzinfo=UTC)
READ_BACK = Uploaded({"upload": {"file_path": "https://files.example.test/foto.jpg"}})

# A recorded answer -> the address that gives it and the call that reads it.
ANSWERS: dict[str, tuple[str, str, Callable[[], object]]] = {
    "chat_list_messages_response": ("GET", MESSAGES, lambda: connector().list_conversations().items),
    "chat_list_replies_response": ("GET", REPLIES, lambda: connector().list_messages("880001").items),
    "chat_send_reply_text": ("POST", REPLY, lambda: connector().send_text(ROOM, "Siap kak").sent_at),
    "order_list_response": (
        "GET",
        ORDERS,
        lambda: connector().list_orders(DAY, DAY, by_update=False).items,
    ),
    "order_single_response": ("GET", ORDER, lambda: connector().get_orders(["300001"])),
    "product_info_response": ("GET", PRODUCTS, lambda: connector().get_products(["400002"])),
    "shop_info_response": ("GET", SHOP_INFO, lambda: connector().facts().name),
    "token_response": ("POST", TOKEN, lambda: TokopediaConnector.refresh(KEYS, "7001", None, Http()).access),
}
REFUSALS: dict[str, tuple[str, Callable[[], object]]] = {
    "error_chat_invalid_shop_id": (MESSAGES, lambda: connector().list_conversations()),
    "error_order_not_found": (ORDERS, lambda: connector().list_orders(DAY, DAY, by_update=False)),
    "error_shop_info_invalid_fs_id": (SHOP_INFO, lambda: connector().facts()),
}
PUSHES = ("webhook_chat_image_observed", "webhook_chat_notification", "webhook_chat_product_observed")
# Answers of calls that we do not make, which are answers all the same.
OF_OTHERS = ("chat_initiate_response", "ip_whitelist_response", "webhook_list_registered", "webhook_register")
# Read below, and the vector where signing is tested.
REST = {"chat_send_reply_image_request", "rate_limit_headers", "webhook_signing_vector"}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_read_by_its_call(web: responses.RequestsMock, name: str) -> None:
    method, url, read = ANSWERS[name]
    web.add(method, url, json=fixture(name)["body"])
    assert read()


@pytest.mark.parametrize("name", OF_OTHERS)
def test_an_answer_to_others_is_a_success(name: str) -> None:
    answer = read_answer(json.dumps(fixture(name)["body"]).encode())
    assert answer is not None
    assert (answer.failed, answer.data) == (False, fixture(name)["body"]["data"])


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_told_in_tokopedias_words(web: responses.RequestsMock, name: str) -> None:
    url, read = REFUSALS[name]
    web.get(url, status=400, json=fixture(name)["body"])
    with pytest.raises(Rejected) as caught:
        read()
    assert caught.value.detail in json.dumps(fixture(name)["body"])


@pytest.mark.parametrize("name", PUSHES)
def test_a_push_is_read(name: str) -> None:
    event = push(fixture(name)["body"])
    assert (event.kind, event.shop) == (PushKind.MESSAGE, "7001")


@pytest.mark.parametrize("name", ["chat_send_reply_image_request", "chat_send_reply_text"])
def test_a_send_is_the_recorded_one(web: responses.RequestsMock, name: str) -> None:
    web.post(REPLY, json=fixture("chat_send_reply_text")["body"])
    recorded = fixture(name)["request"]["json"]
    if recorded["message"]:
        connector().send_text(ROOM, recorded["message"])
    else:
        connector().send_image(ROOM, READ_BACK)
    assert body_of(web.calls[0]) == recorded


def test_the_recorded_headers_tell_a_limit() -> None:
    assert told_limit(fixture("rate_limit_headers")["headers"]) == (5.0, 5)


def test_nothing_is_left_out() -> None:
    assert set(NAMES) == {*ANSWERS, *OF_OTHERS, *REFUSALS, *PUSHES, *REST}
