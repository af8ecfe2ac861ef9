"""The Tokopedia connector against payloads of the documented shape; only the socket is stubbed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses
from urllib3.exceptions import NewConnectionError

from marketplaces.connectors.tokopedia.connector import NOT_ATTACHED, TokopediaConnector
from marketplaces.connectors.tokopedia.wire import read_answer
from marketplaces.content import Kind, Page, RemoteConversation, Room
from marketplaces.errors import (
    MarketplaceError,
    NotAuthorized,
    RateLimited,
    Rejected,
    Temporary,
    Uncertain,
    Unreachable,
)
from marketplaces.http import Http
from tests.marketplaces.conftest import Permits
from tests.marketplaces.tokens import FixedTokens

API, AUTH = "https://fs.example.test", "https://accounts.example.test"
KEYS = {
    "api_url": API,
    "auth_url": AUTH,
    "fs_id": "20001",
    "client_id": "client-id",
    "client_secret": "client-secret-value",
    "webhook_secret": "webhook-secret-value",
}
MESSAGES = f"{API}/v1/chat/fs/20001/messages"
REPLIES = f"{MESSAGES}/880001/replies"
REPLY = f"{MESSAGES}/880001/reply"
SHOP_INFO = f"{API}/v1/shop/fs/20001/shop-info"
TOKEN = f"{AUTH}/token"
ROOM = Room(conversation="880001", buyer="510001")
FIXTURES = Path(__file__).parent / "fixtures" / "tokopedia"


def fixture(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return loaded


def connector(tokens: FixedTokens | None = None, shop: str = "7001") -> TokopediaConnector:
    return TokopediaConnector(keys=KEYS, shop=shop, tokens=tokens or FixedTokens(), http=Http())


def envelope(data: Any, **header: Any) -> dict[str, Any]:
    return {"header": {"messages": "success", "reason": "", "error_code": 0} | header, "data": data}


def refusal(reason: str, error_code: str | int = 0) -> dict[str, Any]:
    return envelope(None, messages="failed", reason=reason, error_code=error_code)


def query_of(call: responses.Call) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(str(call.request.url)).query))


def headers_of(call: responses.Call) -> dict[str, Any]:
    return dict(call.request.headers)


def body_of(call: responses.Call) -> Any:
    return json.loads(call.request.body or b"null")


Act = Callable[[TokopediaConnector], Any]


def read_conversations(tokopedia: TokopediaConnector) -> Any:
    return tokopedia.list_conversations()


def read_messages(tokopedia: TokopediaConnector) -> Any:
    return tokopedia.list_messages("880001")


def read_facts(tokopedia: TokopediaConnector) -> Any:
    return tokopedia.facts()


def send(tokopedia: TokopediaConnector) -> Any:
    return tokopedia.send_text(ROOM, "Siap kak")


READS = [
    pytest.param(read_conversations, "GET", MESSAGES, id="conversations"),
    pytest.param(read_messages, "GET", REPLIES, id="messages"),
    pytest.param(read_facts, "GET", SHOP_INFO, id="facts"),
]
SEND = pytest.param(send, "POST", REPLY, id="send")
every_read = pytest.mark.parametrize(("act", "method", "url"), READS)
every_call = pytest.mark.parametrize(("act", "method", "url"), [*READS, SEND])


# The token


def test_it_asks_for_a_token_with_the_apps_own_keys(web: responses.RequestsMock) -> None:
    web.post(TOKEN, json=fixture("token_response")["body"])
    before = datetime.now(UTC)

    tokens = TokopediaConnector.refresh(KEYS, "7001", None, Http())

    assert tokens.access == "fixture-access-token"
    assert abs((tokens.expires_at - before).total_seconds() - 2592000) < 60
    call = web.calls[0]
    assert query_of(call) == fixture("token_response")["request"]["query"]
    assert headers_of(call)["Authorization"] == "Basic Y2xpZW50LWlkOmNsaWVudC1zZWNyZXQtdmFsdWU="
    assert headers_of(call)["Content-Length"] == "0"
    assert headers_of(call)["User-Agent"].startswith("ForstokChat")


@pytest.mark.parametrize("status", [400, 401, 403])
def test_refused_app_keys_need_an_administrator(web: responses.RequestsMock, status: int) -> None:
    web.post(TOKEN, status=status, body="<html>no</html>")
    with pytest.raises(NotAuthorized) as refused:
        TokopediaConnector.refresh(KEYS, "7001", None, Http())
    assert "client id" in TokopediaConnector.explanations[refused.value.code]


def test_the_token_hosts_own_error_is_kept(web: responses.RequestsMock) -> None:
    web.post(TOKEN, json={"error": "invalid_request", "error_description": "grant_type is missing"})
    with pytest.raises(NotAuthorized) as refused:
        TokopediaConnector.refresh(KEYS, "7001", None, Http())
    assert (refused.value.code, refused.value.detail) == ("invalid_request", "grant_type is missing")


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 503, "body": "down"},
        {"status": 200, "body": "<html>hello</html>"},
        {"status": 200, "json": ["not", "a", "token"]},
        {"status": 200, "json": {"access_token": "x", "expires_in": "soon"}},
        {"body": requests.ReadTimeout()},
    ],
)
def test_a_token_that_did_not_arrive_is_only_temporary(
    web: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    web.post(TOKEN, **answer)
    with pytest.raises(Temporary):
        TokopediaConnector.refresh(KEYS, "7001", None, Http())


def test_a_429_of_the_token_host_pauses_only_the_token_calls(
    web: responses.RequestsMock, permits: Permits
) -> None:
    web.post(TOKEN, status=429)
    with pytest.raises(RateLimited):
        TokopediaConnector.refresh(KEYS, "7001", None, Http())
    assert [(bucket.key, wait) for bucket, wait in permits.paused] == [("tokopedia:20001:token", 2.0)]


# The shop


def test_it_finds_its_own_shop_among_those_of_the_app(web: responses.RequestsMock) -> None:
    web.get(SHOP_INFO, json=fixture("shop_info_response")["body"])
    facts = connector(shop="7002").facts()
    assert (facts.remote_id, facts.name, facts.authorized_until) == ("7002", "Dapur Contoh", None)


def test_it_also_reads_shops_in_the_other_envelope(web: responses.RequestsMock) -> None:
    web.get(SHOP_INFO, json=envelope(fixture("shop_info_response")["body"]["data"]))
    assert connector().facts().name == "Kriya Bambu"


def test_it_pages_until_it_finds_its_shop(web: responses.RequestsMock) -> None:
    web.get(SHOP_INFO, json=envelope([{"shop_id": number} for number in range(15)]))
    web.get(SHOP_INFO, json=envelope([{"shop_id": 7001, "shop_name": "Kriya Bambu"}]))
    assert connector().facts().name == "Kriya Bambu"
    assert [query_of(call) for call in web.calls] == [
        {"shop_id": "7001", "page": "1", "per_page": "15"},
        {"shop_id": "7001", "page": "2", "per_page": "15"},
    ]


@pytest.mark.parametrize("shops", [[], None, [{"shop_id": 7002}]])
def test_a_shop_that_is_not_attached_is_not_authorized(web: responses.RequestsMock, shops: Any) -> None:
    web.get(SHOP_INFO, json=envelope(shops))
    with pytest.raises(NotAuthorized) as missing:
        connector().facts()
    assert missing.value.code == NOT_ATTACHED
    assert "Add the shop" in TokopediaConnector.explanations[NOT_ATTACHED]


def test_a_list_that_ignores_the_page_number_is_read_only_twice(web: responses.RequestsMock) -> None:
    web.get(SHOP_INFO, json=envelope([{"shop_id": number} for number in range(20)]))
    with pytest.raises(NotAuthorized):
        connector().facts()
    assert len(web.calls) == 2


# Conversations


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


# Bubbles


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
    assert (found.kind, found.payload, found.raw) == (Kind.UNKNOWN, {"label": "attachment"}, row)


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


# Sending


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


# Envelopes


@pytest.mark.parametrize(
    "name",
    [
        "chat_initiate_response",
        "ip_whitelist_response",
        "order_list_response",
        "product_info_response",
        "webhook_list_registered",
        "webhook_register",
    ],
)
def test_both_envelopes_of_a_success_are_understood(name: str) -> None:
    body = fixture(name)["body"]
    answer = read_answer(json.dumps(body).encode())
    assert answer is not None
    assert not answer.failed
    assert answer.data == body["data"]


# Errors


def test_a_bad_parameter_of_a_chat_call_is_rejected_with_its_reason(web: responses.RequestsMock) -> None:
    web.get(MESSAGES, status=400, json=fixture("error_chat_invalid_shop_id")["body"])
    with pytest.raises(Rejected) as error:
        connector().list_conversations()
    assert (error.value.code, error.value.detail) == ("400", "invalid shop_id format")


def test_a_failure_told_with_status_200_is_still_a_failure(web: responses.RequestsMock) -> None:
    web.post(REPLY, status=200, json=fixture("error_chat_invalid_shop_id")["body"])
    with pytest.raises(Rejected, match="invalid shop_id format"):
        send(connector())


def test_the_envelope_without_a_header_tells_its_error_too(web: responses.RequestsMock) -> None:
    web.get(SHOP_INFO, status=400, json=fixture("error_shop_info_invalid_fs_id")["body"])
    with pytest.raises(Rejected, match="Invalid FS ID Format"):
        connector().facts()


@every_call
def test_what_was_not_found_is_rejected(web: responses.RequestsMock, act: Act, method: str, url: str) -> None:
    web.add(method, url, status=500, json=fixture("error_order_not_found")["body"])
    with pytest.raises(Rejected) as error:
        act(connector())
    assert (error.value.code, error.value.detail) == ("ORD_API_008", "Data Not Found")


@every_call
@pytest.mark.parametrize(
    "code", ["SHP_GRPC_003", "PRD_GRPC_003", "SHP_DLV_001", "ORD_DLV_013", "NEW_CODE_777"]
)
def test_other_codes_are_rejected_with_their_text(
    web: responses.RequestsMock, act: Act, method: str, url: str, code: str
) -> None:
    web.add(method, url, status=400, json=refusal("something else", code))
    with pytest.raises(Rejected) as error:
        act(connector())
    assert (error.value.code, error.value.detail) == (code, "something else")


def test_an_unknown_answer_is_rejected_with_its_raw_text(web: responses.RequestsMock) -> None:
    web.post(REPLY, status=418, json={"surprise": "teapot"})
    with pytest.raises(Rejected, match="teapot"):
        send(connector())


@every_call
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "RBAC_MDLW_001"),
        (403, "RBAC_MDLW_002"),
        (403, "RBAC_USC_008"),
        (403, "RBAC_USC_012"),
        (403, "SHP_USC_001"),
        (500, "ORD_USC_015"),
        (403, "ORD_USC_024"),
        (403, "PRD_USC_001"),
    ],
)
def test_a_shop_without_permission_is_not_authorized_and_explained(
    web: responses.RequestsMock, act: Act, method: str, url: str, status: int, code: str
) -> None:
    web.add(method, url, status=status, json=refusal("no permission", code))
    with pytest.raises(NotAuthorized) as error:
        act(connector())
    assert error.value.code == code
    assert TokopediaConnector.explanations[code]


def test_a_code_in_the_reason_counts_when_error_code_says_0(web: responses.RequestsMock) -> None:
    web.post(REPLY, status=500, json=refusal("[RBAC_MDLW_001] app is not attached to shop"))
    with pytest.raises(NotAuthorized) as error:
        send(connector())
    assert error.value.code == "RBAC_MDLW_001"


@pytest.mark.parametrize("body", ["<html>forbidden</html>", '{"header": {"reason": "ip not allowed"}}'])
def test_an_unlisted_address_is_not_authorized_and_explained(web: responses.RequestsMock, body: str) -> None:
    web.get(MESSAGES, status=403, body=body)
    with pytest.raises(NotAuthorized) as error:
        connector().list_conversations()
    assert "allowed addresses" in TokopediaConnector.explanations[error.value.code]


FAILED_UPSTREAM = [
    pytest.param({"status": 400, "json": refusal("upstream", code)}, id=code)
    for code in ("SHP_GRPC_001", "SHP_GRPC_002", "ORD_API_001", "PRD_API_003", "PRD_API_004", "SHP_API_005")
] + [
    pytest.param({"status": 200, "json": refusal("upstream", "SHP_GRPC_001")}, id="told with 200"),
    pytest.param({"status": 500, "json": refusal("upstream")}, id="500"),
    pytest.param({"status": 502, "body": "<html>bad gateway</html>"}, id="gateway"),
    pytest.param({"status": 200, "body": "<html>maintenance</html>"}, id="no JSON"),
    pytest.param({"status": 200, "json": ["no", "object"]}, id="no object"),
    pytest.param({"status": 200, "body": b"\xff\xfe\x00"}, id="no text"),
]


@every_read
@pytest.mark.parametrize("answer", FAILED_UPSTREAM)
def test_a_reading_that_failed_upstream_is_temporary(
    web: responses.RequestsMock, act: Act, method: str, url: str, answer: dict[str, Any]
) -> None:
    web.add(method, url, **answer)
    with pytest.raises(Temporary):
        act(connector())


@pytest.mark.parametrize("answer", FAILED_UPSTREAM)
def test_a_send_that_failed_upstream_is_uncertain(
    web: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    web.post(REPLY, **answer)
    with pytest.raises(Uncertain):
        send(connector())


@every_read
@pytest.mark.parametrize("data", [[{}], [None], "text", 7, {"a": 1}, [{"msg_id": 1, "attributes": {}}]])
def test_a_reading_of_another_shape_is_temporary(
    web: responses.RequestsMock, act: Act, method: str, url: str, data: Any
) -> None:
    web.add(method, url, json=envelope(data))
    with pytest.raises(Temporary):
        act(connector())


@every_call
def test_a_lost_answer_is_uncertain(web: responses.RequestsMock, act: Act, method: str, url: str) -> None:
    web.add(method, url, body=requests.ReadTimeout())
    with pytest.raises(Uncertain):
        act(connector())


@every_call
def test_a_call_that_never_left_is_unreachable(
    web: responses.RequestsMock, act: Act, method: str, url: str
) -> None:
    refused = NewConnectionError(None, "refused")  # type: ignore[arg-type]
    web.add(method, url, body=requests.ConnectionError(refused))
    with pytest.raises(Unreachable):
        act(connector())


# A token that ended


def test_a_refused_token_is_renewed_once_and_the_call_repeated(web: responses.RequestsMock) -> None:
    web.post(REPLY, status=401)
    web.post(REPLY, json=fixture("chat_send_reply_text")["body"])
    tokens = FixedTokens("old", "new")

    connector(tokens).send_text(ROOM, "Siap kak")

    assert tokens.refused == ["old"]
    assert [headers_of(call)["Authorization"] for call in web.calls] == ["Bearer old", "Bearer new"]


@every_call
def test_a_second_refusal_is_not_authorized(
    web: responses.RequestsMock, act: Act, method: str, url: str
) -> None:
    web.add(method, url, status=401)
    tokens = FixedTokens("old", "new", "newer")
    with pytest.raises(NotAuthorized) as error:
        act(connector(tokens))
    assert (error.value.code, tokens.refused, len(web.calls)) == ("401", ["old"], 2)


# Rate limits


@every_call
def test_a_429_pauses_the_endpoint_for_all_shops(
    web: responses.RequestsMock, permits: Permits, act: Act, method: str, url: str
) -> None:
    web.add(method, url, status=429, body="slow down", headers={"X-Ratelimit-Reset-After": "3.5"})
    with pytest.raises(RateLimited) as error:
        act(connector())
    assert (error.value.retry_after, error.value.was_ours) == (3.5, False)
    assert [(bucket, wait) for bucket, wait in permits.paused] == [(permits.taken[0], 3.5)]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-Ratelimit-Reset-After": "-0.000000", "X-Ratelimit-Full-Reset-After": "0.200000"}, 0.2),
        ({"X-Ratelimit-Reset-After": "soon"}, 2.0),
        ({"X-Ratelimit-Reset-After": "nan", "X-Ratelimit-Full-Reset-After": "inf"}, 2.0),
        ({"X-Ratelimit-Reset-After": "1e9"}, 3600.0),
        ({}, 2.0),
    ],
)
def test_the_pause_is_what_the_headers_say(
    web: responses.RequestsMock, permits: Permits, headers: dict[str, str], wait: float
) -> None:
    web.get(MESSAGES, status=429, headers=headers)
    with pytest.raises(RateLimited):
        connector().list_conversations()
    assert permits.paused[0][1] == wait


def test_it_learns_the_limit_from_every_answer(web: responses.RequestsMock, permits: Permits) -> None:
    web.get(MESSAGES, json=envelope([]), headers=fixture("rate_limit_headers")["headers"])
    connector().list_conversations()
    assert permits.learned == [(permits.taken[0], 5.0, 5)]
    assert permits.paused == []


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("10 req/m", (10 / 60, 1)),
        ("2.5 req/s (burst 3)", (2.5, 3)),
        ("7200 requests / hour (burst 10)", (2.0, 10)),
        ("0 req/s (burst 5)", None),
        ("unlimited", None),
        ("", None),
    ],
)
def test_the_limit_is_read_with_care(
    web: responses.RequestsMock, permits: Permits, text: str, limit: tuple[float, int] | None
) -> None:
    web.get(MESSAGES, json=envelope([]), headers={"X-Ratelimit-Limit": text})
    connector().list_conversations()
    assert [learned[1:] for learned in permits.learned] == ([limit] if limit else [])


def test_each_endpoint_has_one_bucket_for_all_shops(web: responses.RequestsMock, permits: Permits) -> None:
    web.get(MESSAGES, json=envelope([]))
    web.get(REPLIES, json=envelope([]))
    web.post(REPLY, json=fixture("chat_send_reply_text")["body"])
    web.get(SHOP_INFO, json=fixture("shop_info_response")["body"])
    for shop in ("7001", "7002"):
        tokopedia = connector(shop=shop)
        for act in (read_conversations, read_messages, send, read_facts):
            act(tokopedia)
    assert {(bucket.key, bucket.rate, bucket.burst) for bucket in permits.taken} == {
        ("tokopedia:20001:messages", 1, 1),
        ("tokopedia:20001:replies", 1, 1),
        ("tokopedia:20001:reply", 1, 1),
        ("tokopedia:20001:shop-info", 1, 1),
    }


# Secrets


def test_no_secret_is_logged_or_told_by_an_error(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    web.post(TOKEN, json={"access_token": "first-access-token", "expires_in": 60})
    web.post(TOKEN, status=401, body="client-secret-value")
    web.get(MESSAGES, status=429)
    web.post(REPLY, status=401)
    web.get(REPLIES, body=requests.ReadTimeout())
    tokens = TokopediaConnector.refresh(KEYS, "7001", None, Http())
    tokopedia = connector(FixedTokens(tokens.access, "second-access-token"))
    told = [repr(tokens)]
    for act in (read_conversations, read_messages, send):
        with pytest.raises(MarketplaceError) as error:
            act(tokopedia)
        told.append(f"{error.value} {error.value!r}")
    with pytest.raises(NotAuthorized) as refused:
        TokopediaConnector.refresh(KEYS, "7001", tokens, Http())
    told.append(f"{refused.value} {refused.value!r}")

    assert caplog.messages
    for secret in (
        "first-access-token",
        "second-access-token",
        "client-secret-value",
        "webhook-secret-value",
    ):
        assert secret not in caplog.text + "".join(told)
