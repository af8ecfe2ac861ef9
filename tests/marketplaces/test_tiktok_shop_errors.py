"""TikTok Shop: what its refusals mean, for a reading and for a send."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import responses
from urllib3.exceptions import NewConnectionError

from marketplaces.connectors.tiktok_shop.connector import TikTokShopConnector
from marketplaces.connectors.tiktok_shop.errors import ERRORS, WORDS_OF_INVALID
from marketplaces.errors import (
    MarketplaceError,
    NotAuthorized,
    RateLimited,
    Rejected,
    Temporary,
    Uncertain,
    Unreachable,
)
from tests.marketplaces.tiktok_shop import (
    CONVERSATIONS,
    ROOM,
    SEND,
    ShopTokens,
    answer,
    body,
    connector,
    fixture,
    refusal,
    sent_tokens,
)

PERMISSION_CODES = [105005, 101000, 36004001, 36004005]
TRANSIENT_CODES = [36009003, 36009007, 45101001, 45101008]
FINAL_CODES = [
    *(36004004, 106001, 106013, 36009009, 36009010, 36009014, 36009021, 36009022, 36009023, 36009033),
    *(45101002, 45111017, 45101003, 45101006, 45109001, 45109003),
]
# The words of 36009004 -> our finer code and what it is.
INVALID = {
    "x-tts-access-token header is invalid": ("36009004-token", NotAuthorized),
    "The access_token header is invalid.": ("36009004-token", NotAuthorized),
    "Missing credentials, signature.": ("36009004-credentials", Rejected),
    "Invalid app_key: it was disabled.": ("36009004-app", Rejected),
    "timestamp, earlier than 5 minutes": ("36009004-clock", Temporary),
    "timestamp, more than 30 seconds": ("36009004-clock", Temporary),
    "Unexpected identifier: shop_cipher, not required": ("36009004-cipher", Rejected),
    "The `x-tts-access-token` header is invalid.": ("36009004-token", NotAuthorized),
    "Invalid `app_key` query parameter.": ("36009004-app", Rejected),
    "The `timestamp` must not be earlier than 5 minutes before now.": ("36009004-clock", Temporary),
    "The `timestamp` must not exceed now by more than 30 seconds.": ("36009004-clock", Temporary),
    "Invalid timestamp.": ("36009004-clock", Temporary),
    "The `shop_cipher` parameter is not required for this request.": ("36009004-cipher", Rejected),
    "Invalid API version": ("36009004-version", Rejected),
    "page_size is too large": ("36009004", Rejected),
}


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


# The token


@pytest.mark.parametrize(
    "refused", [refusal(105002), refusal(36009004, "x-tts-access-token header is invalid")]
)
@pytest.mark.parametrize("status", [200, 401])
def test_a_refused_token_is_renewed_once_and_the_call_repeated(
    web: responses.RequestsMock, refused: dict[str, Any], status: int
) -> None:
    web.get(CONVERSATIONS, json=refused, status=status)
    web.get(CONVERSATIONS, json=answer({}))
    tokens = ShopTokens("first", "second")
    connector(tokens).list_conversations()
    assert (tokens.refused, sent_tokens(web)) == (["first"], ["first", "second"])


def test_a_token_refused_twice_needs_activation(web: responses.RequestsMock) -> None:
    web.get(CONVERSATIONS, json=body("error_access_token_expired"), status=401)
    tokens = ShopTokens("first", "second", "third")
    with pytest.raises(NotAuthorized, match="105002"):
        connector(tokens).list_conversations()
    assert (tokens.refused, len(web.calls)) == (["first"], 2)


@pytest.mark.parametrize("code", PERMISSION_CODES)
@pytest.mark.parametrize("status", [200, 401])
def test_no_token_helps_against_a_missing_permission(
    web: responses.RequestsMock, code: int, status: int
) -> None:
    web.post(SEND, json=refusal(code), status=status)
    tokens = ShopTokens("first", "second")
    with pytest.raises(NotAuthorized) as caught:
        connector(tokens).send_text(ROOM, "Halo")
    assert caught.value.code == str(code)
    assert (tokens.refused, len(web.calls)) == ([], 1)


# Codes


@pytest.mark.parametrize("status", [200, 408, 500])
@pytest.mark.parametrize("code", TRANSIENT_CODES)
def test_trouble_there_is_temporary_for_a_reading_and_leaves_a_send_uncertain(
    web: responses.RequestsMock, code: int, status: int
) -> None:
    assert type(failed_reading(web, json=refusal(code), status=status)) is Temporary
    error = failed_send(web, json=refusal(code), status=status)
    assert (type(error), error.code) == (Uncertain, str(code))


@pytest.mark.parametrize("status", [200, 400, 401, 404])
@pytest.mark.parametrize("code", [*FINAL_CODES, 99999999])
def test_everything_else_is_rejected_in_their_words(
    web: responses.RequestsMock, code: int, status: int
) -> None:
    error = failed_send(web, json=refusal(code, "\tNot  today.\t\n"), status=status)
    assert type(error) is Rejected
    assert (error.code, error.detail, error.request_id) == (str(code), "Not today.", "request-1")
    assert len(web.calls) == 1


def test_an_unknown_code_with_a_server_error_may_have_been_stored(web: responses.RequestsMock) -> None:
    assert type(failed_send(web, json=refusal(99999999), status=500)) is Uncertain


def test_a_closed_room_is_told_with_a_success_of_the_protocol(web: responses.RequestsMock) -> None:
    recorded = fixture("error_conversation_rules")
    error = failed_send(web, json=recorded["body"], status=recorded["http_status"])
    assert (type(error), error.code) == (Rejected, "45109001")
    assert "30 days" in TikTokShopConnector.explanations[error.code]


@pytest.mark.parametrize("words", INVALID)
def test_one_code_for_many_things_is_told_apart_by_its_words(web: responses.RequestsMock, words: str) -> None:
    code, kind = INVALID[words]
    web.get(CONVERSATIONS, json=refusal(36009004, words), status=400)
    with pytest.raises(kind) as caught:
        connector(ShopTokens("first", "second")).list_conversations()
    assert (caught.value.code, caught.value.detail) == (code, words)


def test_every_code_that_means_something_is_tried_and_explained() -> None:
    tried = {*map(str, [105002, *PERMISSION_CODES, *TRANSIENT_CODES]), "36009004-token", "36009004-clock"}
    assert tried == set(ERRORS)
    assert {code for code, _kind in INVALID.values()} - {"36009004"} == set(WORDS_OF_INVALID.values())
    explained = set(TikTokShopConnector.explanations)
    assert tried | set(WORDS_OF_INVALID.values()) | {*map(str, FINAL_CODES)} <= explained
    ours = {"consent_denied", "not_a_seller", "no_chat_scope", "shop_not_authorized"}
    assert explained - tried - set(WORDS_OF_INVALID.values()) - {*map(str, FINAL_CODES)} == ours | {
        *("36009002", "36009004", "45101004")
    }


@pytest.mark.parametrize("told", [{"code": "0"}, {"code": 0}, {"code": 0, "data": None}])
def test_success_is_code_zero_however_little_comes_with_it(
    web: responses.RequestsMock, told: dict[str, Any]
) -> None:
    web.get(CONVERSATIONS, json=told)
    assert connector().list_conversations().items == ()


def test_a_refusal_may_come_without_data_or_request_id(web: responses.RequestsMock) -> None:
    error = failed_send(web, json={"code": 45101006})
    assert (error.code, error.detail, error.request_id) == ("45101006", "HTTP 200", "")


def test_a_code_may_be_a_text(web: responses.RequestsMock) -> None:
    assert failed_send(web, json={"code": "45101006"}).code == "45101006"


# Status, where there is no code


@pytest.mark.parametrize("told", [{}, {"code": 0}, {"code": None}, {"code": ""}, {"code": True}])
@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_error_without_a_code(
    web: responses.RequestsMock, told: dict[str, Any], status: int
) -> None:
    assert type(failed_reading(web, json=told, status=status)) is Temporary
    assert type(failed_send(web, json=told, status=status)) is Uncertain


def test_a_timeout_there_without_a_code(web: responses.RequestsMock) -> None:
    error = failed_send(web, json={}, status=408)
    assert (type(error), error.code) == (Uncertain, "36009007")


def test_a_refusal_without_a_code_is_about_the_token(web: responses.RequestsMock) -> None:
    web.get(CONVERSATIONS, json={}, status=401)
    tokens = ShopTokens("first", "second")
    with pytest.raises(NotAuthorized):
        connector(tokens).list_conversations()
    assert tokens.refused == ["first"]


def test_any_other_status_without_a_code_is_rejected(web: responses.RequestsMock) -> None:
    error = failed_reading(web, json={"message": "who are you"}, status=403)
    assert (type(error), error.code, error.detail) == (Rejected, "403", "who are you")


@pytest.mark.parametrize("told", [{}, {"message": "Success"}, {"code": None, "data": {}}])
def test_a_success_without_its_code_is_none(web: responses.RequestsMock, told: dict[str, Any]) -> None:
    assert type(failed_reading(web, json=told)) is Temporary
    assert type(failed_send(web, json=told)) is Uncertain


@pytest.mark.parametrize("status", [200, 302, 403, 502])
@pytest.mark.parametrize("text", ["", "<html>Bad gateway</html>", "[]", '{"code": 4510'])
def test_an_answer_that_is_no_json_object(web: responses.RequestsMock, text: str, status: int) -> None:
    assert type(failed_reading(web, body=text, status=status)) is Temporary
    assert type(failed_send(web, body=text, status=status)) is Uncertain


@pytest.mark.parametrize("data", [[], "text"])
def test_a_send_whose_answer_cannot_be_read_has_to_be_read_back(
    web: responses.RequestsMock, data: Any
) -> None:
    assert type(failed_send(web, json=answer(data))) is Uncertain


# No answer


def test_a_read_timeout(web: responses.RequestsMock) -> None:
    timeout = requests.ReadTimeout("read timed out")
    assert type(failed_reading(web, body=timeout)) is Temporary
    assert type(failed_send(web, body=timeout)) is Uncertain


def test_what_never_left_is_unreachable(web: responses.RequestsMock) -> None:
    refused = requests.ConnectionError(NewConnectionError(None, "refused"))  # type: ignore[arg-type]
    assert type(failed_send(web, body=refused)) is Unreachable


def test_a_busy_platform_has_taken_nothing(web: responses.RequestsMock) -> None:
    assert isinstance(failed_send(web, body="<html>Busy</html>", status=503), RateLimited)
