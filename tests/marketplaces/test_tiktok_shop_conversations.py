"""TikTok Shop: the list of conversations, a single one, and what is told of the buyer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from marketplaces.connectors.tiktok_shop.connector import TikTokShopConnector
from marketplaces.content import Page, RemoteConversation
from marketplaces.errors import Rejected, Temporary
from tests.marketplaces.tiktok_shop import (
    BUYER,
    CONVERSATION,
    CONVERSATIONS,
    ROOM,
    answer,
    body,
    connector,
    query_of,
    refusal,
)

AT = datetime.fromtimestamp(1791423918, UTC)


def listed(
    web: responses.RequestsMock, *rows: Any, cursor: str | None = None, token: Any = ""
) -> Page[RemoteConversation]:
    web.get(CONVERSATIONS, json=answer({"conversations": list(rows), "next_page_token": token}))
    return connector().list_conversations(cursor)


def row(**fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = body("cs_conversations_response")["data"]["conversations"][0]
    return found | fields


def only(web: responses.RequestsMock, **fields: Any) -> RemoteConversation:
    (conversation,) = listed(web, row(**fields)).items
    return conversation


def test_a_conversation_is_told_with_its_buyer_by_the_id_that_finds_orders(
    web: responses.RequestsMock,
) -> None:
    web.get(CONVERSATIONS, json=body("cs_conversations_response"))
    avatar = row()["participants"][0]["avatar"]
    assert connector().list_conversations() == Page(
        (
            RemoteConversation(
                remote_id=ROOM.conversation,
                buyer_id=BUYER,
                buyer_name="Rina Kartika",
                buyer_avatar_url=avatar,
                last_message_at=AT,
                last_message_id="7457042842813229857",
                version="7457042842813229857 True",
                platform="tiktok_shop",
                can_reply=True,
            ),
        ),
        "7224637080",
    )
    asked = query_of(web.calls[0])
    assert (asked["page_size"], asked["locale"]) == ("20", "id-ID")
    assert "page_token" not in asked


def test_a_buyer_from_tokopedia_is_told_apart_and_found_among_others(web: responses.RequestsMock) -> None:
    web.get(CONVERSATIONS, json=body("cs_conversations_tokopedia_buyer"))
    page = connector().list_conversations("7825119760")
    (conversation,) = page.items
    assert (conversation.platform, conversation.buyer_name) == ("tokopedia", "Agus Wijaya")
    assert (conversation.unread_count, conversation.buyer_avatar_url) == (2, "")
    assert page.next is None
    assert query_of(web.calls[0])["page_token"] == "7825119760"


def test_every_platform_has_a_name() -> None:
    assert TikTokShopConnector.platforms == {"tokopedia": "Tokopedia", "tiktok_shop": "TikTok Shop"}


@pytest.mark.parametrize("told", [None, "", "ELSEWHERE", 7])
def test_a_platform_that_is_not_told_is_not_guessed(web: responses.RequestsMock, told: Any) -> None:
    buyer = row()["participants"][0] | {"buyer_platform": told}
    assert only(web, participants=[buyer]).platform == ""


@pytest.mark.parametrize("participants", [[], None, [{"role": "SHOP", "user_id": "1"}], ["odd"]])
def test_a_buyer_who_is_not_listed_is_not_known(web: responses.RequestsMock, participants: Any) -> None:
    conversation = only(web, participants=participants)
    assert (conversation.buyer_id, conversation.buyer_name, conversation.platform) == ("", "", "")


def test_the_id_of_the_chat_system_is_never_taken_for_the_buyers(web: responses.RequestsMock) -> None:
    buyer = row()["participants"][0] | {"user_id": None}
    assert only(web, participants=[buyer]).buyer_id == ""


# What changes


def test_a_room_that_is_closed_for_replies_says_why(web: responses.RequestsMock) -> None:
    conversation = only(web, can_send_message=False)
    assert (conversation.can_reply, conversation.lock_code) == (False, "45109001")
    assert "45109001" in TikTokShopConnector.explanations
    assert "45109001" in TikTokShopConnector.lock_codes


@pytest.mark.parametrize("told", [None, "true", 1])
def test_a_room_of_which_it_is_not_told_is_neither_open_nor_closed(
    web: responses.RequestsMock, told: Any
) -> None:
    conversation = only(web, can_send_message=told)
    assert (conversation.can_reply, conversation.lock_code) == (None, "")


def test_the_version_changes_with_the_newest_message_and_with_the_lock(web: responses.RequestsMock) -> None:
    newer = row()["latest_message"] | {"id": "7457042842813229999"}
    rows = [
        row(id="1"),
        row(id="2", latest_message=newer),
        row(id="3", can_send_message=False),
        row(id="4", can_send_message=False, latest_message=newer),
        row(id="5", latest_message=None),
    ]
    versions = {each.version for each in listed(web, *rows).items}
    assert len(versions) == len(rows)


def test_what_was_read_does_not_change_the_version(web: responses.RequestsMock) -> None:
    one, other = listed(web, row(id="1"), row(id="2", unread_count=3, cur_session=None)).items
    assert one.version == other.version


def test_a_room_of_which_nothing_is_told_has_no_version(web: responses.RequestsMock) -> None:
    conversation = only(web, latest_message={}, can_send_message=None)
    assert (conversation.version, conversation.last_message_at) == ("", None)


# The list


def test_newest_come_first_whatever_the_order_told(web: responses.RequestsMock) -> None:
    rows = [row(id=str(at), latest_message={"id": "9", "create_time": at}) for at in (100, 300, 200)]
    page = listed(web, row(id="7", latest_message={}), *rows)
    assert [each.remote_id for each in page.items] == ["300", "200", "100", "7"]


@pytest.mark.parametrize("token", ["", None, "20", {}])
def test_the_list_ends(web: responses.RequestsMock, token: Any) -> None:
    assert listed(web, row(), cursor="20", token=token).next is None


def test_an_empty_page_ends_the_list(web: responses.RequestsMock) -> None:
    assert listed(web, token="40") == Page((), None)


@pytest.mark.parametrize(
    "data", [None, {}, {"conversations": None}, {"conversations": [None, {}, {"id": ""}]}]
)
def test_a_list_with_nothing_in_it(web: responses.RequestsMock, data: Any) -> None:
    web.get(CONVERSATIONS, json=answer(data))
    assert connector().list_conversations() == Page((), None)


@pytest.mark.parametrize("data", [[], "text", 7])
def test_an_unreadable_answer_is_asked_again_later(web: responses.RequestsMock, data: Any) -> None:
    web.get(CONVERSATIONS, json=answer(data))
    with pytest.raises(Temporary):
        connector().list_conversations()


# A single one


def single(web: responses.RequestsMock, **fields: Any) -> RemoteConversation:
    participants = [{"role": "BUYER", "user_id": BUYER, "nickname": "Rina", "platform": "TOKOPEDIA"}]
    told = {"id": ROOM.conversation, "participants": participants, "unread_count": 1} | fields
    web.get(CONVERSATION, json=answer({"conversation": told}))
    return connector().get_conversation(ROOM.conversation)


def test_a_single_conversation_calls_the_platform_by_another_name(web: responses.RequestsMock) -> None:
    assert single(web) == RemoteConversation(
        remote_id=ROOM.conversation,
        buyer_id=BUYER,
        buyer_name="Rina",
        unread_count=1,
        platform="tokopedia",
    )


def test_a_single_conversation_may_tell_that_it_is_closed(web: responses.RequestsMock) -> None:
    assert single(web, can_send_message=False).can_reply is False


@pytest.mark.parametrize("data", [None, {}, {"conversation": {}}, {"conversation": []}])
def test_an_answer_without_the_conversation_is_asked_again_later(
    web: responses.RequestsMock, data: Any
) -> None:
    web.get(CONVERSATION, json=answer(data))
    with pytest.raises(Temporary):
        connector().get_conversation(ROOM.conversation)


def test_a_conversation_that_is_not_known_is_rejected(web: responses.RequestsMock) -> None:
    web.get(CONVERSATION, json=refusal(45101003, "record not found"))
    with pytest.raises(Rejected) as caught:
        connector().get_conversation(ROOM.conversation)
    assert caught.value.code == "45101003"
