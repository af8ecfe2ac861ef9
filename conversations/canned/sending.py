"""Sending what began as a canned reply: its pictures go along, and it counts as used once."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid5

from conversations.canned import pictures
from conversations.dispatch import Draft
from conversations.models import CannedReply, Conversation, Message

# Names of the composer's fields.
CHOSEN, WITH_PICTURES = "canned", "canned_pictures"


def chosen(conversation: Conversation, data: Mapping[str, str]) -> CannedReply | None:
    """The canned reply that a composer names; None for nonsense, or when it was deleted meanwhile."""
    try:
        pk = UUID(data.get(CHOSEN, ""))
    except ValueError:
        return None
    return CannedReply.objects.filter(seller=conversation.seller_id, pk=pk).first()


def drafts(
    reply: CannedReply | None, conversation: Conversation, data: Mapping[str, str], key: UUID
) -> list[tuple[Draft, UUID]]:
    """The bubbles that follow the text, each with a client id made of the text's, unless the agent left them out."""
    if reply is None or WITH_PICTURES not in data:
        return []
    found = pictures.drafts(reply, conversation.shop)
    return [(draft, uuid5(key, f"canned {place}")) for place, draft in enumerate(found)]


def note_use(reply: CannedReply | None, key: UUID) -> None:
    """Within the transaction that queues the bubble of this client id."""
    message = Message.objects.filter(client_id=key).first() if reply is not None else None
    if reply is not None and message is not None:
        reply.note_use(message)
