"""Read one conversation from its marketplace: the truth that pushes only point at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from conversations import lookups, rechecks
from conversations.ingest import ingest
from conversations.models import Conversation, Message
from conversations.numbering import newest_read
from marketplaces.connector import Connector
from marketplaces.content import IncomingMessage, RemoteConversation
from marketplaces.models import Shop

# Bubbles taken from a conversation that we have never seen, as many as the first import takes.
FIRST_READING = 30
# A marketplace may give two bubbles the wrong order around the newest one that we know.
OVERLAP = timedelta(minutes=2)
# A list that is ahead of its own messages catches up in less; then what it shows is all there is.
LAG = timedelta(minutes=10)
# Pages of one reading: thousands of bubbles. Beyond it something is wrong with the marketplace's paging.
MOST_PAGES = 400


def read(
    shop: Shop, connector: Connector, remote: RemoteConversation, *, first_import: bool = False
) -> Conversation:
    """Read the newest bubbles down to the newest one of an earlier reading, so that no hole stays, and to the
    replies that the marketplace may still take away.

    A conversation that is new to us is read back to the shop's activation; in the first import, and before the
    activation, FIRST_READING bubbles are taken.
    """
    known = Conversation.objects.filter(shop=shop, remote_id=remote.remote_id).first()
    if known is not None and (number := last_number(shop, known)) is not None:
        found = newest(connector, remote.remote_id, since=None, since_number=number)
    elif known is not None and known.read_through_at is not None:
        watched_at = rechecks.reach(known, shop.connector.rechecks) or known.read_through_at
        back_to = min(known.read_through_at, watched_at) - OVERLAP
        found = newest(connector, remote.remote_id, since=back_to)
    else:
        since = None if first_import else shop.activated_at
        found = newest(connector, remote.remote_id, since=since, at_least=FIRST_READING)
    conversation = ingest(shop, remote, found.bubbles, Message.Source.READING, is_history=first_import)
    note_progress(conversation, remote, found)
    return conversation


def note_progress(conversation: Conversation, remote: RemoteConversation, found: Found) -> None:
    """How far we have read. A version whose last message did not show yet counts as unread."""
    bubbles = found.bubbles
    progress: dict[str, object] = {"is_whole": True} if found.is_all else {}
    if bubbles:
        progress["read_through_at"] = max(bubble.sent_at for bubble in bubbles)
    if remote.version and shows_all(remote, bubbles):
        progress["remote_version"] = remote.version
        conversation.remote_version = remote.version
    if progress:
        Conversation.objects.filter(pk=conversation.pk).update(**progress)


def shows_all(remote: RemoteConversation, bubbles: Iterable[IncomingMessage]) -> bool:
    """The listed message itself is among them: one of the same second may be the one before it."""
    listed_at = remote.last_message_at
    if listed_at is None or listed_at < timezone.now() - LAG:
        return True
    if remote.last_message_id:
        return any(bubble.remote_id == remote.last_message_id for bubble in bubbles)
    return any(bubble.sent_at >= listed_at for bubble in bubbles)


def last_number(shop: Shop, conversation: Conversation) -> int | None:
    """Where bubbles are numbered their times may contradict, so a reading goes back to the newest number."""
    return newest_read(conversation) if shop.connector.orders_by_number else None


@dataclass(frozen=True)
class Found:
    """Newest first. `is_all`: the marketplace has no older ones."""

    bubbles: list[IncomingMessage]
    is_all: bool


def newest(
    connector: Connector,
    conversation: str,
    since: datetime | None,
    at_least: int = 0,
    since_number: int | None = None,
) -> Found:
    """Everything back to `since`, or to `since_number`, and `at_least` so many. Stops at a page that brings nothing
    new."""
    found: dict[str, IncomingMessage] = {}
    cursor = None
    is_end = False
    for _page in range(MOST_PAGES):
        page = connector.list_messages(conversation, cursor)
        fresh = [item for item in page.items if item.remote_id not in found]
        found.update({item.remote_id: item for item in fresh})
        if since_number is not None:
            reached = any(item.sequence <= since_number for item in page.items)
        else:
            oldest = min((item.sent_at for item in page.items), default=None)
            reached = since is None or (oldest is not None and oldest < since)
        is_end = page.next is None
        if (reached and len(found) >= at_least) or not fresh or is_end:
            break
        cursor = page.next
    bubbles = sorted(found.values(), key=lambda item: (item.sent_at, item.sequence), reverse=True)
    kept = [
        bubble
        for place, bubble in enumerate(bubbles)
        if place < at_least or not at_least or (since is not None and bubble.sent_at >= since)
    ]
    return Found(kept, is_all=is_end and len(kept) == len(bubbles))


def read_due(conversation: Conversation, connector: Connector) -> None:
    """Do the reading that was asked for; a newer request made meanwhile stays."""
    asked_at = conversation.reading_due_at
    read(conversation.shop, connector, lookups.looked_up(conversation, connector) or as_remote(conversation))
    Conversation.objects.filter(pk=conversation.pk, reading_due_at=asked_at).update(reading_due_at=None)


def due() -> list[UUID]:
    """Conversations that somebody asked to be read, of shops that can be asked."""
    asked = Conversation.objects.filter(reading_due_at__lte=timezone.now(), shop__state=Shop.State.ACTIVE)
    return list(asked.values_list("pk", flat=True)[:500])


def as_remote(conversation: Conversation) -> RemoteConversation:
    return RemoteConversation(conversation.remote_id, conversation.buyer_id, conversation.buyer_name)


def postpone(conversation: Conversation, seconds: float) -> None:
    conversation.request_reading(timezone.now() + timedelta(seconds=seconds))
