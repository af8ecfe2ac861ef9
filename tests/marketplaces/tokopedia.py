"""A Tokopedia shop for connector tests: keys, ids as in the fixtures, answers, calls and what they asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses

from marketplaces.connectors.tokopedia.connector import TokopediaConnector
from marketplaces.content import Room
from marketplaces.http import Http
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
ORDERS = f"{API}/v2/order/list"
ORDER = f"{API}/v2/fs/20001/order"
PRODUCTS = f"{API}/inventory/v1/fs/20001/product/info"
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
