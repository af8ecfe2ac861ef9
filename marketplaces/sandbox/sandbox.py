"""The hub: the world, its clock, and everything that acts on them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.requests import Request

from marketplaces.sandbox import seed
from marketplaces.sandbox.calls import Calls
from marketplaces.sandbox.catalogue import Buyer, Order, Shop
from marketplaces.sandbox.clock import Clock
from marketplaces.sandbox.environment import Keys
from marketplaces.sandbox.files import Files
from marketplaces.sandbox.limits import Limits
from marketplaces.sandbox.marketplace import Limit, Marketplace
from marketplaces.sandbox.push import Pusher
from marketplaces.sandbox.store import Store
from marketplaces.sandbox.world import Fault, Message, Room, World

SAVE_AFTER_S = 0.3


class Sandbox:
    def __init__(
        self, directory: Path, base_url: str, keys: Keys, marketplaces: Mapping[str, Marketplace]
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.keys = keys
        self.marketplaces = marketplaces
        self.files = Files(directory / "files")
        self.calls = Calls()
        self.limits = Limits()
        self.pusher = Pusher(self)
        self._store = Store(directory)
        self._saving: asyncio.TimerHandle | None = None
        world = self._store.load()
        self.clock = Clock(world.state.clock_offset_s if world else 0)
        self.world = world or self._begin(seed.default_size())

    # The world as a whole

    def reset(self, size: seed.Size) -> None:
        """A fresh world: no tokens, faults, limits, counts or push modes, and the real time."""
        self.pusher.clear()
        self.calls.clear()
        self.limits.clear()
        self.clock.reset()
        self.world = self._begin(size)

    def _begin(self, size: seed.Size) -> World:
        world = seed.plant(size, self.marketplaces, self.clock.now_ns())
        self._store.replace(world)
        return world

    def own_state(self, marketplace: str) -> Any:
        """Grants and tokens of one marketplace. Call state_changed() after changing them."""
        own = self.world.state.own
        if marketplace not in own:
            own[marketplace] = self.marketplaces[marketplace].new_state()
        return own[marketplace]

    def advance_clock(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.world.state.clock_offset_s = self.clock.offset_s
        for market in self.marketplaces.values():
            market.clock_moved(self)
        self.state_changed()

    # What is said in rooms

    def say(self, room: Room, message: Message, push: bool = True) -> Message:
        """Add to a room and let the marketplace announce it as it does."""
        room.messages.append(message)
        room.is_hidden = False
        if message.sent_by == "seller_centre":
            room.read_by_shop = message.id
            room.is_marked_unread = False
        self.room_changed(room)
        if push:
            self.marketplaces[room.marketplace].announce(self, room, message)
        return message

    def new_message(
        self, room: Room, sent_by: str, kind: str, content: dict[str, Any], **more: Any
    ) -> Message:
        now = self.clock.now_ns()
        return Message(self._next_id(room.marketplace, now), sent_by, kind, content, now, **more)

    def _next_id(self, marketplace: str, now_ns: int) -> int:
        last = self.world.state.last_ids
        last[marketplace] = max(
            last.get(marketplace, 0) + 1, self.marketplaces[marketplace].message_id(now_ns)
        )
        return last[marketplace]

    def open_room(self, shop: Shop, buyer_id: int) -> Room:
        """The room of a shop and a buyer, made when there is none."""
        room = self.world.room_between(shop, buyer_id)
        if room is None:
            market = self.marketplaces[shop.marketplace]
            room = Room(market.room_id(shop, buyer_id), shop.marketplace, shop.id, buyer_id)
            room.created_at = self.clock.now_s()
            self.world.add_room(room)
            self.room_changed(room)
        return room

    def welcome_buyer(self, marketplace: str, who: int | str) -> Buyer:
        """A buyer by id or name; a stranger gets an account."""
        buyer = self.world.catalogue.find_buyer(marketplace, who)
        if buyer is None:
            buyer = seed.new_buyer(self.world.catalogue, marketplace, str(who))
            self.catalogue_changed()
        return buyer

    def order_changed(self, shop: Shop, order: Order) -> None:
        self.catalogue_changed()
        self.marketplaces[shop.marketplace].announce_order(self, shop, order)

    # Faults and limits

    def take_fault(self, marketplace: str, endpoint: str) -> Fault | None:
        state = self.world.state
        for fault in state.faults:
            if fault.marketplace == marketplace and fault.endpoint in (endpoint, "*"):
                fault.count -= 1
                if fault.count <= 0:
                    state.faults.remove(fault)
                self.state_changed()
                return fault
        return None

    def limit(self, marketplace: str, endpoint: str) -> Limit:
        limits = self.world.state.limits
        found = limits.get((marketplace, endpoint)) or limits.get((marketplace, "*"))
        return Limit(*found) if found else self.marketplaces[marketplace].default_limit

    # Saving

    def room_changed(self, room: Room) -> None:
        self._store.room_changed(room)
        self._save_soon()

    def catalogue_changed(self) -> None:
        self._store.catalogue_changed()
        self._save_soon()

    def state_changed(self) -> None:
        self._store.state_changed()
        self._save_soon()

    def _save_soon(self) -> None:
        if self._saving is None:
            self._saving = asyncio.get_running_loop().call_later(SAVE_AFTER_S, self.save)

    def save(self) -> None:
        if self._saving:
            self._saving.cancel()
            self._saving = None
        self._store.save(self.world)

    async def close(self) -> None:
        await self.pusher.close()
        self.save()
        self._store.close()

    def file_url(self, path: str) -> str:
        """An absolute address of one of our own paths; others are left alone."""
        return self.base_url + path if path.startswith("/") else path


def sandbox_of(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox
