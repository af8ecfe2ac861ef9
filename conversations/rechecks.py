"""Looking again at replies that a marketplace accepted: some take them away minutes later and tell nobody.

How long after a send is the connector's to say (`rechecks`); without any nothing is scheduled.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from conversations.models import Conversation, OutgoingMessage
from marketplaces.models import Shop


def begin(outgoing: OutgoingMessage) -> None:
    """This reply has just been proved; the caller holds the conversation's lock. An earlier look stays."""
    at = next_look(outgoing, timezone.now())
    if at is not None:
        ours = Conversation.objects.filter(pk=outgoing.conversation_id)
        ours.update(recheck_at=Least(Coalesce(F("recheck_at"), at), at))


def due() -> list[UUID]:
    waiting = Conversation.objects.filter(recheck_at__lte=timezone.now(), shop__state=Shop.State.ACTIVE)
    return list(waiting.order_by("recheck_at").values_list("pk", flat=True)[:500])


@transaction.atomic
def ask(conversation_id: UUID) -> None:
    """Ask for the reading that is due and note when the next one is. The lock keeps out a reply that is just
    being proved: its times would be lost."""
    conversation = Conversation.objects.select_for_update(no_key=True).get(pk=conversation_id)
    now = timezone.now()
    if conversation.recheck_at is None or conversation.recheck_at > now:
        return
    newest = sent(conversation).order_by("-pk").first()
    following = next_look(newest, now) if newest is not None else None
    Conversation.objects.filter(pk=conversation_id).update(reading_due_at=now, recheck_at=following)


def next_look(outgoing: OutgoingMessage, now: datetime) -> datetime | None:
    """When to look at this reply next; None when it is old enough to be left alone."""
    at = sent_at(outgoing)
    waits = outgoing.conversation.shop.connector.rechecks
    return next((at + wait for wait in waits if at + wait > now), None)


def reach(conversation: Conversation, waits: Sequence[timedelta]) -> datetime | None:
    """A reading has to go back so far to see every reply that may still be taken away."""
    if not waits:
        return None
    watched = sent(conversation).filter(attempted_at__gt=timezone.now() - max(waits) - timedelta(minutes=1))
    oldest = watched.order_by("attempted_at").first()
    return sent_at(oldest) if oldest is not None else None


def sent(conversation: Conversation) -> QuerySet[OutgoingMessage]:
    return OutgoingMessage.objects.filter(conversation=conversation, state=OutgoingMessage.State.SENT)


def sent_at(outgoing: OutgoingMessage) -> datetime:
    """By our own clock."""
    return outgoing.attempted_at or outgoing.created_at
