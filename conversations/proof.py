"""Is a bubble that the marketplace shows our own, sent by an agent here? Then it is the proof of delivery.

One message is in flight per conversation, so there is at most one candidate. An equal text sent before is
told apart by its id: it is stored already, and only bubbles that are not stored yet come here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from conversations.models import Conversation, Message, OutgoingMessage
from marketplaces.content import IncomingMessage, Receipt

State = OutgoingMessage.State

# Their clock may be a little behind ours, and some count whole seconds.
CLOCK_SKEW = timedelta(seconds=15)


def adopt(conversation: Conversation, item: IncomingMessage) -> Message | None:
    """Our bubble that this is, ticked; None when it is somebody else's. The caller holds the lock."""
    if item.is_from_buyer or item.is_automatic:
        return None
    outgoing = (
        conversation.outgoing.filter(state__in=OutgoingMessage.IN_FLIGHT).select_related("message").first()
    )
    if outgoing is None or not is_same(outgoing, item):
        return None
    prove(outgoing, item.remote_id, item.sent_at, item.sequence)
    return outgoing.message


def is_same(outgoing: OutgoingMessage, item: IncomingMessage) -> bool:
    message = outgoing.message
    return (
        outgoing.attempted_at is not None
        and item.sent_at >= outgoing.attempted_at - CLOCK_SKEW
        and message.kind == item.kind.value
        and same_text(message.text, item.text)
    )


def same_text(ours: str, theirs: str) -> bool:
    """Marketplaces trim and fold white space."""
    return ours.split() == theirs.split()


def take_receipt(outgoing: OutgoingMessage, receipt: Receipt, remote_id: str) -> list[Message]:
    """The marketplace answered with its id: ours from now on. Returns the bubbles that changed.

    A sync may have stored this bubble meanwhile as somebody else's (then that copy goes), or a twin typed in
    the seller centre may have been taken for ours (then the next reading brings the twin as itself).
    """
    message = outgoing.message
    message.conversation.messages.filter(remote_id=remote_id).exclude(pk=message.pk).delete()
    prove(outgoing, remote_id, receipt.sent_at or timezone.now(), receipt.sequence)
    return [message]


def prove(outgoing: OutgoingMessage, remote_id: str, sent_at: datetime, sequence: int | None) -> None:
    message = outgoing.message
    message.remote_id, message.sent_at = remote_id, sent_at
    if sequence is not None:
        message.sequence = sequence
    message.save(update_fields=["remote_id", "sent_at", "sequence"])
    outgoing.state, outgoing.sent_at = State.SENT, sent_at
    outgoing.problem_code = outgoing.problem_text = ""
    outgoing.needs_person = False
    outgoing.save()
