"""Replies that waited when their shop was disconnected.

They leave the queue together and are HELD. Was the shop away for ten minutes at most, they go on by themselves; after
longer ones the buyer may have been answered otherwise, so a person sends or cancels them: all of a room or of a shop.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from conversations.events import record
from conversations.models import Conversation, Message, OutgoingMessage
from conversations.outbox import afresh
from forstok_chat.accounts.models import User
from marketplaces.models import Shop

State = OutgoingMessage.State

# After a shorter interruption nobody has to be asked.
SHORT = timedelta(minutes=10)


@dataclass(frozen=True)
class Held:
    """`count` replies wait, the oldest since it was written at `since`."""

    count: int
    since: datetime


def to_hold() -> QuerySet[Shop]:
    """Shops that nobody may speak for, with replies in the queue."""
    queued = OutgoingMessage.objects.filter(state=State.QUEUED)
    return Shop.objects.exclude(state=Shop.State.ACTIVE).filter(pk__in=queued.values("conversation__shop"))


def to_release() -> QuerySet[Shop]:
    """Shops that are back after a short time, with replies that may go on."""
    return Shop.objects.active().filter(pk__in=fresh().values("conversation__shop"))


def hold(shop: Shop) -> None:
    """All that wait in the queue of this shop. In one that has moved they have failed."""
    outcome: dict[str, object] = {"state": State.HELD, "withdrawn_at": timezone.now(), "withdrawn_by": None}
    if shop.moved_to_id is not None:
        outcome = {"state": State.FAILED, "problem_code": "moved"}
    change(OutgoingMessage.objects.filter(state=State.QUEUED, conversation__shop=shop), outcome)


def release(shop: Shop) -> None:
    """Let those go on that were held for a short time only. For an active shop."""
    change(fresh().filter(conversation__shop=shop), afresh())


def fresh() -> QuerySet[OutgoingMessage]:
    return OutgoingMessage.objects.filter(
        state=State.HELD, withdrawn_by=None, withdrawn_at__gt=timezone.now() - SHORT
    )


# What a person decides


def of_shop(shop: Shop) -> Held | None:
    return count(offered().filter(conversation__shop=shop), shop)


def in_room(conversation: Conversation) -> Held | None:
    return count(offered().filter(conversation=conversation), conversation.shop)


def offered() -> QuerySet[OutgoingMessage]:
    """Those of which a person decides, with what failed for the same reason before there was such a choice."""
    failed = Q(state=State.FAILED, problem_code="not_authorized", message__remote_id=None)
    return OutgoingMessage.objects.filter(Q(state=State.HELD, withdrawn_by=None) | failed)


def count(found: QuerySet[OutgoingMessage], shop: Shop) -> Held | None:
    """None when there are none, or they go on by themselves."""
    if shop.moved_to_id is not None:
        return None
    if shop.is_active:
        found = found.exclude(pk__in=fresh())
    told = found.aggregate(count=Count("pk"), since=Min("created_at"))
    return Held(told["count"], told["since"]) if told["count"] else None


def send(found: QuerySet[OutgoingMessage]) -> list[UUID]:
    """Into the queue with them, in their old order. Returns the rooms."""
    return change(found, afresh())


def cancel(found: QuerySet[OutgoingMessage], by: User) -> list[UUID]:
    """They never go, and nobody sees them any more."""
    outcome = {"state": State.CANCELLED, "withdrawn_at": timezone.now(), "withdrawn_by": by}
    return change(found, outcome)


def change(found: QuerySet[OutgoingMessage], outcome: dict[str, object]) -> list[UUID]:
    """Room by room, each under its lock: those that are still as they were found. Returns the rooms."""
    rooms = sorted(set(found.values_list("conversation", flat=True)))
    return [room for room in rooms if change_in(room, found, outcome)]


@transaction.atomic
def change_in(room: UUID, found: QuerySet[OutgoingMessage], outcome: dict[str, object]) -> bool:
    conversation = Conversation.objects.select_for_update(no_key=True).get(pk=room)
    rows = list(found.filter(conversation=conversation).select_related("message"))
    if not rows:
        return False
    OutgoingMessage.objects.filter(pk__in=[row.pk for row in rows]).update(**outcome)
    if outcome["state"] == State.CANCELLED:
        Message.objects.filter(pk__in=[row.message_id for row in rows]).update(is_hidden=True)
    conversation.derive()
    record(conversation, [row.message for row in rows])
    return True
