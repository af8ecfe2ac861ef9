"""A TikTok Shop shop for connector tests: keys, ids as in the fixtures, answers, pushes and their signatures."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import responses

from marketplaces.connectors.tiktok_shop.connector import TikTokShopConnector
from marketplaces.content import Room
from marketplaces.http import Http
from tests.marketplaces.tokens import FixedTokens

API = "https://tiktok-shop.example.test"
AUTH = "https://tiktok-shop-auth.example.test"
KEYS = {
    "api_url": API,
    "auth_url": AUTH,
    "consent_url": "https://services.example.test/open/authorize",
    "app_key": "6k2m9x4q7w1z",
    "app_secret": "app-secret-value",
    "service_id": "7400000000000000001",
}
SHOP, CIPHER = "7777184182578174549", "ROW_rMKNsr63tCuqHLAkPUAcy04_zkTXsCh5"
BUYER = "7118420611690688333"
ROOM = Room(conversation="7891926980805773516", buyer=BUYER)
CALLBACK = "https://chat.example.test/webhooks/tiktok_shop/"

GET_TOKEN = f"{AUTH}/api/v2/token/get"
REFRESH = f"{AUTH}/api/v2/token/refresh"
SHOPS = f"{API}/authorization/202309/shops"
CONVERSATIONS = f"{API}/customer_service/202309/conversations"
CONVERSATION = f"{API}/customer_service/202601/conversations/{ROOM.conversation}"
MESSAGES = SEND = f"{CONVERSATIONS}/{ROOM.conversation}/messages"
READ = f"{MESSAGES}/read"
UPLOAD_IMAGE = f"{API}/customer_service/202309/images/upload"
SEARCH_ORDERS = f"{API}/order/202309/orders/search"
ORDERS = f"{API}/order/202507/orders"
SEARCH_PRODUCTS = f"{API}/product/202502/products/search"
PRODUCTS = f"{API}/product/202309/products"

FIXTURES = Path(__file__).parent / "fixtures" / "tiktok_shop"


class ShopTokens(FixedTokens):
    """With the shop's cipher beside them, as the core keeps it."""

    def __init__(self, *access: str) -> None:
        super().__init__(*access)
        self.tokens = [replace(each, owner="7302192061349972391", shop_key=CIPHER) for each in self.tokens]


def fixture(name: str) -> dict[str, Any]:
    """The whole recording: request, http_status and body."""
    loaded: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return loaded


def body(name: str) -> dict[str, Any]:
    recorded: dict[str, Any] = fixture(name)["body"]
    return recorded


def connector(tokens: FixedTokens | None = None, shop: str = SHOP, **keys: str) -> TikTokShopConnector:
    return TikTokShopConnector(keys=KEYS | keys, shop=shop, tokens=tokens or ShopTokens(), http=Http())


def answer(data: Any) -> dict[str, Any]:
    return {"code": 0, "message": "Success", "request_id": "request-1", "data": data}


def refusal(code: int, message: str = "no") -> dict[str, Any]:
    return {"code": code, "message": message, "request_id": "request-1"}


def query_of(call: responses.Call) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(str(call.request.url)).query))


def body_of(call: responses.Call) -> Any:
    return json.loads(call.request.body or b"")


def sent_tokens(web: responses.RequestsMock) -> list[str | None]:
    return [call.request.headers.get("x-tts-access-token") for call in web.calls]


def bubble(message_type: str = "TEXT", content: Any = None, **fields: Any) -> dict[str, Any]:
    """One row of a reading, by the buyer unless told otherwise."""
    role = fields.pop("role", "BUYER")
    told = {"content": "Halo kak"} if content is None else content
    return {
        "id": "7457042842813229857",
        "type": message_type,
        "content": told if isinstance(told, str) else json.dumps(told),
        "create_time": 1791423918,
        "is_visible": True,
        "index": "7559113067868826531",
        "sender": {
            "im_user_id": "7681300587695102836",
            "role": role,
            "nickname": "Rina Kartika",
            "avatar": "",
        },
    } | fields


def signed(push: dict[str, Any] | bytes, secret: str = KEYS["app_secret"]) -> tuple[dict[str, str], bytes]:
    """Headers and body as TikTok Shop would send them."""
    sent = push if isinstance(push, bytes) else json.dumps(push, ensure_ascii=False).encode()
    signature = hmac.new(secret.encode(), KEYS["app_key"].encode() + sent, hashlib.sha256).hexdigest()
    return {"authorization": signature}, sent
