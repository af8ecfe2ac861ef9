"""One marketplace call on its way through the sandbox: counted, perhaps spoiled by a fault, answered."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from marketplaces.sandbox import faults
from marketplaces.sandbox.calls import Count
from marketplaces.sandbox.sandbox import Sandbox, sandbox_of

log = logging.getLogger(__name__)
Handler = Callable[[Sandbox, Request], Awaitable[Response]]


class Refusal(Exception):
    """A call refused in the marketplace's own words."""

    is_signature = False

    def response(self) -> Response:
        raise NotImplementedError


def endpoint(marketplace: str, name: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def view(request: Request) -> Response:
        sandbox = sandbox_of(request)
        market = sandbox.marketplaces[marketplace]
        with sandbox.calls.running(marketplace, name) as count:

            async def handle() -> Response:
                return await _answer(handler, sandbox, request, marketplace, count)

            fault = sandbox.take_fault(marketplace, name)
            response = await (faults.apply(fault, sandbox, market, name, handle) if fault else handle())
            count.answered(response.status_code)
            count.rate_limited_on_purpose += fault is not None and fault.kind == "rate_limit"
        return response

    return view


async def _answer(handler: Handler, sandbox: Sandbox, request: Request, slug: str, count: Count) -> Response:
    try:
        return await handler(sandbox, request)
    except Refusal as refusal:
        count.refused_signatures += refusal.is_signature
        return refusal.response()
    except Exception:
        log.exception("%s %s", request.method, request.url.path)
        return sandbox.marketplaces[slug].server_error()
