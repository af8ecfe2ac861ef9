"""One port for both: pages through WSGI in a thread pool (twice as fast as Django's own ASGI for these views),
the live stream in plain ASGI."""

from __future__ import annotations

import os
from typing import Any

import django
from a2wsgi import WSGIMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forstok_chat.settings")
django.setup()

from conversations.stream import close_streams_on_signals, stream  # noqa: E402
from forstok_chat.wsgi import application as wsgi_application  # noqa: E402

STREAM_PATH = "/live/stream/"
pages = WSGIMiddleware(wsgi_application, workers=8)  # type: ignore[arg-type]  # its response is iterable


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == STREAM_PATH:
        await stream(scope, receive, send)
    elif scope["type"] == "http":
        await pages(scope, receive, send)
    else:
        raise ValueError(f"cannot serve {scope['type']}")


async def lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            close_streams_on_signals()
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return
