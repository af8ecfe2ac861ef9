"""Taking back a reply that has not left: for good, or out of the queue while somebody edits it.

Each is a conditional change under the conversation's lock, under which `outbox.claim` takes the next one too: a reply
is taken back or sent, never both. A reply keeps its row, so an edited one goes in its old turn.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from conversations.events import record
from conversations.models import Conversation, OutgoingMessage
from conversations.outbox import afresh
from forstok_chat.accounts.models import User

State = OutgoingMessage.State


@transaction.atomic
def cancel(outgoing: OutgoingMessage, by: User) -> bool:
    """It never goes, and nobody sees it any more. False when it is on its way or has arrived."""
    conversation, row = locked(outgoing)
    if row.state == State.CANCELLED:
        return True
    if not row.can_be_cancelled:
        return False
    row.state, row.withdrawn_at, row.withdrawn_by = State.CANCELLED, timezone.now(), by
    row.save()
    row.message.is_hidden = True
    row.message.save(update_fields=["is_hidden"])
    tell(conversation, row)
    return True


@transaction.atomic
def take_out(outgoing: OutgoingMessage, by: User) -> bool:
    """Out of the queue, to be edited by this person from now on. False when it is on its way or has arrived."""
    conversation, row = locked(outgoing)
    if not row.can_be_edited:
        return False
    row.state, row.withdrawn_at, row.withdrawn_by = State.HELD, timezone.now(), by
    row.save()
    tell(conversation, row)
    return True


@transaction.atomic
def put_back(outgoing: OutgoingMessage, text: str) -> bool:
    """Into the queue with this text. False when it is on its way with another one, or was taken back for good."""
    conversation, row = locked(outgoing)
    if row.state not in (State.QUEUED, State.HELD) or not row.can_be_edited:
        return row.message.text == text and row.state != State.CANCELLED
    if row.state == State.HELD:
        for name, value in afresh().items():
            setattr(row, name, value)
        row.save()
    row.message.text = text
    row.message.save(update_fields=["text"])
    tell(conversation, row)
    return True


def locked(outgoing: OutgoingMessage) -> tuple[Conversation, OutgoingMessage]:
    conversation = outgoing.conversation.locked()
    return conversation, OutgoingMessage.objects.select_related("message").get(pk=outgoing.pk)


def tell(conversation: Conversation, row: OutgoingMessage) -> None:
    conversation.derive()
    record(conversation, [row.message])
