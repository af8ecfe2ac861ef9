"""What was said before all that is here: read from the marketplace when somebody scrolls up to it.

    want ──> claim ──> read_older (network, then `ingest_older`) ──> done, or a problem to be shown

`older_wanted_at` says that somebody waits and when a worker is to look; a reading under way pushes it into the
future, so that one worker does it and a sweep finds what was lost. Where the next page begins is remembered
(`older_cursor`); newer bubbles move pages, so what is here already is passed over.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from conversations.ingest import ingest_older
from conversations.models import Conversation, Message
from marketplaces.connector import Connector
from marketplaces.content import IncomingMessage, Page
from marketplaces.errors import MarketplaceError, NotConfigured, RateLimited, Rejected, Temporary
from marketplaces.models import Shop

logger = logging.getLogger(__name__)

# Longer than reading the pages of one turn takes.
LEASE = timedelta(minutes=2)
# Pages of one turn, most of them passed over. Beyond it somebody has to ask again.
MOST_PAGES = 40
LONGEST_WAIT = 30.0  # seconds


def want(conversation: Conversation) -> bool:
    """Somebody has reached the top of what is here. True when a worker is to be nudged."""
    if conversation.is_whole or not conversation.shop.is_active:
        return False
    idle = Conversation.objects.filter(pk=conversation.pk, older_wanted_at=None)
    return bool(idle.update(older_wanted_at=timezone.now(), older_problem=""))


def claim(conversation_id: UUID | str) -> Conversation | None:
    """Take the turn; None when nobody waits for it or another worker is at it."""
    now = timezone.now()
    due = Conversation.objects.filter(pk=conversation_id, older_wanted_at__lte=now)
    if not due.update(older_wanted_at=now + LEASE):
        return None
    return Conversation.objects.select_related("shop").get(pk=conversation_id)


def read_older(conversation: Conversation, connector: Connector) -> None:
    """For a claimed one: the next page that has something older than what is here. Raises MarketplaceError."""
    top, cursor = place_of_oldest(conversation), conversation.older_cursor or None
    asked = {cursor}
    for _page in range(MOST_PAGES):
        page = page_at(conversation, connector, cursor)
        # What is newer and missing is for the readings to bring, as news
        older = [item for item in page.items if top is None or place_of(conversation, item) < top]
        cursor = None if page.next in asked else page.next  # cursors may go in a ring
        asked.add(cursor)
        if ingest_older(conversation, older, cursor) or cursor is None:
            return end(conversation)
    raise Temporary("so much was said since that older messages were not reached yet")


def page_at(conversation: Conversation, connector: Connector, cursor: str | None) -> Page[IncomingMessage]:
    """A cursor that was remembered may have been forgotten there: then it is walked from the newest."""
    try:
        return connector.list_messages(conversation.remote_id, cursor)
    except Rejected:
        if cursor is None:
            raise
        return connector.list_messages(conversation.remote_id)


def place_of_oldest(conversation: Conversation) -> tuple | None:
    """None when nothing of the marketplace's is here."""
    known = conversation.messages.filter(remote_id__isnull=False).oldest_first()
    if conversation.shop.connector.orders_by_number:
        known = known.numbered().order_by("sequence")
    first = known.first()
    return None if first is None else place_of(conversation, first)


def place_of(conversation: Conversation, bubble: Message | IncomingMessage) -> tuple:
    """What sorts bubbles, as the marketplace does."""
    if conversation.shop.connector.orders_by_number:
        return (bubble.sequence,)
    return (bubble.sent_at, bubble.sequence)


def end(conversation: Conversation, problem: str = "") -> None:
    """Nobody waits any more."""
    ours = Conversation.objects.filter(pk=conversation.pk)
    ours.update(older_wanted_at=None, older_problem=problem[:1000])


def note_failure(conversation: Conversation, error: Exception) -> None:
    """Somebody is told, and may ask again."""
    is_known = isinstance(error, MarketplaceError | NotConfigured)
    logger.warning("older messages of %s did not come: %s", conversation.pk, error, exc_info=not is_known)
    end(conversation, str(error) or type(error).__name__)


def postpone(conversation: Conversation, error: RateLimited) -> bool:
    """Whether it is tried again soon enough for somebody to wait for it."""
    if error.retry_after > LONGEST_WAIT:
        note_failure(conversation, error)
        return False
    at = timezone.now() + timedelta(seconds=error.retry_after)
    Conversation.objects.filter(pk=conversation.pk).update(older_wanted_at=at)
    return True


def due() -> list[UUID]:
    waiting = Conversation.objects.filter(older_wanted_at__lte=timezone.now(), shop__state=Shop.State.ACTIVE)
    return list(waiting.order_by("older_wanted_at").values_list("pk", flat=True)[:500])
