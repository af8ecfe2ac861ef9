"""Shopee: every recorded payload is understood, also those of calls that only others make."""

from __future__ import annotations

import pytest
import responses

from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.content import PushKind
from marketplaces.errors import MarketplaceError
from tests.marketplaces.shopee import API, CALLBACK, FIXTURES, KEYS, connector, fixture, signed

NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))
PUSHES = [name for name in NAMES if name.startswith("push_") and not name.endswith("_response")]


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("_response")])
def test_an_answer_is_a_success(web: responses.RequestsMock, name: str) -> None:
    web.get(f"{API}/api/v2/any/call", json=fixture(name))
    assert connector().get("/api/v2/any/call") == fixture(name)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("error_")])
def test_a_refusal_is_an_error_with_shopees_code(web: responses.RequestsMock, name: str) -> None:
    web.get(f"{API}/api/v2/any/call", json=fixture(name))
    with pytest.raises(MarketplaceError):
        connector().get("/api/v2/any/call")


@pytest.mark.parametrize("name", PUSHES)
def test_a_push_is_read(name: str) -> None:
    event = ShopeeConnector.read_push(KEYS, *signed(fixture(name)), CALLBACK)
    assert (event.kind is PushKind.IGNORED) == (name in ("push_authorization_expiry", "push_order_status"))


def test_nothing_is_left_out() -> None:
    answers = {name for name in NAMES if name.endswith("_response") or name.startswith("error_")}
    assert set(NAMES) - answers - set(PUSHES) == {"chat_send_message_requests", "signing_vectors"}
