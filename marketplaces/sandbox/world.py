"""Everything that is remembered: the catalogue, the rooms with what was said, the marketplaces' own state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from marketplaces.sandbox.catalogue import Buyer, Catalogue, Shop, ShopKey
from marketplaces.sandbox.clock import NS

SHOP_SIDE = ("shop", "seller_centre", "system")


@dataclass(slots=True)
class Message:
    id: int
    sent_by: str  # buyer, shop (through the API), seller_centre, system
    kind: str  # Shopee's words: text, image, item, order, sticker, video, ...
    content: dict[str, Any]  # addresses of our own files start with "/", made absolute on the way out
    at_ns: int
    source_content: dict[str, Any] = field(default_factory=dict)
    source: str = "android"
    status: str = "normal"
    status_later: str = ""  # what the word filter turns it into
    status_later_ns: int = 0
    role: str = ""  # TikTok Shop: its word for the speaker, where sent_by does not say it
    is_visible: bool = True  # TikTok Shop: to the shop's people
    shift_s: int = 0  # TikTok Shop: how far the time it tells is off

    @property
    def at_s(self) -> int:
        return self.at_ns // NS

    @property
    def at_ms(self) -> int:
        return self.at_ns // 1_000_000

    @property
    def text(self) -> str:
        return str(self.content.get("text", ""))

    @property
    def is_from_buyer(self) -> bool:
        return self.sent_by == "buyer"

    def status_at(self, now_ns: int) -> str:
        return self.status_later if self.status_later and now_ns >= self.status_later_ns else self.status


@dataclass(slots=True)
class Room:
    id: int
    marketplace: str
    shop_id: int
    buyer_id: int
    messages: list[Message] = field(default_factory=list)  # oldest first
    read_by_shop: int = 0  # id of the last message the shop has read
    read_by_buyer: int = 0
    is_pinned: bool = False
    is_muted: bool = False
    is_hidden: bool = False  # deleted by the shop; comes back with the next message
    is_marked_unread: bool = False
    created_at: int = 0  # seconds; 0 for a room as old as its first message

    @property
    def last(self) -> Message:
        return self.messages[-1]

    @property
    def unread(self) -> int:
        """Buyer messages the shop has not read. Counted from the end: a room is mostly read."""
        count = 0
        for message in reversed(self.messages):
            if message.id <= self.read_by_shop:
                break
            count += message.is_from_buyer
        return max(count, int(self.is_marked_unread))

    def find(self, message_id: int) -> Message | None:
        return next((m for m in reversed(self.messages) if m.id == message_id), None)


class World:
    def __init__(self, catalogue: Catalogue, state: State, rooms: Iterable[Room]) -> None:
        self.catalogue = catalogue
        self.state = state
        self.rooms: dict[tuple[str, int], Room] = {}
        self._by_shop: dict[ShopKey, dict[int, Room]] = {}
        for room in rooms:
            self.add_room(room)

    def add_room(self, room: Room) -> None:
        self.rooms[room.marketplace, room.id] = room
        self._by_shop.setdefault((room.marketplace, room.shop_id), {})[room.buyer_id] = room

    def shop(self, marketplace: str, shop_id: int) -> Shop | None:
        return self.catalogue.shops.get((marketplace, shop_id))

    def shop_of(self, room: Room) -> Shop:
        return self.catalogue.shops[room.marketplace, room.shop_id]

    def buyer_of(self, room: Room) -> Buyer:
        return self.catalogue.buyers[room.marketplace, room.buyer_id]

    def room_between(self, shop: Shop, buyer_id: int) -> Room | None:
        return self._by_shop.get(shop.key, {}).get(buyer_id)

    def rooms_of(self, shop: Shop) -> list[Room]:
        """Rooms in which something was said, newest first."""
        found = [r for r in self._by_shop.get(shop.key, {}).values() if r.messages and not r.is_hidden]
        return sorted(found, key=lambda room: room.last.at_ns, reverse=True)


@dataclass(slots=True)
class PushConfig:
    """How one marketplace reaches the product."""

    mode: str = "normal"
    seconds: float = 5  # of mode "delay"
    url: str = ""  # "" means the default address of environment.py
    extra: dict[str, Any] = field(default_factory=dict)  # what the marketplace's own register call stores


@dataclass(slots=True)
class Fault:
    marketplace: str
    endpoint: str
    kind: str
    count: int
    seconds: float
    code: str = ""  # of kind "refuse"


@dataclass(slots=True)
class State:
    clock_offset_s: float = 0
    last_ids: dict[str, int] = field(default_factory=dict)  # newest message id of each marketplace
    own: dict[str, Any] = field(
        default_factory=dict
    )  # grants and tokens; each marketplace knows its own type
    pushes: dict[str, PushConfig] = field(default_factory=dict)
    lost_pushes: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    limits: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)  # rate a second, burst

    def push(self, marketplace: str) -> PushConfig:
        return self.pushes.setdefault(marketplace, PushConfig())
