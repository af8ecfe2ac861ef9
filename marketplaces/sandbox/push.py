"""Pushes on their way to the product: signed, in order where promised, tried again, or made to go wrong.

Modes, set by /control/push: normal; off (nothing leaves, nothing is kept); lost (straight to the lost queue);
duplicate (twice); reorder (what comes within half a second leaves backwards); delay; bad_signature; odd (Shopee's
rarer shapes: ids as texts, a null msg_id, notices that do not say which conversation; TikTok Shop's: no notification
id, and the echo of a send before its answer).
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Coroutine, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from marketplaces.sandbox.sandbox import Sandbox

log = logging.getLogger(__name__)
MODES = ("normal", "off", "lost", "duplicate", "reorder", "delay", "bad_signature", "odd")
REORDER_WINDOW_S = 0.5
DUPLICATE_AFTER_S = 0.2
APART_S = 0.03  # so that what leaves backwards arrives backwards, where no lane keeps the order


@dataclass(frozen=True)
class Policy:
    timeout_s: float
    retry_after_s: tuple[float, ...]
    wants_empty_body: bool = False
    keeps_order: bool = True  # one after the other for each shop


@dataclass(frozen=True)
class Push:
    marketplace: str
    shop_id: int
    url: str
    body: bytes
    signature: tuple[str, str]  # header name and value
    policy: Policy
    if_lost: dict[str, Any] | None = None  # what the lost queue keeps; None where there is no such queue


class Pusher:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._client: httpx.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: set[asyncio.TimerHandle] = set()
        self._lanes: dict[Hashable, deque[Push]] = {}
        self._held: dict[Hashable, list[Push]] = {}
        self.outcomes: dict[str, deque[tuple[int, bool]]] = defaultdict(lambda: deque(maxlen=1000))

    def send(self, push: Push) -> None:
        """Take a push over. It leaves soon, in the marketplace's current mode."""
        config = self._sandbox.world.state.push(push.marketplace)
        if not push.url or config.mode == "off":
            return
        if config.mode == "lost":
            self.lose(push)
        elif config.mode == "delay":
            self._later(config.seconds, push)
        elif config.mode == "reorder":
            self._hold(push)
        else:
            self._enqueue(push)
            if config.mode == "duplicate":
                self._later(DUPLICATE_AFTER_S, push)

    async def post(self, push: Push) -> bool:
        """One attempt: whether the receiver took it."""
        name, value = push.signature
        if self._sandbox.world.state.push(push.marketplace).mode == "bad_signature":
            value = value[::-1]
        headers = {name: value, "Content-Type": "application/json", "User-Agent": "sandbox-push"}
        self._client = self._client or httpx.AsyncClient(trust_env=False)
        try:
            answer = await self._client.post(
                push.url, content=push.body, headers=headers, timeout=push.policy.timeout_s
            )
        except (httpx.HTTPError, httpx.InvalidURL):
            return False
        return answer.is_success and not (push.policy.wants_empty_body and answer.content)

    def clear(self) -> None:
        """Forget what is on its way."""
        for task in self._tasks:
            task.cancel()
        for timer in self._timers:
            timer.cancel()
        for kept in (self._tasks, self._timers, self._lanes, self._held, self.outcomes):
            kept.clear()

    async def close(self) -> None:
        for push in [push for lane in self._lanes.values() for push in lane]:
            self.lose(push)
        self.clear()
        if self._client:
            await self._client.aclose()

    @property
    def waiting(self) -> int:
        return sum(map(len, self._lanes.values())) + sum(map(len, self._held.values()))

    def _enqueue(self, push: Push) -> None:
        if not push.policy.keeps_order:
            self._start(self._deliver(push))
            return
        key = (push.marketplace, push.shop_id)
        if key in self._lanes:
            self._lanes[key].append(push)
        else:
            self._lanes[key] = deque([push])
            self._start(self._work(key))

    async def _work(self, key: Hashable) -> None:
        """Deliver one shop's lane, first to last. A push leaves the lane only when it is settled."""
        lane = self._lanes[key]
        while lane:
            await self._deliver(lane[0])
            lane.popleft()
        del self._lanes[key]

    async def _deliver(self, push: Push) -> None:
        for pause in (*push.policy.retry_after_s, None):
            if await self.post(push):
                return self.count(push.marketplace, True)
            if pause is not None:
                await asyncio.sleep(pause)
        self.count(push.marketplace, False)
        self.lose(push)

    def count(self, marketplace: str, was_taken: bool, times: int = 1) -> None:
        """Remember what became of so many pushes."""
        self.outcomes[marketplace].extend([(self._sandbox.clock.now_s(), was_taken)] * times)

    def lose(self, push: Push) -> None:
        if push.if_lost is not None:
            lost = self._sandbox.world.state.lost_pushes
            number = lost[-1]["number"] + 1 if lost else self._sandbox.clock.now_s() * 1000
            lost.append({**push.if_lost, "marketplace": push.marketplace, "number": number})
            self._sandbox.state_changed()

    def _hold(self, push: Push) -> None:
        key = (push.marketplace, push.shop_id)
        if key not in self._held:
            self._held[key] = []
            self._timer(REORDER_WINDOW_S, lambda: self._release(key))
        self._held[key].append(push)

    def _release(self, key: Hashable) -> None:
        for place, push in enumerate(reversed(self._held.pop(key, []))):
            self._later(place * APART_S, push)

    def _later(self, seconds: float, push: Push) -> None:
        self._timer(seconds, lambda: self._enqueue(push))

    def _timer(self, seconds: float, act: Any) -> None:
        def fire() -> None:
            self._timers.discard(timer)
            act()

        timer = asyncio.get_running_loop().call_later(seconds, fire)
        self._timers.add(timer)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
