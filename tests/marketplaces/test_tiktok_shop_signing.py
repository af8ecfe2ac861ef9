"""TikTok Shop: what is signed, how the clock is set right, and the link to the consent page."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
import time_machine

from marketplaces import clock
from marketplaces.connectors.tiktok_shop import auth
from marketplaces.connectors.tiktok_shop.connector import TikTokShopConnector
from marketplaces.content import File
from marketplaces.errors import Temporary
from tests.marketplaces.tiktok_shop import (
    API,
    CALLBACK,
    CIPHER,
    CONVERSATIONS,
    KEYS,
    MESSAGES,
    ROOM,
    SEND,
    SHOPS,
    UPLOAD_IMAGE,
    answer,
    body,
    connector,
    fixture,
    query_of,
    refusal,
)

VECTORS = fixture("signing_vectors")["body"]
OURS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
THEIRS = datetime(2026, 3, 2, 9, 1, tzinfo=UTC)
DATED = {"Date": format_datetime(THEIRS, usegmt=True)}
TOO_OLD = "Invalid timestamp: earlier than 5 minutes ago."
TOO_NEW = "Invalid timestamp: more than 30 seconds ahead."


@pytest.fixture(autouse=True)
def offsets(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """A process that has learned nothing yet."""
    fresh: dict[str, float] = {}
    monkeypatch.setattr(clock, "offsets", fresh)
    return fresh


def expected_signature(call: responses.Call, sent: bytes) -> str:
    query = query_of(call)
    del query["sign"]
    return auth.signature(KEYS["app_secret"], urlsplit(str(call.request.url)).path, query, sent)


# Signatures


@pytest.mark.parametrize("vector", VECTORS, ids=[each["path"] + each["method"] for each in VECTORS])
def test_a_call_is_signed_as_in_the_vectors(vector: dict[str, Any]) -> None:
    is_multipart = "multipart" in vector.get("content_type", "")
    sent = b"" if is_multipart else vector["raw_body"].encode()
    assert auth.signature(vector["app_secret"], vector["path"], vector["query"], sent) == vector["sign"]


@time_machine.travel(OURS, tick=False)
def test_a_reading_signs_its_query_before_it_is_percent_encoded(web: responses.RequestsMock) -> None:
    web.get(CONVERSATIONS, json=answer({}))
    connector().list_conversations("a+b/c==")
    (call,) = web.calls
    assert "page_token=a%2Bb%2Fc%3D%3D" in str(call.request.url)
    asked = query_of(call)
    assert asked["sign"] == expected_signature(call, b"")
    assert (asked["app_key"], asked["shop_cipher"]) == (KEYS["app_key"], CIPHER)
    assert int(asked["timestamp"]) == int(OURS.timestamp())


def test_a_send_signs_the_very_bytes_that_go_out(web: responses.RequestsMock) -> None:
    web.post(SEND, json=answer({}))
    connector().send_text(ROOM, 'Siap kak "ya" 🙏')
    (call,) = web.calls
    sent = call.request.body
    assert isinstance(sent, bytes)
    assert query_of(call)["sign"] == expected_signature(call, sent)
    assert call.request.headers["content-type"] == "application/json"


def test_a_multipart_body_is_not_signed(web: responses.RequestsMock) -> None:
    web.post(UPLOAD_IMAGE, json=body("cs_upload_image_response"))
    connector().upload_image(File("foto.png", "image/png", b"bytes"))
    (call,) = web.calls
    assert query_of(call)["sign"] == expected_signature(call, b"")
    assert call.request.headers["content-type"].startswith("multipart/form-data; boundary=")


def test_a_path_in_front_of_the_address_is_not_signed(web: responses.RequestsMock) -> None:
    web.get(f"{API}/tiktok-shop/customer_service/202309/conversations", json=answer({}))
    connector(api_url=f"{API}/tiktok-shop/").list_conversations()
    asked = query_of(web.calls[0])
    sign = asked.pop("sign")
    path = "/customer_service/202309/conversations"
    assert sign == auth.signature(KEYS["app_secret"], path, asked, b"")


def test_an_odd_id_stays_one_part_of_the_path(web: responses.RequestsMock) -> None:
    web.get(f"{CONVERSATIONS}/a%2F..%2Fb/messages", json=answer({}))
    assert connector().list_messages("a/../b").items == ()


def test_the_token_goes_in_a_header_and_in_no_address(web: responses.RequestsMock) -> None:
    web.get(MESSAGES, json=answer({}))
    connector().list_messages(ROOM.conversation)
    request = web.calls[0].request
    assert request.headers["x-tts-access-token"] == "access-token"
    assert "access-token" not in str(request.url)


def test_the_list_of_shops_is_asked_without_a_cipher(web: responses.RequestsMock) -> None:
    web.get(SHOPS, json=body("authorized_shops_response"))
    web.get(CONVERSATIONS, json=answer({}))
    connector().facts()
    assert "shop_cipher" not in query_of(web.calls[0])


# The clock


@pytest.mark.parametrize("words", [TOO_OLD, TOO_NEW])
@time_machine.travel(OURS, tick=False)
def test_a_refused_timestamp_is_corrected_once_and_remembered(
    web: responses.RequestsMock, words: str
) -> None:
    web.get(CONVERSATIONS, json=refusal(36009004, words), status=401, headers=DATED)
    web.get(CONVERSATIONS, json=answer({}))
    connector().list_conversations()
    connector().list_conversations()
    asked = [int(query_of(call)["timestamp"]) for call in web.calls]
    ours, theirs = int(OURS.timestamp()), int(THEIRS.timestamp())
    assert asked == [ours, theirs, theirs]


@time_machine.travel(OURS, tick=False)
def test_what_one_process_has_learned_the_others_need_not_be_refused_for(
    web: responses.RequestsMock, offsets: dict[str, float]
) -> None:
    assert clock.learn(API, DATED["Date"])
    offsets.clear()  # another process
    web.get(CONVERSATIONS, json=answer({}))
    connector().list_conversations()
    assert int(query_of(web.calls[0])["timestamp"]) == int(THEIRS.timestamp())


@time_machine.travel(OURS, tick=False)
def test_a_send_is_corrected_too_as_nothing_was_done(web: responses.RequestsMock) -> None:
    web.post(SEND, json=refusal(36009004, TOO_OLD), status=401, headers=DATED)
    web.post(SEND, json=body("cs_send_message_requests"))
    assert connector().send_text(ROOM, "Halo").remote_id == "7191060335193060631"


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}, {"Date": format_datetime(OURS, usegmt=True)}])
@time_machine.travel(OURS, tick=False)
def test_a_refusal_that_tells_no_other_time_is_temporary(
    web: responses.RequestsMock, headers: dict[str, str]
) -> None:
    web.get(CONVERSATIONS, json=refusal(36009004, TOO_OLD), status=401, headers=headers)
    with pytest.raises(Temporary) as caught:
        connector().list_conversations()
    assert caught.value.code == "36009004-clock"
    assert len(web.calls) == 1


# The link to the consent page


def link(**keys: str) -> tuple[str, dict[str, list[str]]]:
    url = TikTokShopConnector.consent_url(KEYS | keys, CALLBACK, "our-state")
    address, _, query = url.partition("?")
    return address, parse_qs(query)


def test_the_link_names_the_service_and_carries_our_state_along() -> None:
    assert link() == (
        "https://services.example.test/open/authorize",
        {"service_id": ["7400000000000000001"], "state": ["our-state"]},
    )


def test_an_app_without_a_service_id_is_named_by_its_key() -> None:
    assert link(service_id="")[1] == {"app_key": ["6k2m9x4q7w1z"], "state": ["our-state"]}


def test_a_query_of_the_configured_address_is_kept() -> None:
    assert link(consent_url="https://s.example.test/authorize?region=ID&state=old")[1] == {
        "region": ["ID"],
        "service_id": ["7400000000000000001"],
        "state": ["our-state"],
    }
    pasted = link(consent_url="https://s.example.test/authorize?service_id=7", service_id="")
    assert pasted[1] == {"service_id": ["7"], "state": ["our-state"]}


def test_the_address_to_come_back_to_is_registered_and_not_told() -> None:
    assert CALLBACK not in TikTokShopConnector.consent_url(KEYS, CALLBACK, "our-state")
