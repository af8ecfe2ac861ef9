"""The token host (tokopedia.md A1): one token for the whole app, the same one until it ends."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from marketplaces.sandbox.endpoint import endpoint
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tokopedia.errors import too_many
from marketplaces.sandbox.tokopedia.limited import bucket_of, with_headers
from marketplaces.sandbox.tokopedia.state import app_state

LIFETIME_S = 30 * 86400


def token_routes() -> Iterator[BaseRoute]:
    yield Route("/token", endpoint("tokopedia", "token", _token), methods=["POST"])


async def _token(sandbox: Sandbox, request: Request) -> Response:
    bucket = bucket_of(sandbox, "token")
    if not bucket.take():
        return with_headers(too_many(), bucket)
    return with_headers(_answer(sandbox, request), bucket)


def _answer(sandbox: Sandbox, request: Request) -> Response:
    keys = sandbox.keys
    if _basic(request) != f"{keys.tokopedia_client_id}:{keys.tokopedia_client_secret}":
        return JSONResponse(
            {"error": "invalid_client", "error_description": "Invalid client"}, status_code=401
        )
    if request.query_params.get("grant_type") != "client_credentials":
        return JSONResponse({"error": "unsupported_grant_type", "error_description": ""}, status_code=400)
    state, now = app_state(sandbox), sandbox.clock.now_s()
    if state.token_ends_at <= now:
        state.token = secrets.token_urlsafe(16)
        state.token_ends_at = now + LIFETIME_S
        sandbox.state_changed()
    return JSONResponse(
        {
            "access_token": state.token,
            "event_code": "",
            "expires_in": state.token_ends_at - now,
            "last_login_type": "10",
            "sq_check": False,
            "token_type": "Bearer",
        }
    )


def _basic(request: Request) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    try:
        return base64.b64decode(value).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""
