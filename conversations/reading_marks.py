"""Telling the marketplace what has been read here: once, in the background, never at a screen's cost.

`tell_read_at` of a conversation says that there is something to tell and when; a call under way pushes it into
the future, and reading more meanwhile pulls it back, so the newest reading is always told in the end.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from conversations.models import Conversation, Message
from marketplaces.connector import Connector
from marketplaces.errors import MarketplaceError, NotConfigured, RateLimited, Temporary, Uncertain
from marketplaces.models import Shop

logger = logging.getLogger(__name__)

# Longer than a call with a refresh of tokens lasts.
LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 8
LONGEST_WAIT = 600.0  # seconds


def claim(conversation_id: UUID | str) -> Conversation | None:
    """Take the turn; None when there is nothing to tell or somebody else is at it."""
    now = timezone.now()
    due = Conversation.objects.filter(
        pk=conversation_id, tell_read_at__lte=now, shop__state=Shop.State.ACTIVE
    )
    if not due.update(tell_read_at=now + LEASE, tell_read_attempts=F("tell_read_attempts") + 1):
        return None
    conversation = Conversation.objects.select_related("shop").get(pk=conversation_id)
    if conversation.tell_read_attempts > MOST_ATTEMPTS:  # whoever was at it died each time
        end_turn(conversation, None)
        return None
    return conversation


def tell(conversation: Conversation, connector: Connector) -> None:
    """For a claimed conversation: up to the newest bubble that somebody has seen. Raises MarketplaceError."""
    seen = newest_seen(conversation)
    if seen is not None and seen.remote_id and seen.sequence > conversation.told_read_sequence:
        connector.mark_read(conversation.room, seen.remote_id)
        told = Conversation.objects.filter(pk=conversation.pk, told_read_sequence__lt=seen.sequence)
        told.update(told_read_sequence=seen.sequence)
    end_turn(conversation, None)


def newest_seen(conversation: Conversation) -> Message | None:
    """The newest bubble of the buyer that somebody here has seen."""
    if conversation.seen_at is None:
        return None
    seen = Q(sent_at__lt=conversation.seen_at) | Q(
        sent_at=conversation.seen_at, sequence__lte=conversation.seen_sequence
    )
    bubbles = conversation.messages.from_buyer().filter(seen, remote_id__isnull=False)
    return bubbles.newest_first().first()


def note_failure(conversation: Conversation, error: MarketplaceError | NotConfigured) -> None:
    """Try again later where that can help; otherwise, and after some tries, it is left untold."""
    logger.warning("what was read in %s could not be told: %s", conversation.pk, error)
    attempts = conversation.tell_read_attempts
    if isinstance(error, RateLimited):
        wait = min(max(1.0, error.retry_after), LONGEST_WAIT)
        end_turn(conversation, timezone.now() + timedelta(seconds=wait), attempts=max(0, attempts - 1))
    elif isinstance(error, Temporary | Uncertain | NotConfigured) and attempts < MOST_ATTEMPTS:
        wait = min(2.0**attempts, LONGEST_WAIT)
        end_turn(conversation, timezone.now() + timedelta(seconds=wait), attempts=attempts)
    else:
        end_turn(conversation, None)


def end_turn(conversation: Conversation, next_at: datetime | None, *, attempts: int = 0) -> None:
    """Unless somebody has read more meanwhile: that is told next."""
    mine = Conversation.objects.filter(pk=conversation.pk, tell_read_at=conversation.tell_read_at)
    mine.update(tell_read_at=next_at, tell_read_attempts=attempts)


def due() -> list[UUID]:
    """Conversations to be told that nobody is working on."""
    waiting = Conversation.objects.filter(tell_read_at__lte=timezone.now(), shop__state=Shop.State.ACTIVE)
    return list(waiting.order_by("tell_read_at").values_list("pk", flat=True)[:500])
