"""Where a waiting reply stands in its lane, for the agent: the order of lanes.py, played ahead."""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from redis import RedisError

from conversations.lanes import Lane, lane_of, queued
from conversations.models import Conversation, Message, OutgoingMessage
from marketplaces import throttle
from marketplaces.errors import NotConfigured
from marketplaces.models import Shop

# Replies of one lane that are told their place; nobody needs to know which of a thousand.
MOST = 1000


@dataclass(frozen=True)
class Place:
    """`ahead`: how many replies go before; `seconds`: until it is this one's turn, about."""

    ahead: int
    seconds: int

    @property
    def minutes(self) -> int:
        return max(1, round(self.seconds / 60))


@dataclass(frozen=True)
class Waiting:
    pk: int
    room: UUID
    created_at: datetime


@dataclass
class Line:
    """The replies of one shop: each room's, oldest first, and the rooms by who has waited longest."""

    had_turn_at: datetime | None
    rooms: dict[UUID, deque[Waiting]] = field(default_factory=lambda: defaultdict(deque))
    turns: list[tuple[datetime, int, UUID]] = field(default_factory=list)  # a heap

    def add(self, waiting: Waiting, room_had_turn_at: datetime | None) -> None:
        room = self.rooms[waiting.room]
        room.append(waiting)
        if len(room) == 1:
            self.queue(waiting, room_had_turn_at)

    def queue(self, waiting: Waiting, room_had_turn_at: datetime | None) -> None:
        since = max(waiting.created_at, room_had_turn_at or waiting.created_at)
        heapq.heappush(self.turns, (since, waiting.pk, waiting.room))

    def take(self, at: datetime) -> int:
        """The next reply of this shop, sent at that time."""
        _since, pk, room = heapq.heappop(self.turns)
        self.had_turn_at = at
        self.rooms[room].popleft()
        if self.rooms[room]:
            self.queue(self.rooms[room][0], at)
        return pk


def attach(conversation: Conversation, messages: Iterable[Message]) -> None:
    """Give those in the queue their place, or say that an older one of their room keeps them from going."""
    waiting = [message for message in messages if is_waiting(message)]
    if not waiting:
        return
    found, stuck = places(conversation.shop), stuck_in(conversation)
    for message in waiting:
        message.waits_for_older = stuck is not None and stuck != message.outgoing.pk
        message.place = None if message.waits_for_older else found.get(message.outgoing.pk)


def is_waiting(message: Message) -> bool:
    return hasattr(message, "outgoing") and message.outgoing.state == OutgoingMessage.State.QUEUED


def stuck_in(conversation: Conversation) -> int | None:
    """The reply that nobody may overtake and whose time is not known: unclear, or tried again after a while."""
    tried_later = Q(state=OutgoingMessage.State.QUEUED, attempts__gt=0, next_attempt_at__gt=timezone.now())
    stuck = conversation.outgoing.filter(Q(state=OutgoingMessage.State.UNCERTAIN) | tried_later)
    return stuck.order_by("-state", "pk").values_list("pk", flat=True).first()


def places(shop: Shop) -> dict[int, Place]:
    """Ids of waiting replies -> where they stand, for the lane of this shop. Empty without a lane or Redis."""
    try:
        lane = lane_of(shop)
        rate, wait = throttle.remaining(lane.bucket)
    except (NotConfigured, RedisError):
        return {}
    order = turns(lane, 1 / rate)
    return {pk: Place(ahead, round(wait + ahead / rate)) for ahead, pk in enumerate(order)}


def turns(lane: Lane, interval: float) -> Iterator[int]:
    """Ids in the order in which they go, one each `interval` (seconds)."""
    lines = lines_of(lane)
    at = timezone.now()
    while lines:
        shop = min(
            lines,
            key=lambda each: (
                lines[each].had_turn_at is not None,
                lines[each].had_turn_at or at,
                lines[each].turns[0],
            ),
        )
        yield lines[shop].take(at)
        if not lines[shop].turns:
            del lines[shop]
        at += timedelta(seconds=interval)


def lines_of(lane: Lane) -> dict[UUID, Line]:
    """Without those that were handed to a worker and wait for nothing."""
    handed_over = {"attempts": 0, "next_attempt_at__gt": timezone.now()}
    rows = queued().filter(conversation__shop__in=lane.shops).exclude(**handed_over).order_by("pk")
    lines: dict[UUID, Line] = {}
    for pk, room, created_at, room_had, shop, shop_had in rows.values_list(
        "pk",
        "conversation",
        "created_at",
        "conversation__last_sent_at",
        "conversation__shop",
        "conversation__shop__last_sent_at",
    )[:MOST]:
        lines.setdefault(shop, Line(shop_had)).add(Waiting(pk, room, created_at), room_had)
    return lines
