"""Shopee: the list of conversations, with everything that is odd about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from marketplaces.content import Page, RemoteConversation
from marketplaces.errors import Temporary
from tests.marketplaces.conftest import Permits
from tests.marketplaces.shopee import (
    BUYER,
    CONVERSATIONS,
    SHOP,
    answer,
    connector,
    fixture,
    query_of,
)

FILES = "https://cf.shopee.co.id/file"


def listed(
    web: responses.RequestsMock, *rows: Any, cursor: str | None = None, **result: Any
) -> Page[RemoteConversation]:
    web.get(CONVERSATIONS, json=answer({"conversations": list(rows), "page_result": result}))
    return connector().list_conversations(cursor)


def following(nano: str) -> dict[str, Any]:
    return {"next_cursor": {"next_message_time_nano": nano, "conversation_id": "0"}}


# Conversations


def test_a_conversation_is_read_without_losing_a_digit(web: responses.RequestsMock, permits: Permits) -> None:
    web.get(CONVERSATIONS, json=fixture("chat_get_conversation_list_response"))
    page = connector().list_conversations()
    assert page.items == (
        RemoteConversation(
            remote_id="702455318866190243",
            buyer_id=str(BUYER),
            buyer_name="melati.rahayu",
            last_message_at=datetime(2021, 2, 8, 13, 54, 45, 343461, tzinfo=UTC),
            last_message_id="2410077390115487744",
            version="2410077390115487744",
            unread_count=8,
        ),
    )
    assert page.next == "1612792485343461649"
    assert [bucket.key for bucket in permits.taken] == [
        f"shopee:2000002:{SHOP}:sellerchat/get_conversation_list"
    ]


def test_the_first_page_is_asked_from_the_newest_end(web: responses.RequestsMock) -> None:
    listed(web)
    asked = query_of(web.calls[0])
    assert (asked["direction"], asked["type"], asked["page_size"]) == ("older", "all", "25")
    assert (asked["shop_id"], asked["access_token"]) == (SHOP, "access-token")
    assert "next_timestamp_nano" not in asked


def test_the_cursor_goes_back_as_it_came(web: responses.RequestsMock) -> None:
    listed(web, cursor="1612792485343461649")
    assert query_of(web.calls[0])["next_timestamp_nano"] == "1612792485343461649"


@pytest.mark.parametrize(
    ("rows", "result"),
    [
        ([{"conversation_id": "1"}], following("5") | {"more": False}),
        ([], following("5") | {"more": True}),
        ([{"conversation_id": "1"}], following("7") | {"more": True}),
        ([{"conversation_id": "1"}], following("0") | {"more": True}),
        ([{"conversation_id": "1"}], {"more": True, "next_cursor": None}),
        ([{"conversation_id": "1"}], {}),
    ],
    ids=["no more", "empty page", "cursor repeats", "cursor is zero", "no cursor", "no result"],
)
def test_the_list_ends(web: responses.RequestsMock, rows: list[Any], result: dict[str, Any]) -> None:
    assert listed(web, *rows, cursor="7", **result).next is None


@pytest.mark.parametrize("business_type", [11, "11"])
def test_affiliate_chats_are_left_out_but_do_not_end_the_list(
    web: responses.RequestsMock, business_type: Any
) -> None:
    page = listed(web, {"conversation_id": "1", "business_type": business_type}, more=True, **following("5"))
    assert (page.items, page.next) == ((), "5")


def test_a_sparse_row_has_empty_fields(web: responses.RequestsMock) -> None:
    row = {"conversation_id": 17, "to_id": BUYER, "to_avatar": None, "latest_message_content": None}
    page = listed(web, row | {"last_message_timestamp": 0}, None, "x", {"to_id": 1})
    assert page.items == (RemoteConversation("17", str(BUYER)),)


def test_without_a_message_id_the_time_is_the_version(web: responses.RequestsMock) -> None:
    (row,) = listed(web, {"conversation_id": "1", "last_message_timestamp": "1612792485343461649"}).items
    assert row.version == "1612792485343461649"


@pytest.mark.parametrize(
    ("avatar", "address"),
    [
        ("https://cf.shopee.co.id/file/a", "https://cf.shopee.co.id/file/a"),
        ("abc123", f"{FILES}/abc123"),
        ("", ""),
    ],
)
def test_an_avatar_is_an_address_or_a_bare_id(web: responses.RequestsMock, avatar: str, address: str) -> None:
    (row,) = listed(web, {"conversation_id": "1", "to_avatar": avatar, "pinned": True}).items
    assert (row.buyer_avatar_url, row.is_pinned) == (address, True)


@pytest.mark.parametrize("response", [None, [], "busy"])
def test_an_answer_without_a_response_is_asked_again_later(
    web: responses.RequestsMock, response: Any
) -> None:
    web.get(CONVERSATIONS, json=answer(response))
    with pytest.raises(Temporary):
        connector().list_conversations()
