"""Tokopedia: replies, which have no id."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from marketplaces.errors import Uncertain
from tests.marketplaces.tokopedia import REPLY, ROOM, body_of, connector, envelope, fixture, send


def test_it_sends_a_text(web: responses.RequestsMock) -> None:
    answer = fixture("chat_send_reply_text")
    web.post(REPLY, json=answer["body"])

    receipt = connector().send_text(ROOM, "Siap kak, dikirim hari ini")

    assert receipt.remote_id is None
    assert receipt.sent_at == datetime(2025, 1, 10, 3, 33, 23, 456000, tzinfo=UTC)
    assert body_of(web.calls[0]) == answer["request"]["json"]


def test_a_text_has_none_of_the_fields_of_a_picture(web: responses.RequestsMock) -> None:
    web.post(REPLY, json=fixture("chat_send_reply_text")["body"])
    connector().send_text(ROOM, "Siap kak")
    picture = fixture("chat_send_reply_image_request")["request"]["json"]
    assert set(picture) - set(body_of(web.calls[0])) == {"attachment_type", "file_path"}


@pytest.mark.parametrize("data", [None, {"reply_time": "soon"}])
def test_a_send_without_a_usable_answer_is_uncertain(web: responses.RequestsMock, data: Any) -> None:
    web.post(REPLY, json=envelope(data))
    with pytest.raises(Uncertain):
        send(connector())


def test_a_send_whose_answer_has_no_time_is_still_a_receipt(web: responses.RequestsMock) -> None:
    web.post(REPLY, json=envelope({"msg_id": 880001}))
    assert connector().send_text(ROOM, "Siap kak").sent_at is None
