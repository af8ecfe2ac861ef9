"""The token host (tiktok_shop.md 1): unsigned GETs, refusals inside a 200, and times that are absolute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from marketplaces.sandbox.endpoint import endpoint
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tiktok_shop import errors
from marketplaces.sandbox.tiktok_shop.access import Grant
from marketplaces.sandbox.tiktok_shop.errors import TikTokShopError, envelope
from marketplaces.sandbox.tiktok_shop.gate import access_of

BAD_CODE, NO_RECORD, BAD_PARAMETERS = 36004004, 36004005, 98001004


def token_routes() -> Iterator[BaseRoute]:
    yield Route("/api/v2/token/get", endpoint("tiktok_shop", "token-get", _get), methods=["GET"])
    yield Route("/api/v2/token/refresh", endpoint("tiktok_shop", "token-refresh", _refresh), methods=["GET"])
    yield Route("/api/{path:path}", endpoint("tiktok_shop", "unknown", _nowhere), methods=["GET", "POST"])


async def _get(sandbox: Sandbox, request: Request) -> Response:
    """A code becomes the first pair of tokens, once."""
    if refused := _check(sandbox, request.query_params, "token-get", "authorized_code"):
        return refused
    access, now = access_of(sandbox), sandbox.clock.now_s()
    code = access.codes.get(request.query_params.get("auth_code", ""))
    grant = access.live_grant(code.open_id, now) if code else None
    if code is None or code.is_spent or code.ends_at <= now or grant is None:
        return envelope(BAD_CODE, errors.MESSAGES[BAD_CODE], {})
    code.is_spent = True
    return _pair(sandbox, grant, now)


async def _refresh(sandbox: Sandbox, request: Request) -> Response:
    """A new pair; the refresh token that was given is spent."""
    if refused := _check(sandbox, request.query_params, "token-refresh", "refresh_token"):
        return refused
    access, now = access_of(sandbox), sandbox.clock.now_s()
    token = access.refresh_tokens.get(request.query_params.get("refresh_token", ""))
    grant = access.live_grant(token.open_id, now) if token else None
    if token is None or token.is_spent or token.ends_at <= now or grant is None:
        return envelope(NO_RECORD, errors.MESSAGES[NO_RECORD], {})
    token.is_spent = True
    return _pair(sandbox, grant, now)


async def _nowhere(sandbox: Sandbox, request: Request) -> Response:
    """A POST too: this host knows nothing but GET."""
    return PlainTextResponse("404 page not found", status_code=404)


def _check(sandbox: Sandbox, query: QueryParams, name: str, grant_type: str) -> Response | None:
    keys = sandbox.keys
    if not sandbox.limits.bucket(sandbox.limit("tiktok_shop", name), "tiktok_shop", name).take():
        raise TikTokShopError(errors.TOO_MANY, headers={"Retry-After": "1"})
    given = query.get("app_key"), query.get("app_secret")
    if given != (keys.tiktok_shop_app_key, keys.tiktok_shop_app_secret):
        return envelope(errors.INVALID, errors.WRONG_APP, {})
    if query.get("grant_type") != grant_type:
        return envelope(BAD_PARAMETERS, "invalid params", {})
    return None


def _pair(sandbox: Sandbox, grant: Grant, now: int) -> Response:
    access = access_of(sandbox)
    token, refresh = access.new_pair(grant, now)
    sandbox.state_changed()
    data: dict[str, Any] = {
        "access_token": token,
        "access_token_expire_in": access.access_tokens[token].ends_at,
        "refresh_token": refresh,
        "refresh_token_expire_in": grant.ends_at,
        "open_id": grant.open_id,
        "seller_name": grant.seller_name,
        "seller_base_region": "ID",
        "user_type": 0,
        "granted_scopes": list(grant.scopes),
    }
    return envelope(0, "success", data)
