"""Tokopedia: both envelopes, every code, and what becomes of a refused token."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
import responses
from urllib3.exceptions import NewConnectionError

from marketplaces.connectors.tokopedia.connector import TokopediaConnector
from marketplaces.connectors.tokopedia.wire import read_answer
from marketplaces.errors import NotAuthorized, RateLimited, Rejected, Temporary, Uncertain, Unreachable
from tests.marketplaces.tokens import FixedTokens
from tests.marketplaces.tokopedia import (
    MESSAGES,
    REPLY,
    ROOM,
    SHOP_INFO,
    Act,
    connector,
    envelope,
    every_call,
    every_read,
    fixture,
    headers_of,
    refusal,
    send,
)

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


OUR_BUGS = [f"SHP_DLV_{number:03d}" for number in (1, 2, 3, 4, 12, 13)] + [
    f"ORD_DLV_{number:03d}" for number in range(3, 19)
]


@every_call
@pytest.mark.parametrize("code", ["SHP_GRPC_003", "PRD_GRPC_003", *OUR_BUGS, "ORD_API_009", "NEW_CODE_777"])
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
    for code in (
        *("SHP_GRPC_001", "SHP_GRPC_002", "PRD_GRPC_001", "PRD_GRPC_002"),
        *(f"{service}_API_{number:03d}" for service in ("ORD", "PRD", "SHP") for number in (1, 3, 4, 5, 6)),
    )
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


@every_call
def test_a_limit_told_with_a_200_is_a_limit_and_nothing_was_delivered(
    web: responses.RequestsMock, act: Act, method: str, url: str
) -> None:
    web.add(method, url, json=refusal("too many", "ERR_TOO_MANY_REQUEST"))
    with pytest.raises(RateLimited) as error:
        act(connector())
    assert (error.value.code, error.value.was_ours) == ("ERR_TOO_MANY_REQUEST", False)


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
