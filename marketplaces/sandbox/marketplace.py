"""What the sandbox needs to know about one marketplace.

To add one: a folder with such a value, and a line in app.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from marketplaces.sandbox.catalogue import Order, Shop
from marketplaces.sandbox.world import Message, Room, World

if TYPE_CHECKING:
    from marketplaces.sandbox.sandbox import Sandbox


@dataclass(frozen=True)
class Limit:
    rate: float  # calls a second
    burst: int


@dataclass(frozen=True)
class Marketplace:
    slug: str
    label: str
    mounts: Mapping[str, Sequence[BaseRoute]]  # path prefix -> routes below it
    default_limit: Limit
    new_state: Callable[[], Any]
    message_id: Callable[[int], int]  # from nanoseconds; the sandbox keeps ids growing
    room_id: Callable[[Shop, int], int]  # from the shop and the buyer's id
    announce: Callable[[Sandbox, Room, Message], None]  # push what was just said, if this marketplace does
    announce_order: Callable[[Sandbox, Shop, Order], None]
    push_url: Callable[[Sandbox], str]
    server_error: Callable[[], Response]
    too_many: Callable[[Sandbox, str], Response]  # the 429 of an endpoint
    refuse: Callable[[str], Response] | None = None  # with one of its codes, "" for that of an overload
    clock_moved: Callable[[Sandbox], None] = lambda sandbox: None  # announces what the new time brings
    # What a first world has beyond talks: (world, rooms of one shop, whether one may be closed, chance)
    touch_up: Callable[[World, list[Room], bool, Random], None] = lambda world, rooms, may_close, rng: None
    platforms: Mapping[str, str] = field(default_factory=dict)  # where its buyers may be from -> name
    notes: Mapping[str, str] = field(default_factory=dict)  # kinds the phone offers as the system's -> words
