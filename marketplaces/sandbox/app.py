"""The whole sandbox as one ASGI application. A new marketplace is one more line in MARKETPLACES."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from marketplaces.sandbox import control, phone
from marketplaces.sandbox.environment import Keys, read_keys
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.shopee import SHOPEE
from marketplaces.sandbox.tiktok_shop import TIKTOK_SHOP
from marketplaces.sandbox.tokopedia import TOKOPEDIA

MARKETPLACES = {market.slug: market for market in (SHOPEE, TOKOPEDIA, TIKTOK_SHOP)}


class App:
    """Starlette, with the connection at hand, as a fault may want to break it off, and with the sandbox's own time
    on every answer: a client whose clock is wrong learns it from there."""

    def __init__(self, inner: ASGIApp, sandbox: Sandbox) -> None:
        self.inner = inner
        self.sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["sandbox.transport"] = getattr(getattr(send, "__self__", None), "transport", None)

        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(self.sandbox.clock.now_s(), usegmt=True)
                message["headers"] = [*message.get("headers", ()), (b"date", date.encode())]
            await send(message)

        await self.inner(scope, receive, send_dated)


def build(directory: Path, base_url: str = "http://127.0.0.1:8001", keys: Keys | None = None) -> App:
    """The app over the world kept in that folder; a new one is made when there is none."""
    sandbox = Sandbox(directory, base_url, keys or read_keys(), MARKETPLACES)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await sandbox.close()

    starlette = Starlette(routes=_routes(), lifespan=lifespan)
    starlette.state.sandbox = sandbox
    return App(starlette, sandbox)


def _routes() -> list[BaseRoute]:
    mounts = [
        Mount(path, routes=list(routes))
        for market in MARKETPLACES.values()
        for path, routes in market.mounts.items()
    ]
    static = Mount("/static", StaticFiles(directory=Path(__file__).with_name("static")))
    return [*mounts, Mount("/control", routes=list(control.routes())), static, *phone.routes()]
