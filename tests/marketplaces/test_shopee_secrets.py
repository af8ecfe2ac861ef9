"""Shopee: what gets into a log or an error, and what never does."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses

from marketplaces.connectors.shopee.calls import Call
from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.content import File, Tokens
from marketplaces.errors import MarketplaceError
from marketplaces.http import Http
from tests.marketplaces.shopee import (
    CONVERSATIONS,
    KEYS,
    REFRESH,
    ROOM,
    SEND,
    SHOP,
    connector,
    fixture,
    query_of,
)
from tests.marketplaces.tokens import FixedTokens

ACCESS, REFRESHING, CODE = "secret-access", "secret-refresh", "secret-code"


def seen_of(error: BaseException, caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join([*traceback.format_exception(error), repr(error), str(error), caplog.text])


def hidden(web: responses.RequestsMock) -> list[str]:
    signatures = [query_of(call)["sign"] for call in web.calls]
    return [
        *signatures,
        KEYS["partner_key"],
        KEYS["push_key"],
        "secret-access",
        "secret-refresh",
        "secret-code",
    ]


def echo(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
    """A marketplace that repeats all it was sent in its refusal."""
    body = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
    sent = f"{request.url} {body}".replace('"', "'")
    return 400, {}, f'{{"error": "error_param", "message": "bad call {sent}", "request_id": "request-1"}}'


def garble(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
    """The same, in an answer that is no JSON."""
    _, _, body = echo(request)
    return 502, {}, f"<html>{body}</html>"


def lose(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
    raise requests.ConnectionError(f"Max retries exceeded with url: {request.url}")


def every_call() -> list[Callable[[], object]]:
    shopee = connector(FixedTokens(ACCESS))
    pair = Tokens(ACCESS, datetime.now(UTC), refresh=REFRESHING)
    return [
        shopee.list_conversations,
        lambda: shopee.send_text(ROOM, "Halo"),
        lambda: ShopeeConnector.refresh(KEYS, SHOP, pair, Http()),
        lambda: ShopeeConnector.exchange(KEYS, {"code": CODE, "shop_id": SHOP}, Http()),
        lambda: ShopeeConnector.check_keys(KEYS, Http()),
        lambda: shopee.upload_image(File("foto.png", "image/png", b"bytes")),
    ]


@pytest.mark.parametrize("fate", [echo, garble, lose])
@pytest.mark.parametrize("number", range(6))
def test_no_secret_is_in_an_error_or_a_log(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture, fate: Any, number: int
) -> None:
    caplog.set_level(logging.DEBUG)
    for method in ("GET", "POST"):
        web.add_callback(method, re.compile(".*"), callback=fate)
    with pytest.raises(MarketplaceError) as caught:
        every_call()[number]()
    seen = seen_of(caught.value, caplog)
    assert [secret for secret in hidden(web) if secret in seen] == []
    assert len(web.calls) == 1


def test_the_request_id_is_logged_for_success_and_for_refusal(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    web.get(CONVERSATIONS, json=fixture("chat_get_conversation_list_response"))
    connector().list_conversations()
    web.post(SEND, json=fixture("error_user_is_forbidden"))
    with pytest.raises(MarketplaceError):
        connector().send_text(ROOM, "Halo")
    assert fixture("chat_get_conversation_list_response")["request_id"] in caplog.text
    assert fixture("error_user_is_forbidden")["request_id"] in caplog.text


def test_an_answer_that_is_no_json_is_logged(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    web.get(CONVERSATIONS, body="<html>Bad  gateway</html>" + "x" * 5000, status=502)
    with pytest.raises(MarketplaceError):
        connector().list_conversations()
    assert "(HTTP 502): <html>Bad gateway</html>xxx" in caplog.text
    assert len(caplog.text) < 3000


def test_tokens_in_a_torn_answer_are_not_logged(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    torn = '{"refresh_token":"new-refresh-1","access_token" : "newaccess2'
    web.post(REFRESH, body=torn)
    with pytest.raises(MarketplaceError):
        ShopeeConnector.refresh(KEYS, SHOP, Tokens(ACCESS, datetime.now(UTC), refresh=REFRESHING), Http())
    assert "no JSON" in caplog.text
    assert [each for each in ("new-refresh-1", "refresh-1", "newaccess2") if each in caplog.text] == []


def test_what_stands_in_place_of_an_answer_is_logged(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    web.get(CONVERSATIONS, json={"error": "", "response": ["odd"], "request_id": "request-9"})
    with pytest.raises(MarketplaceError, match="request-9"):
        connector().list_conversations()
    assert "['odd']" in caplog.text


def test_a_call_shows_no_secret_of_its_own() -> None:
    call = Call("POST", "/x", access_token=ACCESS, json={"refresh_token": REFRESHING})
    assert "secret" not in repr(call)
