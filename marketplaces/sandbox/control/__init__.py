"""The levers for tests and benchmarks: JSON in, JSON out. The calls are listed in the project's design."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from marketplaces.sandbox.control.asking import Bad, Values
from marketplaces.sandbox.control.authorizations import post_any_push, post_authorization, post_redirect
from marketplaces.sandbox.control.buyers import post_buyer
from marketplaces.sandbox.control.levers import (
    get_faults,
    get_push,
    post_fault,
    post_limit,
    post_push,
    post_quota,
    post_rules,
)
from marketplaces.sandbox.control.messages import get_messages, get_rooms, post_message
from marketplaces.sandbox.control.orders import post_order
from marketplaces.sandbox.control.tokopedia import post_tokopedia
from marketplaces.sandbox.control.whole import get_calls, get_clock, get_world, post_clock, post_reset
from marketplaces.sandbox.kinds import Unsayable
from marketplaces.sandbox.sandbox import Sandbox, sandbox_of


def routes() -> Iterator[BaseRoute]:
    posts: dict[str, Callable[[Sandbox, Values], dict[str, Any]]] = {
        "messages": post_message,
        "orders": post_order,
        "faults": post_fault,
        "push": post_push,
        "pushes": post_any_push,
        "authorizations": post_authorization,
        "redirect": post_redirect,
        "buyers": post_buyer,
        "limits": post_limit,
        "clock": post_clock,
        "rules": post_rules,
        "quota": post_quota,
        "tokopedia": post_tokopedia,
        "reset": post_reset,
    }
    gets: dict[str, Callable[[Sandbox, Values], dict[str, Any]]] = {
        "messages": get_messages,
        "rooms": get_rooms,
        "faults": get_faults,
        "push": get_push,
        "clock": get_clock,
        "calls": get_calls,
        "world": get_world,
    }
    for name, act in posts.items():
        for path in (f"/{name}", f"/{name}/"):
            yield Route(path, _view(act), methods=["POST"])
    for name, act in gets.items():
        for path in (f"/{name}", f"/{name}/"):
            yield Route(path, _view(act), methods=["GET"])
    index = {"POST": sorted(posts), "GET": sorted(gets)}
    yield Route("/", _view(lambda sandbox, values: {"calls": index}), methods=["GET"])


def _view(act: Callable[[Sandbox, Values], dict[str, Any]]) -> Callable[[Request], Awaitable[Response]]:
    async def view(request: Request) -> Response:
        try:
            values: Any = (
                request.query_params if request.method == "GET" else json.loads(await request.body() or b"{}")
            )
            return JSONResponse(act(sandbox_of(request), values))
        except (Bad, Unsayable, KeyError, TypeError, ValueError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            return JSONResponse({"error": reason}, status_code=400)

    return view
