"""TikTok Shop: what gets into a log or an error, and what never does. The token host wants secrets in the address."""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

import pytest
import requests
import responses

from marketplaces.connectors.tiktok_shop.calls import Call, Signed
from marketplaces.connectors.tiktok_shop.connector import TikTokShopConnector
from marketplaces.connectors.tiktok_shop.endpoints import SEND
from marketplaces.content import File, Tokens
from marketplaces.errors import MarketplaceError
from marketplaces.http import Http
from tests.marketplaces.tiktok_shop import (
    CIPHER,
    CONVERSATIONS,
    KEYS,
    REFRESH,
    ROOM,
    SHOP,
    SHOPS,
    ShopTokens,
    answer,
    body,
    connector,
    query_of,
    refusal,
)
from tests.marketplaces.tiktok_shop import SEND as SEND_URL

# With characters that are written differently in an address.
ACCESS, REFRESHING, CODE, SECRET = "secret/access", "secret+refresh", "secret=code", "secret app/secret"
KEYS_HERE = KEYS | {"app_secret": SECRET}
PAIR = Tokens(ACCESS, datetime.now(UTC), refresh=REFRESHING)


def seen_of(error: BaseException, caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join([*traceback.format_exception(error), repr(error), str(error), caplog.text])


def hidden(web: responses.RequestsMock) -> list[str]:
    signatures = [query_of(call)["sign"] for call in web.calls if "sign" in query_of(call)]
    secrets = [ACCESS, REFRESHING, CODE, SECRET, CIPHER]
    written = [quote(secret, safe="") for secret in secrets] + list(map(quote_plus, secrets))
    return [*signatures, *secrets, *written]


def echo(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
    """A marketplace that repeats all it was sent in its refusal."""
    sent = f"{request.url} {request.headers} {unquote_plus(str(request.url))}"
    return 400, {}, json.dumps(refusal(36009004, f"bad call {sent}"))


def garble(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
    """The same, in an answer that is no JSON."""
    _, _, sent = echo(request)
    return 502, {}, f"<html>{sent}</html>"


def lose(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
    raise requests.ConnectionError(f"Max retries exceeded with url: {request.url}")


def every_call() -> list[Callable[[], object]]:
    shop = connector(ShopTokens(ACCESS), app_secret=SECRET)
    return [
        shop.list_conversations,
        shop.facts,
        lambda: shop.send_text(ROOM, "Halo"),
        lambda: shop.upload_image(File("foto.png", "image/png", b"bytes")),
        lambda: shop.orders_of_buyer("7"),
        lambda: TikTokShopConnector.refresh(KEYS_HERE, SHOP, PAIR, Http()),
        lambda: TikTokShopConnector.exchange(KEYS_HERE, {"code": CODE}, Http()),
    ]


@pytest.mark.parametrize("fate", [echo, garble, lose])
@pytest.mark.parametrize("number", range(7))
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


def test_what_is_hidden_would_have_been_seen(web: responses.RequestsMock) -> None:
    """The marketplace of these tests does repeat the secrets, so the test above can fail."""
    web.add_callback("GET", REFRESH, callback=echo)
    query = {"app_secret": SECRET, "refresh_token": REFRESHING}
    told = requests.get(REFRESH, params=query, headers={"x-tts-access-token": ACCESS}, timeout=5).text
    assert all(secret in told for secret in (SECRET, REFRESHING, ACCESS))


def test_the_request_id_is_logged_for_success_and_for_refusal(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    web.get(CONVERSATIONS, json=body("cs_conversations_response"))
    connector().list_conversations()
    web.post(SEND_URL, json=body("error_conversation_rules"))
    with pytest.raises(MarketplaceError):
        connector().send_text(ROOM, "Halo")
    assert body("cs_conversations_response")["request_id"] in caplog.text
    assert body("error_conversation_rules")["request_id"] in caplog.text


def test_an_answer_that_is_no_json_is_logged(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    web.get(CONVERSATIONS, body="<html>Bad  gateway</html>" + "x" * 5000, status=502)
    with pytest.raises(MarketplaceError):
        connector().list_conversations()
    assert "(HTTP 502): <html>Bad gateway</html>xxx" in caplog.text
    assert len(caplog.text) < 3000


@pytest.mark.parametrize(
    ("url", "read", "torn"),
    [
        (
            REFRESH,
            lambda: TikTokShopConnector.refresh(KEYS, SHOP, PAIR, Http()),
            '{"data":{"refresh_token":"new-refresh-1","access_token" : "newaccess2',
        ),
        (SHOPS, lambda: connector().facts(), '{"data":{"shops":[{"id":"1","cipher":"newcipher3'),
    ],
)
def test_tokens_and_ciphers_in_a_torn_answer_are_not_logged(
    web: responses.RequestsMock,
    caplog: pytest.LogCaptureFixture,
    url: str,
    read: Callable[[], object],
    torn: str,
) -> None:
    web.get(url, body=torn)
    with pytest.raises(MarketplaceError):
        read()
    assert "no code" in caplog.text
    assert [each for each in ("refresh-1", "newaccess2", "newcipher3") if each in caplog.text] == []


def test_tokens_in_an_answer_of_another_shape_are_not_logged(
    web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    web.get(REFRESH, json=answer(["new-refresh-1", {"access_token": "newaccess2"}]))
    with pytest.raises(MarketplaceError):
        TikTokShopConnector.refresh(KEYS, SHOP, PAIR, Http())
    assert "a list in place of an object" in caplog.text
    assert [each for each in ("refresh-1", "newaccess2") if each in caplog.text] == []


def test_neither_a_call_nor_what_is_sent_shows_a_secret_of_its_own() -> None:
    call = Call(SEND, "7", SHOP, query={"shop_cipher": "secret"}, body={"a": "secret"}, access_token="secret")
    signed = Signed("https://example.test", {"sign": "secret"}, b"secret", {"x": "secret"}, ("secret",))
    assert "secret" not in repr(call) + repr(signed) + repr(replace(call, files={"data": "secret"}))


def test_the_access_of_files_shows_no_token() -> None:
    assert "access-token" not in repr(connector().file_access())
