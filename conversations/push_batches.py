"""Pushes that tell of messages, stored many at a time: a flood costs little more for each than its rows do.

    claim_some ──> events ──> by rounds, in each of which a room occurs once ──> ingest_all, DONE
                      └── not ours to batch, or the round failed ──> each by itself (pushes.process)

A round is one transaction, so what fails in it has changed nothing.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from conversations.ingest import Told, ingest_all
from conversations.models import Conversation, Message, Push
from conversations.pushes import note_arrival
from conversations.received import LEASE, MOST_ATTEMPTS
from marketplaces.content import PushEvent, PushKind, RemoteConversation
from marketplaces.models import Shop
from marketplaces.registry import connector_class

logger = logging.getLogger(__name__)

# A transaction of well under a second.
SIZE = 200


@dataclass(frozen=True)
class Item:
    push: Push
    shop: Shop
    event: PushEvent
    room: RemoteConversation


def claim_some() -> list[Push]:
    """Take the turn of those that are due, oldest first; what others are at is left to them."""
    now = timezone.now()
    due = Push.objects.filter(
        state=Push.State.RECEIVED, next_attempt_at__lte=now, kind=PushKind.MESSAGE.value
    )
    with transaction.atomic():
        rows = due.select_for_update(skip_locked=True, of=("self",)).select_related("app__seller")
        pushes = list(rows.order_by("next_attempt_at")[:SIZE])
        taken = Push.objects.filter(pk__in=[push.pk for push in pushes])
        taken.update(next_attempt_at=now + LEASE, attempts=F("attempts") + 1)
    for push in pushes:
        push.attempts += 1
    return pushes


def process_together(pushes: Sequence[Push]) -> list[Push]:
    """Do what they say. Returns those that have to be processed by themselves."""
    items, alone = sorted_out(pushes)
    note_arrivals(items)
    for together in rounds(items):
        try:
            store(together)
        except DatabaseError:
            logger.exception("%s pushes could not be stored together", len(together))
            alone += [item.push for item in together]
    return alone


def sorted_out(pushes: Iterable[Push]) -> tuple[list[Item], list[Push]]:
    """Those of a known, active shop that tell a whole message, and the others."""
    items, alone = [], []
    shops = Shops()
    for push in pushes:
        event = read(push)
        shop = shops.of(push, event) if event is not None else None
        if event is None or shop is None or event.conversation is None or event.hint is not None:
            alone.append(push)
        else:
            items.append(Item(push, shop, event, event.conversation))
    return items, alone


def read(push: Push) -> PushEvent | None:
    """None for what cannot be read, or has been tried too often: by itself it says why."""
    if push.attempts > MOST_ATTEMPTS:
        return None
    try:
        return connector_class(push.app.marketplace).read_stored_push(bytes(push.body))
    except Exception:
        logger.exception("push %s could not be read", push.pk)
        return None


class Shops:
    """The shops of a batch, each looked for once; the same as `pushes.shop_of` says."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, str], Shop | None] = {}

    def of(self, push: Push, event: PushEvent) -> Shop | None:
        key = (push.app_id, event.shop)
        if key not in self.known:
            shops = Shop.objects.active().filter(marketplace=push.app.marketplace, remote_id=event.shop)
            shop = shops.first()
            self.known[key] = shop if shop is not None and shop.app_in_use() == push.app else None
        return self.known[key]


def rounds(items: Iterable[Item]) -> Iterator[list[Item]]:
    """In the order in which they came, so that each room occurs at most once in a round."""
    by_room: dict[tuple, list[Item]] = defaultdict(list)
    for item in items:
        by_room[item.shop.pk, item.room.remote_id].append(item)
    while left := [queue for queue in by_room.values() if queue]:
        yield [queue.pop(0) for queue in left]


@transaction.atomic
def store(items: Sequence[Item]) -> None:
    told = [
        Told(item.shop, item.room, [item.event.message] if item.event.message else [], Message.Source.PUSH)
        for item in items
    ]
    conversations = ingest_all(told)
    # Replies typed in the seller centre are never pushed, so every push is also a reason to read.
    rows = Conversation.objects.filter(pk__in=[conversation.pk for conversation in conversations])
    rows.update(reading_due_at=timezone.now())
    for shop, pushes in by_shop(items).items():
        Push.objects.filter(pk__in=[push.pk for push in pushes]).update(
            state=Push.State.DONE, shop=shop, problem=""
        )


def note_arrivals(items: Iterable[Item]) -> None:
    for shop, pushes in by_shop(items).items():
        heard = [push for push in pushes if not push.was_lost]
        if heard:
            note_arrival(shop, max(heard, key=lambda push: push.received_at))


def by_shop(items: Iterable[Item]) -> dict[Shop, list[Push]]:
    found: dict[Shop, list[Push]] = defaultdict(list)
    for item in items:
        found[item.shop].append(item.push)
    return found
