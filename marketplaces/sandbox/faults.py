"""Answers that go wrong on purpose. Each fault spoils the next few calls of an endpoint."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from marketplaces.sandbox.marketplace import Marketplace
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.world import Fault

KINDS = (
    "error_before",
    "error_after",
    "timeout_before",
    "timeout_after",
    "reset_after",
    "rate_limit",
    "refuse",
    "garbage",
    "slow",
)
DEFAULT_SECONDS = {"slow": 2.0, "timeout_before": 30.0, "timeout_after": 30.0}
GARBAGE = "<html><body><h1>Sedang dalam pemeliharaan</h1></body>"


class Silence(Response):
    """Holds the connection for some seconds, then drops it without an answer."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.status_code = 0
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_until_disconnected(receive))
        if self.seconds:
            await asyncio.wait([gone], timeout=self.seconds)
        abort(scope)
        await asyncio.wait([gone], timeout=1)
        gone.cancel()


def abort(scope: Scope) -> None:
    """Close the connection at once, so that the caller sees a reset rather than an orderly end."""
    transport = scope.get("sandbox.transport")
    if transport is None or transport.is_closing():
        return
    if (raw := transport.get_extra_info("socket")) is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def apply(
    fault: Fault,
    sandbox: Sandbox,
    market: Marketplace,
    endpoint: str,
    handle: Callable[[], Awaitable[Response]],
) -> Response:
    """Answer one call under a fault; "after" kinds do the work first and then hide that they did."""
    if fault.kind in ("error_after", "timeout_after", "reset_after"):
        await handle()
    if fault.kind in ("error_before", "error_after"):
        return market.server_error()
    if fault.kind in ("timeout_before", "timeout_after"):
        return Silence(fault.seconds)
    if fault.kind == "reset_after":
        return Silence(0)
    if fault.kind == "rate_limit":
        return market.too_many(sandbox, endpoint)
    if fault.kind == "refuse":
        return market.refuse(fault.code) if market.refuse else market.server_error()
    if fault.kind == "garbage":
        return PlainTextResponse(GARBAGE, media_type="text/html")
    await asyncio.sleep(fault.seconds)
    return await handle()


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
