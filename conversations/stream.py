"""The live stream: server-sent events that only say "look again". Spoken in plain ASGI beside Django.

One Redis subscription per process, a flag per browser: however much happens, at most one nudge waits for a
slow browser, so memory per stream is constant. What changed is asked for at /live/, with a cursor.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest
from redis import RedisError
from redis.asyncio import Redis

from conversations.events import EVERY_SELLER, channel
from conversations.live import sellers_of
from forstok_chat.accounts import sessions
from forstok_chat.accounts.models import User

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

KEEP_ALIVE = 20  # seconds; proxies close what is silent for longer
# Whoever lost a shop or a session meanwhile, unheard: the browser comes back by itself and is checked again.
LONGEST = 900  # seconds
NUDGE = b"event: changed\ndata: \n\n"


class Hub:
    """The streams of this process, by channel: of sellers, to be nudged, and of people, to be ended."""

    def __init__(self) -> None:
        self.waiting: dict[str, set[asyncio.Event]] = {}
        self.closing = asyncio.Event()
        self.listener: asyncio.Task[None] | None = None

    def join(self, channels: list[str], flag: asyncio.Event) -> None:
        for name in channels:
            self.waiting.setdefault(name, set()).add(flag)
        if self.listener is None or self.listener.done():
            self.listener = asyncio.create_task(self.listen())

    def leave(self, channels: list[str], flag: asyncio.Event) -> None:
        for name in channels:
            flags = self.waiting.get(name, set())
            flags.discard(flag)
            if not flags:
                self.waiting.pop(name, None)

    async def listen(self) -> None:
        """Pass nudges on for ever. After a gap every stream is nudged, as something may have been missed."""
        while not self.closing.is_set():
            try:
                async with (
                    Redis.from_url(settings.REDIS_URL, socket_timeout=None) as client,
                    client.pubsub() as pubsub,
                ):
                    await pubsub.psubscribe(EVERY_SELLER, sessions.EVERY_PERSON)
                    self.wake_all()
                    async for message in pubsub.listen():
                        if message["type"] == "pmessage":
                            self.wake(message["channel"].decode())
            except (RedisError, OSError) as error:
                logger.warning("live nudges interrupted: %s", type(error).__name__)
                await asyncio.sleep(1)

    def wake(self, name: str) -> None:
        for flag in self.waiting.get(name, ()):
            flag.set()

    def wake_all(self) -> None:
        for name in self.waiting:
            if not name.startswith(sessions.ENDED):
                self.wake(name)


hub: Hub | None = None


def the_hub() -> Hub:
    global hub
    if hub is None:
        hub = Hub()
    return hub


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """One browser's stream, until it leaves, its session ends, the server stops, or LONGEST has passed."""
    user = await sync_to_async(signed_in, thread_sensitive=False)(dict(scope["headers"]))
    if user is None:
        await respond(send, 204)  # tells an EventSource not to come back
        return
    changed, ended = asyncio.Event(), asyncio.Event()
    changed.set()  # whoever connects looks at once: something may have happened while it was away
    person, sellers = [sessions.channel(user.pk)], [channel(seller) for seller in user.sellers]
    the_hub().join(sellers, changed)
    the_hub().join(person, ended)
    over = [asyncio.ensure_future(each) for each in (disconnected(receive), ended.wait())]
    try:
        await respond(send, 200, more=True)
        async with asyncio.timeout(LONGEST):
            await nudge_until(over, changed, send)
    except TimeoutError:
        pass
    finally:
        the_hub().leave(sellers, changed)
        the_hub().leave(person, ended)
        for future in over:
            future.cancel()
        last = (
            NUDGE if ended.is_set() else b""
        )  # an open page looks once more, and finds that it must sign in
        with contextlib.suppress(Exception):
            await send({"type": "http.response.body", "body": last, "more_body": False})


async def nudge_until(over: Sequence[asyncio.Future[Any]], flag: asyncio.Event, send: Send) -> None:
    closing = asyncio.ensure_future(the_hub().closing.wait())
    ends = {*over, closing}
    try:
        while True:
            changed = asyncio.ensure_future(flag.wait())
            await asyncio.wait({*ends, changed}, timeout=KEEP_ALIVE, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
            if any(each.done() for each in ends):
                return
            body = NUDGE if flag.is_set() else b": still here\n\n"
            flag.clear()
            await send({"type": "http.response.body", "body": body, "more_body": True})
    finally:
        closing.cancel()


async def disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def respond(send: Send, status: int, *, more: bool = False) -> None:
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-cache, no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers if more else []})
    await send({"type": "http.response.body", "body": b": hello\n\n" if more else b"", "more_body": more})


@dataclass(frozen=True)
class Viewer:
    pk: int
    sellers: list[UUID]


def signed_in(headers: dict[bytes, bytes]) -> Viewer | None:
    """Whoever owns this session cookie; None when nobody is signed in."""
    try:
        cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
        morsel = cookies.get(settings.SESSION_COOKIE_NAME)
        if morsel is None:
            return None
        request = HttpRequest()
        request.session = sessions.SessionStore(morsel.value)
        user = get_user(request)
        return Viewer(user.pk, sellers_of(user)) if isinstance(user, User) and user.is_active else None
    finally:
        close_old_connections()


def close_streams_on_signals() -> None:
    """End open streams as soon as the server is told to stop; it would wait for them for ever otherwise."""
    closing, loop = the_hub().closing, asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        earlier = signal.getsignal(number)

        def stop(received: int, frame: Any, earlier: Any = earlier) -> None:
            loop.call_soon_threadsafe(closing.set)
            if callable(earlier):
                earlier(received, frame)

        signal.signal(number, stop)
