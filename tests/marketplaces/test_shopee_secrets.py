"""Shopee: what gets into a log or an error, and what never does."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses

from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.content import Tokens
from marketplaces.errors import MarketplaceError
from marketplaces.http import Http
from tests.marketplaces.shopee import (
    CONVERSATIONS,
    GET_TOKEN,
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
    body = request.body.decode() if isinstance(request.body, bytes) else request.body or ""
    sent = f"{request.url} {body}".replace('"', "'")
    return 400, {}, f'{{"error": "error_param", "message": "bad call {sent}", "request_id": "request-1"}}'


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
    ]


@pytest.mark.parametrize("fate", [echo, lose])
@pytest.mark.parametrize("number", range(4))
def test_no_secret_is_in_an_error_or_a_log(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture, fate: Any, number: int
) -> None:
    caplog.set_level(logging.DEBUG)
    for method, url in [("GET", CONVERSATIONS), ("POST", SEND), ("POST", REFRESH), ("POST", GET_TOKEN)]:
        web.add_callback(method, url, callback=fate)
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
