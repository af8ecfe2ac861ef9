"""Tokopedia: no secret is logged or told."""

from __future__ import annotations

import logging

import pytest
import requests
import responses

from marketplaces.connectors.tokopedia.connector import TokopediaConnector
from marketplaces.errors import MarketplaceError, NotAuthorized
from marketplaces.http import Http
from tests.marketplaces.tokens import FixedTokens
from tests.marketplaces.tokopedia import (
    KEYS,
    MESSAGES,
    REPLIES,
    REPLY,
    TOKEN,
    connector,
    read_conversations,
    read_messages,
    send,
)


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
