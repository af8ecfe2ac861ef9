"""What every call of the API passes: the limit, the token, the app, the shop."""

from __future__ import annotations

import hmac
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.endpoint import Refusal
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tokopedia.errors import (
    HeaderError,
    StatusError,
    ended_token,
    not_accepted,
    not_attached,
    too_many,
)
from marketplaces.sandbox.tokopedia.limited import bucket_of, with_headers
from marketplaces.sandbox.tokopedia.state import app_state


@dataclass(frozen=True)
class Call:
    sandbox: Sandbox
    request: Request
    body: dict[str, Any]

    def text(self, name: str) -> str:
        """A query parameter, "" when absent."""
        return self.request.query_params.get(name, "")

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        if value and not value.isdigit():
            raise HeaderError(400, f"invalid {name} format")
        return int(value) if value else default

    def path_number(self, name: str) -> int:
        value = self.request.path_params[name]
        if not value.isdigit():
            raise HeaderError(400, f"invalid {name} format")
        return int(value)

    def shop(self, given: object) -> Shop:
        """The shop with that id, if the app may act for it."""
        if not str(given).isdigit():
            raise HeaderError(400, "invalid shop_id format")
        shop = self.sandbox.world.shop("tokopedia", int(str(given)))
        if shop is None or not shop.is_attached:
            raise not_attached()
        if not shop.is_accepted:
            raise not_accepted()
        return shop


Handle = Callable[[Call], Any]


def behind_gate(name: str, handle: Handle) -> Callable[[Sandbox, Request], Any]:
    async def view(sandbox: Sandbox, request: Request) -> Response:
        bucket = bucket_of(sandbox, name)
        if not bucket.take():
            return with_headers(too_many(), bucket)
        try:
            response = await _answer(sandbox, request, name, handle)
        except Refusal as refusal:
            response = refusal.response()
        return with_headers(response, bucket)

    return view


async def _answer(sandbox: Sandbox, request: Request, name: str, handle: Handle) -> Response:
    _check_token(sandbox, request)
    _check_app(sandbox, request, name)
    result = handle(Call(sandbox, request, await _body(request)))
    return JSONResponse(await result if inspect.isawaitable(result) else result)


def _check_token(sandbox: Sandbox, request: Request) -> None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    state = app_state(sandbox)
    is_right = state.token and hmac.compare_digest(value.encode(), state.token.encode())
    if scheme.lower() != "bearer" or not is_right or state.token_ends_at <= sandbox.clock.now_s():
        raise ended_token()


def _check_app(sandbox: Sandbox, request: Request, name: str) -> None:
    given = request.path_params.get("fs_id") or request.query_params.get("fs_id", "")
    if given == str(sandbox.keys.tokopedia_fs_id):
        return
    has_header = name == "shop-info" and app_state(sandbox).has_header
    if name in ("shop-info", "register", "webhooks") and not has_header:
        raise StatusError("400 Bad Request", "Invalid FS ID Format")
    raise HeaderError(400, "invalid fs_id format")


async def _body(request: Request) -> dict[str, Any]:
    if request.method != "POST":
        return {}
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise HeaderError(400, "invalid request body")
    return body


def success(data: Any) -> dict[str, Any]:
    """The answer of a chat call."""
    return {"header": {"process_time": 0, "messages": "success", "reason": "", "error_code": 0}, "data": data}


def processed(data: Any) -> dict[str, Any]:
    """The answer of an order or product call."""
    header = {"process_time": 0.018, "messages": "Your request has been processed successfully"}
    return {"header": header, "data": data}


def ok(data: Any) -> dict[str, Any]:
    """The answer of shop-info and of the webhook calls."""
    return {"data": data, "status": "200 Ok", "error_message": []}
