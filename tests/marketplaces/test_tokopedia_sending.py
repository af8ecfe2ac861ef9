"""Tokopedia: replies, which have no id."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses

from marketplaces.connectors.tokopedia.connector import TokopediaConnector
from marketplaces.content import File, Uploaded
from marketplaces.errors import MarketplaceError, Rejected, Uncertain
from tests.marketplaces.tokens import FixedTokens
from tests.marketplaces.tokopedia import REPLY, ROOM, body_of, connector, envelope, fixture, refusal, send

PICTURE = File("foto.jpg", "image/jpeg", b"bytes", "https://chat.example.test/media/public/abc/")
SENT = Uploaded({"upload": {"file_path": PICTURE.public_url}})


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


def test_a_picture_is_not_handed_over_but_fetched_from_us(web: responses.RequestsMock) -> None:
    assert TokopediaConnector.fetches_pictures
    uploaded = connector().upload_image(PICTURE)
    assert not web.calls
    web.post(REPLY, json=fixture("chat_send_reply_text")["body"])

    receipt = connector().send_image(ROOM, uploaded)

    assert receipt.remote_id is None
    assert body_of(web.calls[0]) == {
        "shop_id": 7001,
        "message": "",
        "attachment_type": 2,
        "file_path": "https://chat.example.test/media/public/abc/",
    }


def test_a_picture_that_nobody_can_fetch_is_not_sent(web: responses.RequestsMock) -> None:
    with pytest.raises(Rejected) as refused:
        connector().upload_image(replace(PICTURE, public_url=""))
    assert "administrator" in TokopediaConnector.explanations[refused.value.code]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 400, "json": refusal("file not supported")},
        {"status": 200, "json": refusal("file not supported")},
        {"status": 400, "json": refusal("file not supported", "CHT_DLV_017")},
    ],
)
def test_a_refused_picture_leads_to_its_link(web: responses.RequestsMock, answer: dict[str, Any]) -> None:
    web.post(REPLY, **answer)
    with pytest.raises(Rejected, match="file not supported") as refused:
        connector().send_image(ROOM, SENT)
    assert "link" in TokopediaConnector.explanations[refused.value.code]


@pytest.mark.parametrize(
    ("status", "code"), [(400, "SHP_GRPC_003"), (404, "404"), (403, "RBAC_MDLW_001"), (401, "401")]
)
def test_what_has_nothing_to_do_with_the_picture_keeps_its_reason(
    web: responses.RequestsMock, status: int, code: str
) -> None:
    web.post(REPLY, status=status, json=refusal("no", code if "_" in code else 0))
    with pytest.raises(MarketplaceError) as refused:
        connector(FixedTokens("old", "new")).send_image(ROOM, SENT)
    assert refused.value.code == code


def test_a_picture_whose_answer_got_lost_is_uncertain(web: responses.RequestsMock) -> None:
    web.post(REPLY, body=requests.ReadTimeout())
    with pytest.raises(Uncertain):
        connector().send_image(ROOM, SENT)


@pytest.mark.parametrize("data", [None, {"reply_time": "soon"}])
def test_a_send_without_a_usable_answer_is_uncertain(web: responses.RequestsMock, data: Any) -> None:
    web.post(REPLY, json=envelope(data))
    with pytest.raises(Uncertain):
        send(connector())


def test_a_send_whose_answer_has_no_time_is_still_a_receipt(web: responses.RequestsMock) -> None:
    web.post(REPLY, json=envelope({"msg_id": 880001}))
    assert connector().send_text(ROOM, "Siap kak").sent_at is None
