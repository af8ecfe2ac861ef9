"""Shopee's signatures (shopee.md 1.3 and 5.3) and the gate every call passes (3.3)."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request

from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.shopee.access import Access
from marketplaces.sandbox.shopee.errors import TOO_MANY, ShopeeError

WINDOW_S = 300


def sign(key: str, *parts: object) -> str:
    return hmac.new(key.encode(), "".join(map(str, parts)).encode(), hashlib.sha256).hexdigest()


def sign_push(key: str, url: str, body: bytes) -> str:
    return hmac.new(key.encode(), url.encode() + b"|" + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Call:
    """One call that passed the gate."""

    sandbox: Sandbox
    partner_id: int
    query: QueryParams
    body: dict[str, Any]
    files: dict[str, bytes]  # of a multipart body
    shop_or_none: Shop | None = None

    @property
    def shop(self) -> Shop:
        if self.shop_or_none is None:
            raise TypeError("only shop-level calls have a shop")
        return self.shop_or_none

    @property
    def access(self) -> Access:
        return access_of(self.sandbox)

    def integer(self, name: str, default: int | None = None) -> int:
        """A number from the query."""
        value = self.query.get(name, "")
        if value == "" and default is not None:
            return default
        if not value.lstrip("-").isdigit():
            raise ShopeeError("error_param", f"Wrong parameters, detail: invalid parameter {name}.")
        return int(value)

    def integers(self, name: str, most: int) -> list[int]:
        """Numbers separated by commas in the query."""
        values = [value.strip() for value in self.query.get(name, "").split(",") if value.strip()]
        if not 1 <= len(values) <= most or not all(value.isdigit() for value in values):
            raise ShopeeError("error_param", f"Wrong parameters, detail: invalid parameter {name}.")
        return [int(value) for value in values]


def access_of(sandbox: Sandbox) -> Access:
    access: Access = sandbox.own_state("shopee")
    return access


def check_public(sandbox: Sandbox, request: Request, *signed: object) -> int:
    """The checks of every call; `signed` is what follows the timestamp in the base string. The partner id."""
    query, keys = request.query_params, sandbox.keys
    _need(query, "partner_id", "sign", "timestamp")
    if query["partner_id"] != str(keys.shopee_partner_id):
        raise ShopeeError("invalid_partner_id", "Invalid partner_id.")
    if not query["timestamp"].isdigit():
        raise ShopeeError("error_param", "Invalid timestamp.")
    if abs(sandbox.clock.now_s() - int(query["timestamp"])) > WINDOW_S:
        raise ShopeeError("error_param", "Timestamp is expired.")
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    right = sign(keys.shopee_partner_key, keys.shopee_partner_id, path, query["timestamp"], *signed)
    if not hmac.compare_digest(right, query["sign"].lower()):
        raise ShopeeError("error_sign", "Wrong sign.")
    return keys.shopee_partner_id


def check_shop(sandbox: Sandbox, request: Request) -> tuple[int, Shop]:
    """The checks of a shop-level call: the app and the shop it may speak for."""
    query = request.query_params
    _need(query, "partner_id", "sign", "timestamp", "access_token", "shop_id")
    partner_id = check_public(sandbox, request, query["access_token"], query["shop_id"])
    access, now = access_of(sandbox), sandbox.clock.now_s()
    token = access.access_tokens.get(query["access_token"])
    if not token or token.partner_id != partner_id or token.ends_at <= now:
        raise ShopeeError("invalid_acceess_token", "Invalid access_token.")
    shop = sandbox.world.shop("shopee", int(query["shop_id"])) if query["shop_id"].isdigit() else None
    if not shop or shop.id not in token.shop_ids:
        raise ShopeeError("error_auth", "Invalid access_token or shop_id, please check.")
    if not access.live_grant(partner_id, shop.id, now):
        raise ShopeeError("user_is_unauthorized", "The shop is not linked to this app.")
    return partner_id, shop


async def admit(sandbox: Sandbox, request: Request, level: str, name: str) -> Call:
    """Check one call and read its body. Raises ShopeeError."""
    shop = None
    if level == "shop":
        partner_id, shop = check_shop(sandbox, request)
    else:
        partner_id = check_public(sandbox, request)
    limit = sandbox.limit("shopee", name)
    if not sandbox.limits.bucket(limit, "shopee", name, partner_id, shop.id if shop else 0).take():
        raise ShopeeError("error_rate_limit", TOO_MANY)
    body: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    if request.method == "POST" and request.headers.get("content-type", "").startswith("multipart/"):
        async with request.form() as form:
            files = {name: await value.read() for name, value in form.items() if not isinstance(value, str)}
    elif request.method == "POST":
        body = _json(await request.body())
    return Call(sandbox, partner_id, request.query_params, body, files, shop)


def _need(query: QueryParams, *names: str) -> None:
    for name in names:
        if not query.get(name):
            raise ShopeeError("error_param", f"There is no {name} in query.")


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ShopeeError("error_param", "Wrong parameters, detail: the body is not a JSON object.")
    return found
