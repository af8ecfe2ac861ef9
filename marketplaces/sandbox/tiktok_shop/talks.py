"""What TikTok Shop's rooms have beyond talk: notes, a robot, hidden messages, times that do not fit, a closed room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from marketplaces.sandbox.clock import NS
from marketplaces.sandbox.ids import tiktok_message_id
from marketplaces.sandbox.world import Message, Room, World

BEFORE_NS, AFTER_NS = (
    -1_500_000_123,
    1_500_000_123,
)  # never an instant of a seeded message, which are whole ms
SHORTEST = 8  # a shorter room is left as it is
LONG_AGO_NS = 75 * 86400 * NS
GREETING = "Halo kak! Pesan kakak sudah kami terima, petugas kami segera membalas ya 🙏"
JOINED = "Layanan pelanggan bergabung dalam percakapan."
MOVED = "Percakapan dialihkan ke petugas lain."
RATE_US = "Bagaimana pelayanan kami? Beri nilai 1 sampai 5."
NO_ORDER = "Pesanan saya bagaimana ya kak?"


@dataclass(frozen=True)
class Note:
    """Something to put beside one of the messages."""

    kind: str
    sent_by: str
    distance_ns: int
    content: Callable[[int], dict[str, Any]]  # from the id of a product
    role: str = ""
    is_visible: bool = True


def touch_up(world: World, rooms: list[Room], may_close: bool, rng: Random) -> None:
    for place, room in enumerate(rooms):
        for said in room.messages:
            if said.sent_by == "system":
                _becomes_a_note(said)
        if len(room.messages) >= SHORTEST:
            product = rng.choice(world.catalogue.on_sale(world.shop_of(room)))
            _add_notes(room, place, product.id)
            if place % 3 == 1:
                _confuse_times(room, rng)
    if may_close and rooms:
        _close(world, rooms[-1])
    for room in rooms:
        room.created_at = room.messages[0].at_s if room.messages else 0


def _becomes_a_note(said: Message) -> None:
    order = said.content.get("order_sn", "")
    words = f"Pembeli membuat pesanan {order}." if order else "Pembeli sedang melihat toko Anda."
    said.kind, said.content = "notification", {"text": words}


def _add_notes(room: Room, place: int, product_id: int) -> None:
    """The room keeps its length: as many of the oldest go."""
    length = len(room.messages)
    for number, note in enumerate(NOTES):
        if (place + number) % len(NOTES) < 3 and (beside := _place_of(room, note)) is not None:
            _put(room, beside, note, product_id)
    room.messages = room.messages[-length:]


def _place_of(room: Room, note: Note) -> int | None:
    """Beside which message, counted from 0: a buyer who begins to talk, or a shop that answers."""
    wanted = "seller_centre" if note.kind in AT_ANSWER else "buyer"
    for place in range(len(room.messages) - 1, 0, -1):
        if room.messages[place].sent_by == wanted != room.messages[place - 1].sent_by:
            return place
    return None


def _put(room: Room, beside: int, note: Note, product_id: int) -> None:
    """Where the notes of one message would meet, each is a little further off."""
    near = room.messages[beside]
    at_ns, taken = near.at_ns + note.distance_ns, {said.at_ns for said in room.messages}
    while at_ns in taken:
        at_ns += note.distance_ns // 10
    content = note.content(product_id)
    said = Message(tiktok_message_id(at_ns), note.sent_by, note.kind, content, at_ns, source="server")
    said.role, said.is_visible = note.role, note.is_visible
    room.messages.append(said)
    room.messages.sort(key=lambda message: message.at_ns)


def _confuse_times(room: Room, rng: Random) -> None:
    """One of the newer messages tells a time before that of the message it follows."""
    place = rng.randrange(max(1, len(room.messages) - 12), len(room.messages))
    before, said = room.messages[place - 1], room.messages[place]
    said.shift_s = before.at_s - said.at_s - 2


def _close(world: World, room: Room) -> None:
    """Long silent, and with a buyer who has not ordered lately: the shop may not write."""
    orders = world.catalogue.orders_of(world.shop_of(room))
    for order_id in [order.id for order in orders.values() if order.buyer_id == room.buyer_id]:
        del orders[order_id]
    for said in room.messages:
        said.at_ns -= LONG_AGO_NS
        said.id = tiktok_message_id(said.at_ns)
        if "order_sn" in said.content:
            said.kind, said.content = "text", {"text": NO_ORDER}
        said.source_content.pop("order_sn", None)
    room.read_by_shop = room.last.id


AT_ANSWER = ("allocated_service", "buyer_enter_from_transfer", "notification")
NOTES = (
    Note(
        "buyer_enter_from_product",
        "system",
        BEFORE_NS,
        lambda product_id: {"item_id": product_id},
        role="BUYER",
    ),
    Note("text", "robot", AFTER_NS, lambda _: {"text": GREETING}),
    Note("allocated_service", "system", BEFORE_NS, lambda _: {"text": JOINED}),
    Note("notification", "system", AFTER_NS, lambda _: {"text": RATE_US}, is_visible=False),
    Note("buyer_enter_from_transfer", "system", BEFORE_NS, lambda _: {"text": MOVED}),
    Note("livestream_card", "buyer", AFTER_NS, lambda _: {"text": ""}),
)
