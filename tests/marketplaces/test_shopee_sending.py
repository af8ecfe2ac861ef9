"""Shopee: a text to a buyer, its receipt, and the reasons why Shopee may not take it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from marketplaces.connector import ABILITIES
from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.content import Receipt, Room
from marketplaces.errors import Rejected, Temporary
from tests.marketplaces.shopee import (
    BUYER,
    KEYS,
    READ,
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


def test_an_order_goes_by_its_number_alone(web: responses.RequestsMock) -> None:
    web.post(SEND, json=fixture("chat_send_message_order_response"))
    assert connector().send_order(ROOM, "240911TRW4KD8Z").remote_id == "2410077390115487748"
    assert body_of(web.calls[0]) == fixture("chat_send_message_requests")["order"]


def test_a_product_goes_as_a_number(web: responses.RequestsMock) -> None:
    web.post(SEND, json=fixture("chat_send_message_text_response"))
    assert connector().send_product(ROOM, "4140235023").remote_id == "2410077390115487749"
    assert body_of(web.calls[0]) == fixture("chat_send_message_requests")["item"]


def test_a_product_of_another_marketplace_is_not_sent(web: responses.RequestsMock) -> None:
    with pytest.raises(Rejected):
        connector().send_product(ROOM, "SKU-7")
    assert len(web.calls) == 0


def test_a_sticker_goes_as_two_texts(web: responses.RequestsMock) -> None:
    web.post(SEND, json=fixture("chat_send_message_text_response"))
    connector().send_sticker(ROOM, "1024", "18834")
    assert body_of(web.calls[0]) == fixture("chat_send_message_requests")["sticker"]


# Reading marks


def test_reading_is_told_with_a_number_and_a_text(web: responses.RequestsMock) -> None:
    web.post(READ, json=fixture("chat_ok_empty_response"))
    connector().mark_read(ROOM, "2410077390115487744")
    assert body_of(web.calls[0]) == {
        "conversation_id": 702455318866190243,
        "last_read_message_id": "2410077390115487744",
    }


def test_a_lost_answer_to_a_reading_mark_is_only_temporary(web: responses.RequestsMock) -> None:
    web.post(READ, status=502)
    with pytest.raises(Temporary):
        connector().mark_read(ROOM, "1")


def test_a_conversation_without_a_number_is_never_marked(web: responses.RequestsMock) -> None:
    with pytest.raises(Rejected):
        connector().mark_read(Room("room", str(BUYER)), "1")
    assert len(web.calls) == 0


# Texts


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
    assert ShopeeConnector.abilities() == set(ABILITIES) - {"get_conversation", "orders_of_buyer"}
    assert ShopeeConnector.text_limit == 600
    assert set(ShopeeConnector.required_keys()) <= KEYS.keys()
