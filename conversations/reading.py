"""Read one conversation from its marketplace: the truth that pushes only point at."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from conversations.ingest import ingest
from conversations.models import Conversation, Message
from marketplaces.connector import Connector
from marketplaces.content import IncomingMessage, RemoteConversation
from marketplaces.models import Shop

# Bubbles taken from a conversation that we have never seen, as many as the first import takes.
FIRST_READING = 30
# A marketplace may give two bubbles the wrong order around the newest one that we know.
OVERLAP = timedelta(minutes=2)
# Pages of one reading; beyond it the rest is read the next time.
MOST_PAGES = 40


def read(shop: Shop, connector: Connector, remote: RemoteConversation) -> Conversation:
    """Read the newest bubbles down to the newest one of an earlier reading, so that no hole stays."""
    known = Conversation.objects.filter(shop=shop, remote_id=remote.remote_id).first()
    since = known.read_through_at - OVERLAP if known is not None and known.read_through_at else None
    bubbles = newest(connector, remote.remote_id, since)
    conversation = ingest(shop, remote, bubbles, Message.Source.READING)
    read_through_at = max((bubble.sent_at for bubble in bubbles), default=None)
    Conversation.objects.filter(pk=conversation.pk).update(
        **({"remote_version": remote.version} if remote.version else {}),
        **({"read_through_at": read_through_at} if read_through_at else {}),
    )
    return conversation


def newest(connector: Connector, conversation: str, since: datetime | None) -> list[IncomingMessage]:
    """Newest first, back to `since`; without it the first FIRST_READING. Stops at a page that brings nothing new."""
    found: dict[str, IncomingMessage] = {}
    cursor = None
    for _page in range(MOST_PAGES):
        page = connector.list_messages(conversation, cursor)
        fresh = [item for item in page.items if item.remote_id not in found]
        found.update({item.remote_id: item for item in fresh})
        oldest = min((item.sent_at for item in page.items), default=None)
        enough = oldest is not None and oldest < since if since else len(found) >= FIRST_READING
        if enough or not fresh or page.next is None:
            break
        cursor = page.next
    bubbles = sorted(found.values(), key=lambda item: (item.sent_at, item.sequence), reverse=True)
    return bubbles if since else bubbles[:FIRST_READING]


def read_due(conversation: Conversation, connector: Connector) -> None:
    """Do the reading that was asked for; a newer request made meanwhile stays."""
    asked_at = conversation.reading_due_at
    read(conversation.shop, connector, as_remote(conversation))
    Conversation.objects.filter(pk=conversation.pk, reading_due_at=asked_at).update(reading_due_at=None)


def as_remote(conversation: Conversation) -> RemoteConversation:
    return RemoteConversation(conversation.remote_id, conversation.buyer_id, conversation.buyer_name)


def postpone(conversation: Conversation, seconds: float) -> None:
    conversation.request_reading(timezone.now() + timedelta(seconds=seconds))
