"""Shopee: what its refusals mean, for a reading and for a send, and what never gets into a log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses
import time_machine
from urllib3.exceptions import NewConnectionError

from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.connectors.shopee.errors import ERRORS
from marketplaces.content import Tokens
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
from tests.marketplaces.shopee import (
    CONVERSATIONS,
    GET_TOKEN,
    KEYS,
    REFRESH,
    ROOM,
    SEND,
    SHOP,
    SHOPS,
    answer,
    connector,
    fixture,
    query_of,
    refusal,
)
from tests.marketplaces.tokens import FixedTokens

TOKEN_CODES = ["invalid_acceess_token", "invalid_access_token", "error_access_token", "error_auth"]
PERMISSION_CODES = [
    *("error_permission", "error_api_permission", "error_api_call_restricted", "api_suspended"),
    *("user_is_unauthorized", "error_shop", "shop_banned", "shop_access_expired", "shop_no_linked"),
    *("error_shop_refresh_token", "refresh_token_expired", "error_merchant_refresh_token"),
    *("merchant_access_expired", "merchant_no_linked"),
]
BUSY_CODES = ["system_busy", "error_system_busy"]
TRANSIENT_CODES = ["error_network", "error_server", "error_inner", "internal_server_error", "error_data"]
FINAL_CODES = [
    *("error_sign", "error_param", "param_error", "invalid_partner_id", "error_partner_key_expired"),
    *("source_ip_undeclared", "error_not_found", "brand_new_code"),
]


def failed_reading(web: responses.RequestsMock, **stub: Any) -> MarketplaceError:
    web.get(CONVERSATIONS, **stub)
    with pytest.raises(MarketplaceError) as caught:
        connector().list_conversations()
    return caught.value


def failed_send(web: responses.RequestsMock, **stub: Any) -> MarketplaceError:
    web.post(SEND, **stub)
    with pytest.raises(MarketplaceError) as caught:
        connector().send_text(ROOM, "Halo kak")
    return caught.value


# Codes


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("code", TOKEN_CODES)
def test_a_refused_token_is_renewed_once_and_the_call_repeated(
    web: responses.RequestsMock, code: str, status: int
) -> None:
    web.get(CONVERSATIONS, json=refusal(code), status=status)
    web.get(CONVERSATIONS, json=answer({}))
    tokens = FixedTokens("first", "second")
    connector(tokens).list_conversations()
    assert tokens.refused == ["first"]
    assert [query_of(call)["access_token"] for call in web.calls] == ["first", "second"]


def test_a_send_with_a_refused_token_goes_out_with_the_next(web: responses.RequestsMock) -> None:
    web.post(SEND, json=fixture("error_invalid_access_token"), status=403)
    web.post(SEND, json=fixture("chat_send_message_text_response"))
    assert (
        connector(FixedTokens("first", "second")).send_text(ROOM, "Halo").remote_id == "2410077390115487749"
    )


def test_a_token_refused_twice_needs_activation(web: responses.RequestsMock) -> None:
    web.get(CONVERSATIONS, json=fixture("error_invalid_access_token"), status=403)
    tokens = FixedTokens("first", "second", "third")
    with pytest.raises(NotAuthorized, match="Invalid access_token"):
        connector(tokens).list_conversations()
    assert tokens.refused == ["first"]
    assert len(web.calls) == 2


def test_no_token_helps_against_a_missing_permission(web: responses.RequestsMock) -> None:
    error = failed_reading(web, json=refusal("error_auth", "No permission to current api."), status=403)
    assert isinstance(error, NotAuthorized)
    assert len(web.calls) == 1


@pytest.mark.parametrize("code", PERMISSION_CODES)
def test_a_lost_permission_needs_activation(web: responses.RequestsMock, code: str) -> None:
    error = failed_reading(web, json=refusal(code), status=403)
    assert (type(error), error.code) == (NotAuthorized, code)
    assert len(web.calls) == 1


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("code", TRANSIENT_CODES)
def test_trouble_at_shopee_is_temporary_for_a_reading_and_leaves_a_send_uncertain(
    web: responses.RequestsMock, code: str, status: int
) -> None:
    assert type(failed_reading(web, json=refusal(code), status=status)) is Temporary
    assert type(failed_send(web, json=refusal(code), status=status)) is Uncertain


@pytest.mark.parametrize("code", BUSY_CODES)
def test_a_busy_shopee_has_stored_nothing(web: responses.RequestsMock, code: str) -> None:
    assert type(failed_reading(web, json=refusal(code, "decrease qps"))) is Temporary
    assert type(failed_send(web, json=refusal(code, "decrease qps"), status=503)) is Temporary


@pytest.mark.parametrize("code", FINAL_CODES)
def test_everything_else_is_rejected_with_shopees_words(web: responses.RequestsMock, code: str) -> None:
    error = failed_send(web, json=refusal(code, "\tNot  today.\t\n"), status=400)
    assert type(error) is Rejected
    assert (error.code, error.detail, error.request_id) == (code, "Not today.", "request-1")


def test_a_wrong_signature_is_never_repeated(web: responses.RequestsMock) -> None:
    error = failed_reading(web, json=fixture("error_sign"), status=403)
    assert (type(error), error.detail) == (Rejected, "Wrong sign.")
    assert len(web.calls) == 1


def test_a_wrong_clock_is_temporary(web: responses.RequestsMock) -> None:
    error = failed_send(web, json=refusal("error_param", "Timestamp is expired."), status=400)
    assert isinstance(error, Temporary)
    assert len(web.calls) == 1


def test_every_code_that_means_something_is_tried_and_explained() -> None:
    tried = {*TOKEN_CODES, *PERMISSION_CODES, *TRANSIENT_CODES, *BUSY_CODES}
    assert tried == set(ERRORS)
    assert tried | {*FINAL_CODES, "error_rate_limit", "error_limit"} - {"brand_new_code"} <= set(
        ShopeeConnector.explanations
    )


def test_the_modules_prefix_does_not_count_but_is_logged(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    error = failed_reading(web, json=refusal("common.error_permission"))
    assert (type(error), error.code) == (NotAuthorized, "error_permission")
    assert "common.error_permission" in caplog.text


@pytest.mark.parametrize("success", ["", "-", None])
def test_there_are_many_ways_to_say_success(web: responses.RequestsMock, success: Any) -> None:
    web.get(CONVERSATIONS, json={"error": success, "response": {}})
    assert connector().list_conversations().items == ()


def test_success_may_go_without_saying(web: responses.RequestsMock) -> None:
    web.get(CONVERSATIONS, json={"response": {}})
    assert connector().list_conversations().items == ()


# Limits


@pytest.mark.parametrize(
    ("headers", "wait"), [({}, 2.0), ({"Retry-After": "7"}, 7.0), ({"Retry-After": "soon"}, 2.0)]
)
@pytest.mark.parametrize("status", [200, 429])
def test_a_rate_limit_pauses_the_bucket(
    web: responses.RequestsMock, permits: Permits, headers: dict[str, str], wait: float, status: int
) -> None:
    error = failed_send(web, json=fixture("error_rate_limit"), status=status, headers=headers)
    assert isinstance(error, RateLimited)
    assert (error.retry_after, error.was_ours, error.code) == (wait, False, "error_rate_limit")
    ((bucket, seconds),) = permits.paused
    assert (bucket.key, seconds) == (f"shopee:2000002:{SHOP}:sellerchat/send_message", wait)


@pytest.mark.parametrize("body", ["", "<html>Too many</html>", "{}"])
def test_a_429_without_a_code_is_a_rate_limit(
    web: responses.RequestsMock, permits: Permits, body: str
) -> None:
    assert isinstance(failed_send(web, body=body, status=429), RateLimited)
    assert len(permits.paused) == 1


@pytest.mark.parametrize(
    ("now", "hours"),
    [(datetime(2026, 3, 2, 15, 0, tzinfo=UTC), 1), (datetime(2026, 3, 2, 16, 0, tzinfo=UTC), 24)],
)
def test_the_daily_limit_waits_for_midnight_in_shopees_time(
    web: responses.RequestsMock, permits: Permits, now: datetime, hours: int
) -> None:
    with time_machine.travel(now, tick=False):
        error = failed_reading(web, json=refusal("error_limit"))
    assert isinstance(error, RateLimited)
    assert error.retry_after == hours * 3600
    assert [(bucket.key, seconds) for bucket, seconds in permits.paused] == [("shopee:2000002", hours * 3600)]


def test_the_daily_limit_of_one_call_stops_every_call_of_the_app(
    web: responses.RequestsMock, permits: Permits
) -> None:
    failed_reading(web, json=refusal("common.error_limit"), status=429)
    web.post(SEND, json=fixture("chat_send_message_text_response"))
    web.get(SHOPS, json=fixture("public_get_shops_by_partner_response"))
    connector().send_text(ROOM, "Halo")
    ShopeeConnector.check_keys(KEYS, Http())
    ((paused, _seconds),) = permits.paused
    assert {bucket.within for bucket in permits.taken} == {paused.key}


# Status, where there is no code


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_error_without_a_code(web: responses.RequestsMock, status: int) -> None:
    assert type(failed_reading(web, json={}, status=status)) is Temporary
    assert type(failed_send(web, json={}, status=status)) is Uncertain


def test_an_unknown_code_with_a_server_error_may_have_been_stored(web: responses.RequestsMock) -> None:
    assert type(failed_send(web, json=refusal("brand_new_code"), status=500)) is Uncertain


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_without_a_code_is_about_the_token(web: responses.RequestsMock, status: int) -> None:
    assert isinstance(failed_reading(web, json={}, status=status), NotAuthorized)


def test_any_other_status_without_a_code_is_rejected(web: responses.RequestsMock) -> None:
    error = failed_reading(web, json={"error": ""}, status=404)
    assert (type(error), error.code) == (Rejected, "404")


@pytest.mark.parametrize("status", [200, 302, 403, 502])
@pytest.mark.parametrize("body", ["", "<html>Bad gateway</html>", "[]", '{"error": "err'])
def test_an_answer_that_is_no_json_object(web: responses.RequestsMock, body: str, status: int) -> None:
    assert type(failed_reading(web, body=body, status=status)) is Temporary
    assert type(failed_send(web, body=body, status=status)) is Uncertain


# No answer


def test_a_read_timeout(web: responses.RequestsMock) -> None:
    timeout = requests.ReadTimeout("read timed out")
    assert type(failed_reading(web, body=timeout)) is Temporary
    assert type(failed_send(web, body=timeout)) is Uncertain


def test_what_never_left_is_unreachable(web: responses.RequestsMock) -> None:
    refused = requests.ConnectionError(NewConnectionError(None, "refused"))  # type: ignore[arg-type]
    assert type(failed_send(web, body=refused)) is Unreachable


def test_a_lost_answer_to_a_refresh_keeps_the_old_pair(web: responses.RequestsMock) -> None:
    web.post(REFRESH, body=requests.ReadTimeout("read timed out"))
    pair = Tokens("access", datetime.now(UTC), refresh="refresh")
    with pytest.raises(Temporary):
        ShopeeConnector.refresh(KEYS, SHOP, pair, Http())


def test_a_lost_answer_to_an_exchange_is_uncertain(web: responses.RequestsMock) -> None:
    web.post(GET_TOKEN, body=requests.ReadTimeout("read timed out"))
    with pytest.raises(Uncertain):
        ShopeeConnector.exchange(KEYS, {"code": "c", "shop_id": SHOP}, Http())
