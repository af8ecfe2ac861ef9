"""A Shopee shop for connector tests: keys, ids as in the fixtures, answers, pushes and their signatures."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import responses

from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.content import Room
from marketplaces.http import Http
from tests.marketplaces.tokens import FixedTokens

API = "https://shopee.example.test"
KEYS = {
    "api_url": API,
    "partner_id": "2000002",
    "partner_key": "partner-key-value",
    "push_key": "push-key-value",
}
SHOP, SELLER, BUYER = "730215488", 810447120, 640118209
ROOM = Room(conversation="702455318866190243", buyer=str(BUYER))
CALLBACK = "https://chat.example.test/webhooks/shopee/"

CONVERSATIONS = f"{API}/api/v2/sellerchat/get_conversation_list"
MESSAGES = f"{API}/api/v2/sellerchat/get_message"
SEND = f"{API}/api/v2/sellerchat/send_message"
READ = f"{API}/api/v2/sellerchat/read_conversation"
UPLOAD_IMAGE = f"{API}/api/v2/sellerchat/upload_image"
UPLOAD_VIDEO = f"{API}/api/v2/sellerchat/upload_video"
VIDEO_RESULT = f"{API}/api/v2/sellerchat/get_video_upload_result"
SHOP_INFO = f"{API}/api/v2/shop/get_shop_info"
ORDERS = f"{API}/api/v2/order/get_order_list"
ORDER_DETAIL = f"{API}/api/v2/order/get_order_detail"
PRODUCTS = f"{API}/api/v2/product/get_item_list"
BASE_INFO = f"{API}/api/v2/product/get_item_base_info"
MODELS = f"{API}/api/v2/product/get_model_list"
SHOPS = f"{API}/api/v2/public/get_shops_by_partner"
PUSH_CONFIG = f"{API}/api/v2/push/get_app_push_config"
LOST_PUSHES = f"{API}/api/v2/push/get_lost_push_message"
CONFIRM_LOST = f"{API}/api/v2/push/confirm_consumed_lost_push_message"
GET_TOKEN = f"{API}/api/v2/auth/token/get"
REFRESH = f"{API}/api/v2/auth/access_token/get"

FIXTURES = Path(__file__).parent / "fixtures" / "shopee"


def fixture(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return loaded


def connector(tokens: FixedTokens | None = None, **keys: str) -> ShopeeConnector:
    return ShopeeConnector(keys=KEYS | keys, shop=SHOP, tokens=tokens or FixedTokens(), http=Http())


def answer(response: Any) -> dict[str, Any]:
    return {"error": "", "message": "", "request_id": "request-1", "response": response}


def refusal(code: str, message: str = "no") -> dict[str, Any]:
    return {"error": code, "message": message, "request_id": "request-1"}


def query_of(call: responses.Call) -> dict[str, str]:
    return query_of_url(str(call.request.url))


def query_of_url(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def queries_of(call: responses.Call) -> dict[str, list[str]]:
    """Every value of every parameter, where one may be told several times."""
    return parse_qs(urlsplit(str(call.request.url)).query)


def body_of(call: responses.Call) -> Any:
    return json.loads(call.request.body or b"")


def bubble(message_type: str = "text", **fields: Any) -> dict[str, Any]:
    """One row of get_message, by the buyer unless told otherwise."""
    return {
        "message_id": "2410077390115487744",
        "message_type": message_type,
        "from_id": BUYER,
        "from_shop_id": 0,
        "to_id": SELLER,
        "to_shop_id": int(SHOP),
        "conversation_id": ROOM.conversation,
        "created_timestamp": 1726044721,
        "status": "normal",
        "source": "android",
        "content": {"text": "Halo kak"},
        "source_content": {},
    } | fields


def signed(push: dict[str, Any] | bytes, key: str = KEYS["push_key"]) -> tuple[dict[str, str], bytes]:
    """Headers and body as Shopee would send them."""
    body = push if isinstance(push, bytes) else json.dumps(push, ensure_ascii=False).encode()
    signature = hmac.new(key.encode(), CALLBACK.encode() + b"|" + body, hashlib.sha256).hexdigest()
    return {"authorization": signature}, body
