"""Tokopedia: rooms, page by page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from marketplaces.content import Page, RemoteConversation, Room
from tests.marketplaces.tokopedia import MESSAGES, connector, envelope, fixture, headers_of, query_of


def room_row(number: int, time: int, **attributes: Any) -> dict[str, Any]:
    contact = {"id": number + 500, "role": "user", "attributes": {"name": f"Buyer {number}"}}
    return {"msg_id": number, "attributes": {"contact": contact, "last_reply_time": time} | attributes}


def test_it_reads_a_conversation(web: responses.RequestsMock) -> None:
    web.get(MESSAGES, json=fixture("chat_list_messages_response")["body"])

    page = connector().list_conversations()

    assert page.next is None
    (found,) = page.items
    assert found.room == Room("880001", "510001")
    assert found.buyer_name == "Dewi Lestari"
    assert found.buyer_avatar_url.endswith("/u/510001/user_thumbnail/")
    assert found.last_message_at == datetime(2025, 1, 10, 3, 33, 20, 517000, tzinfo=UTC)
    assert (found.unread_count, found.is_pinned) == (0, False)
    asked = fixture("chat_list_messages_response")["request"]["query"]
    assert query_of(web.calls[0]) == {name: str(value) for name, value in asked.items()}
    assert headers_of(web.calls[0])["Authorization"] == "Bearer access-token"


def conversations_of(web: responses.RequestsMock, *rows: dict[str, Any]) -> Page[RemoteConversation]:
    web.get(MESSAGES, json=envelope(list(rows)))
    return connector().list_conversations()


def test_conversations_come_newest_first_whatever_the_answers_order(web: responses.RequestsMock) -> None:
    page = conversations_of(web, room_row(1, 1000), room_row(2, 3000), room_row(3, 2000))
    assert [each.remote_id for each in page.items] == ["2", "3", "1"]


def test_the_buyers_name_is_read_in_any_case(web: responses.RequestsMock) -> None:
    row = room_row(1, 1000)
    row["attributes"]["contact"]["attributes"] = {"NAME": "Dewi", "Thumbnail": "https://example.test/a.jpg"}
    (found,) = conversations_of(web, row).items
    assert (found.buyer_name, found.buyer_avatar_url) == ("Dewi", "https://example.test/a.jpg")


def test_pins_and_unread_counts_are_told(web: responses.RequestsMock) -> None:
    (found,) = conversations_of(web, room_row(1, 1000, pin_status=1, unreads=4)).items
    assert (found.unread_count, found.is_pinned) == (4, True)


def test_the_version_changes_with_every_bubble_and_not_with_reading(web: responses.RequestsMock) -> None:
    page = conversations_of(
        web,
        room_row(1, 1000, last_reply_msg="halo", unreads=1),
        room_row(2, 1000, last_reply_msg="halo", unreads=0),
        room_row(3, 1000, last_reply_msg="kak"),
        room_row(4, 1001, last_reply_msg="halo"),
    )
    version = {each.remote_id: each.version for each in page.items}
    assert version["1"] == version["2"]
    assert len(set(version.values())) == 3


def test_a_conversation_without_a_time_is_still_listed(web: responses.RequestsMock) -> None:
    row = room_row(1, 0)
    assert conversations_of(web, row).items[0].last_message_at is None


def test_ids_beyond_double_precision_stay_exact(web: responses.RequestsMock) -> None:
    (found,) = conversations_of(web, room_row(9007199254740993, 1000)).items
    assert found.room == Room("9007199254740993", "9007199254741493")


def test_a_full_page_leads_to_the_next_and_a_short_one_ends(web: responses.RequestsMock) -> None:
    web.get(MESSAGES, json=envelope([room_row(number, 1000) for number in range(15)]))
    web.get(MESSAGES, json=envelope([room_row(15, 1000)]))
    tokopedia = connector()
    first = tokopedia.list_conversations()
    second = tokopedia.list_conversations(first.next)
    assert (first.next, second.next) == ("2", None)
    assert query_of(web.calls[1])["page"] == "2"


@pytest.mark.parametrize("nothing", [[], None])
def test_an_empty_page_is_the_end(web: responses.RequestsMock, nothing: Any) -> None:
    web.get(MESSAGES, json=envelope(nothing))
    assert connector().list_conversations("2") == Page(())
