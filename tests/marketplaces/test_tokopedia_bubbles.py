"""Tokopedia: bubbles, of which only text and direction are told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from marketplaces.content import Kind, Page
from tests.marketplaces.tokopedia import REPLIES, connector, envelope, fixture, query_of


def bubble(number: int, time: int = 1000, **fields: Any) -> dict[str, Any]:
    return {
        "reply_id": number,
        "reply_time": time,
        "msg": "halo",
        "is_opposite": True,
        "role": "User",
    } | fields


def test_it_reads_a_bubble(web: responses.RequestsMock) -> None:
    answer = fixture("chat_list_replies_response")
    web.get(REPLIES, json=answer["body"])

    page = connector().list_messages("880001")

    assert page.next is None
    (found,) = page.items
    assert found.remote_id == "9000001"
    assert found.sequence == 9000001
    assert found.is_from_buyer
    assert found.sent_at == datetime(2025, 1, 10, 3, 33, 21, 630000, tzinfo=UTC)
    assert found.sender_name == "Dewi Lestari"
    assert (found.kind, found.text) == (Kind.TEXT, "https://staging.tokopedia.com/kriya-bambu/lampu-anyam")
    assert found.payload == {"attachment": "60001"}
    assert found.raw == answer["body"]["data"][0]
    assert query_of(web.calls[0]) == {name: str(value) for name, value in answer["request"]["query"].items()}


def test_bubbles_come_newest_first_whatever_the_answers_order(web: responses.RequestsMock) -> None:
    web.get(REPLIES, json=envelope([bubble(1, 1000), bubble(5, 3000), bubble(7, 2000), bubble(6, 3000)]))
    page = connector().list_messages("880001")
    assert [each.remote_id for each in page.items] == ["6", "5", "7", "1"]


@pytest.mark.parametrize("role", ["Shop Owner", "Shop Admin", "User"])
def test_the_side_is_told_by_is_opposite_and_not_by_the_role(web: responses.RequestsMock, role: str) -> None:
    web.get(REPLIES, json=envelope([bubble(1, role=role, is_opposite=False)]))
    (found,) = connector().list_messages("880001").items
    assert not found.is_from_buyer
    assert not found.is_automatic


def test_a_bubble_of_tokopedias_staff_is_no_answer_of_the_shop(web: responses.RequestsMock) -> None:
    web.get(REPLIES, json=envelope([bubble(1, role="Tokopedia Admin", is_opposite=False)]))
    assert connector().list_messages("880001").items[0].is_automatic


def test_an_attachment_without_text_is_kept_as_unknown(web: responses.RequestsMock) -> None:
    row = bubble(1, msg="", attachment_id=60001)
    web.get(REPLIES, json=envelope([row]))
    (found,) = connector().list_messages("880001").items
    assert (found.kind, found.payload, found.raw) == (
        Kind.UNKNOWN,
        {"label": "attachment", "attachment": "60001"},
        row,
    )


def test_a_bubble_with_nothing_in_it_is_kept_as_unknown(web: responses.RequestsMock) -> None:
    web.get(REPLIES, json=envelope([bubble(1, msg="", attachment_id=0)]))
    (found,) = connector().list_messages("880001").items
    assert (found.kind, found.payload) == (Kind.UNKNOWN, {"label": "empty"})


def test_bubbles_are_read_page_by_page(web: responses.RequestsMock) -> None:
    web.get(REPLIES, json=envelope([bubble(number) for number in range(15)]))
    web.get(REPLIES, json=envelope([]))
    tokopedia = connector()
    assert tokopedia.list_messages("880001").next == "2"
    assert tokopedia.list_messages("880001", "2") == Page(())
