"""Keeping what somebody has begun to write until it is sent, on whichever device they go on.

A save may be overtaken by the send of its text, and the empty box that a send leaves is saved, too. So a text belongs
to the composer it was typed in (`client_id`): once that one's reply is in the queue, neither its text nor the beginning
of it is kept again, and an empty box removes its own text only.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from conversations.models import Conversation, Message, UnsentFile, UnsentText
from forstok_chat.accounts.models import User


@transaction.atomic
def save(conversation: Conversation, by: User, client_id: UUID, text: str) -> bool:
    """False when nothing changed."""
    conversation.locked()  # a send of the same text is either done or comes after us
    kept = UnsentText.objects.filter(conversation=conversation, user=by)
    if not text.strip():
        return bool(kept.filter(client_id=client_id).delete()[0])
    if has_left(client_id, text) or kept.filter(client_id=client_id, text=text).exists():
        return False
    UnsentText.objects.update_or_create(
        {"client_id": client_id, "text": text}, conversation=conversation, user=by
    )
    return True


def has_left(client_id: UUID, text: str) -> bool:
    sent = Message.objects.filter(client_id=client_id).values_list("text", flat=True).first()
    return sent is not None and sent.startswith(text.strip())


def forget(conversation: Conversation, by: User, client_ids: Iterable[UUID]) -> None:
    """These replies are in the queue: part of the transaction that put them there."""
    for kind in (UnsentText, UnsentFile):
        kind.objects.filter(conversation=conversation, user=by, client_id__in=client_ids).delete()


def of(conversation: Conversation, user: User) -> UnsentText | None:
    return UnsentText.objects.filter(conversation=conversation, user=user).first()
