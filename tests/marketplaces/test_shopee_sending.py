"""Shopee: a text to a buyer, its receipt, and the reasons why Shopee may not take it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.content import Receipt, Room
from marketplaces.errors import Rejected
from tests.marketplaces.shopee import (
    BUYER,
    KEYS,
    ROOM,
    SEND,
    answer,
    body_of,
    connector,
    fixture,
    query_of,
    refusal,
)

REFUSALS = [
    "first_chat_without_order_info",
    "user_is_forbidden",
    "reach_5_message_limit",
    "message_too_long",
    "message_is_censored",
    "error_business",
    "exceed_send_limitaion",
    "block_by_internal_safety_strategies",
    "error_blocked",
    "error_sender_block_receiver",
    "assigned_to_subaccount",
    "shop_bound_subaccount",
]


def test_a_text_goes_to_the_buyer_and_comes_back_with_its_id(web: responses.RequestsMock) -> None:
    web.post(SEND, json=fixture("chat_send_message_text_response"))
    receipt = connector().send_text(ROOM, "Stok warna biru masih ada kak.")
    sent_at = datetime.fromtimestamp(1726044740, UTC)
    assert receipt == Receipt("2410077390115487749", sent_at, 2410077390115487749)
    assert body_of(web.calls[0]) == fixture("chat_send_message_requests")["text"]
    assert body_of(web.calls[0])["to_id"] == BUYER
    assert query_of(web.calls[0]).keys() == {"partner_id", "timestamp", "access_token", "shop_id", "sign"}


def test_the_echo_of_another_kind_has_the_same_receipt(web: responses.RequestsMock) -> None:
    web.post(SEND, json=fixture("chat_send_message_order_response"))
    assert connector().send_text(ROOM, "x").remote_id == "2410077390115487748"


@pytest.mark.parametrize("text", ["🙏" * 601, "a\u0000b", 'kutipan "a" & <b>', "\ud83d"])
def test_what_shopee_checks_is_left_to_shopee(web: responses.RequestsMock, text: str) -> None:
    web.post(SEND, json=fixture("chat_send_message_text_response"))
    connector().send_text(ROOM, text)
    assert body_of(web.calls[0])["content"] == {"text": text}


@pytest.mark.parametrize("response", [None, {}, [], {"message_id": ""}])
def test_a_yes_without_an_id_has_to_be_read_back(web: responses.RequestsMock, response: Any) -> None:
    web.post(SEND, json=answer(response))
    assert connector().send_text(ROOM, "Halo") == Receipt()


@pytest.mark.parametrize("buyer", ["", "melati", "-1"])
def test_without_a_buyer_id_nothing_is_sent(web: responses.RequestsMock, buyer: str) -> None:
    with pytest.raises(Rejected):
        connector().send_text(Room(ROOM.conversation, buyer), "Halo")
    assert len(web.calls) == 0


@pytest.mark.parametrize("status", [200, 400, 403])
@pytest.mark.parametrize("code", REFUSALS)
def test_a_refused_text_is_explained_to_the_agent(
    web: responses.RequestsMock, code: str, status: int
) -> None:
    web.post(SEND, json=refusal(code), status=status)
    with pytest.raises(Rejected) as caught:
        connector().send_text(ROOM, "Halo")
    assert caught.value.code == code
    assert ShopeeConnector.explanations[code].endswith(".")


def test_a_closed_contact_window_is_told_with_shopees_request_id(web: responses.RequestsMock) -> None:
    web.post(SEND, json=fixture("error_user_is_forbidden"))
    with pytest.raises(Rejected) as caught:
        connector().send_text(ROOM, "Halo")
    assert caught.value.request_id == fixture("error_user_is_forbidden")["request_id"]
    assert "7 days" in ShopeeConnector.explanations[caught.value.code]


def test_what_it_can_do_and_needs() -> None:
    assert ShopeeConnector.abilities() == {"send_text"}
    assert ShopeeConnector.text_limit == 600
    assert set(ShopeeConnector.required_keys()) <= KEYS.keys()
