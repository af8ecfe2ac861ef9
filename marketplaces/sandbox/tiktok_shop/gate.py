"""What every call of the open API passes, in TikTok Shop's order: app, time, signature, token, shop, scope, limits."""

from __future__ import annotations

import hmac
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request

from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tiktok_shop import errors
from marketplaces.sandbox.tiktok_shop.access import CHAT, Access, Grant, cipher_of
from marketplaces.sandbox.tiktok_shop.errors import TikTokShopError, invalid
from marketplaces.sandbox.tiktok_shop.sign import sign
from marketplaces.sandbox.world import Room

OLDEST_S, EARLIEST_S = 300, 30
LOCALES = (
    "en", "id-ID", "de-DE", "en-GB", "es-ES", "es-MX", "fr-FR", "it-IT", "ja-JP", "ms-MY", "pt-BR", "th-TH",
    "vi-VN", "zh-CN",
)  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One call that passed the gate."""

    sandbox: Sandbox
    request: Request
    grant: Grant
    body: dict[str, Any]
    files: dict[str, bytes]  # of a multipart body
    shop_or_none: Shop | None

    @property
    def shop(self) -> Shop:
        if self.shop_or_none is None:
            raise TypeError("only calls with a shop_cipher have a shop")
        return self.shop_or_none

    @property
    def access(self) -> Access:
        return access_of(self.sandbox)

    @property
    def query(self) -> QueryParams:
        return self.request.query_params

    @property
    def now(self) -> int:
        return self.sandbox.clock.now_s()

    def page_size(self, most: int, default: int | None = None) -> int:
        value = self.query.get("page_size", "" if default is None else str(default))
        if not value.isdigit() or not 1 <= int(value) <= most:
            raise invalid("page_size")
        return int(value)

    def choice(self, name: str, *known: str) -> str:
        """One of the known words from the query; the first when absent."""
        value = self.query.get(name, known[0])
        if value not in known:
            raise invalid(name)
        return value

    def flag(self, name: str) -> bool:
        return self.choice(name, "false", "true") == "true"

    def text(self, name: str) -> str:
        """From the body."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise invalid(name)
        return value

    def number(self, name: str, default: int) -> int:
        """From the body."""
        value = self.body.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise invalid(name)
        return value

    def path_id(self, name: str) -> int:
        """0 for what is no number: nothing has that id."""
        value = self.request.path_params[name]
        return int(value) if value.isdigit() else 0

    @property
    def locale(self) -> str:
        return self.choice("locale", *LOCALES)

    @property
    def room(self) -> Room:
        """The room that the path names, if it is the shop's."""
        room = self.sandbox.world.rooms.get(("tiktok_shop", self.path_id("conversation_id")))
        if room is None or room.shop_id != self.shop.id:
            raise TikTokShopError(45101003)
        return room


Handle = Callable[[Call], Any]


def access_of(sandbox: Sandbox) -> Access:
    access: Access = sandbox.own_state("tiktok_shop")
    return access


async def admit(sandbox: Sandbox, request: Request, name: str, scope: str, has_shop: bool) -> Call:
    """Check one call and read its body. Raises TikTokShopError."""
    raw = await request.body()
    is_multipart = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    _check_signature(sandbox, request, b"" if is_multipart else raw)
    grant = _grant(sandbox, request)
    shop = _shop(sandbox, request, grant, has_shop)
    if scope not in grant.scopes:
        raise TikTokShopError(105005)
    _check_limits(sandbox, name, scope, shop)
    files = await _files(request) if is_multipart else {}
    return Call(sandbox, request, grant, {} if is_multipart else _json(request, raw), files, shop)


def _check_signature(sandbox: Sandbox, request: Request, body: bytes) -> None:
    query, keys = request.query_params, sandbox.keys
    if not query.get("sign"):
        raise TikTokShopError(errors.INVALID, errors.MISSING_SIGN)
    if query.get("app_key") != keys.tiktok_shop_app_key:
        raise TikTokShopError(errors.INVALID, errors.WRONG_APP)
    if not query.get("timestamp", "").isdigit():
        raise TikTokShopError(errors.INVALID, errors.NOT_A_TIME)
    age = sandbox.clock.now_s() - int(query["timestamp"])
    if age > OLDEST_S:
        raise TikTokShopError(errors.INVALID, errors.TOO_OLD)
    if age < -EARLIEST_S:
        raise TikTokShopError(errors.INVALID, errors.TOO_EARLY)
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    right = sign(keys.tiktok_shop_app_secret, path, query.multi_items(), body)
    if not hmac.compare_digest(right.encode(), query["sign"].encode()):
        raise TikTokShopError(106001)


def _grant(sandbox: Sandbox, request: Request) -> Grant:
    access, now = access_of(sandbox), sandbox.clock.now_s()
    token = access.access_tokens.get(request.headers.get("x-tts-access-token", ""))
    if token is None:
        raise TikTokShopError(errors.INVALID, errors.WRONG_TOKEN)
    if token.ends_at <= now:
        raise TikTokShopError(105002)
    grant = access.live_grant(token.open_id, now)
    if grant is None:
        raise TikTokShopError(errors.INVALID, errors.WRONG_TOKEN)
    return grant


def _shop(sandbox: Sandbox, request: Request, grant: Grant, has_shop: bool) -> Shop | None:
    cipher = request.query_params.get("shop_cipher", "")
    if not has_shop:
        if cipher:
            raise TikTokShopError(errors.INVALID, errors.NO_CIPHER_WANTED)
        return None
    if not cipher:
        raise TikTokShopError(106013)
    for shop_id in grant.shop_ids:
        if cipher_of(shop_id) == cipher:
            return sandbox.world.shop("tiktok_shop", shop_id)
    raise TikTokShopError(101000)


def _check_limits(sandbox: Sandbox, name: str, scope: str, shop: Shop | None) -> None:
    limit, shop_id = sandbox.limit("tiktok_shop", name), shop.id if shop else 0
    bucket = sandbox.limits.bucket(limit, "tiktok_shop", name, shop_id)
    if not bucket.take():
        seconds = str(math.ceil(bucket.reset_after))
        raise TikTokShopError(errors.TOO_MANY, headers={"Retry-After": seconds})
    if scope == CHAT:
        has_some_left = access_of(sandbox).count_call(shop_id, sandbox.clock.now_s())
        sandbox.state_changed()
        if not has_some_left:
            raise TikTokShopError(45101004)


async def _files(request: Request) -> dict[str, bytes]:
    async with request.form() as form:
        return {name: await value.read() for name, value in form.items() if not isinstance(value, str)}


def _json(request: Request, raw: bytes) -> dict[str, Any]:
    if not raw:
        return {}
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise TikTokShopError(36009022)
    try:
        found = json.loads(raw)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise invalid("body")
    return found
