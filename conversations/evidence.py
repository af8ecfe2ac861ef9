"""What is known of a reply that the machine could not settle, for the person who has to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from conversations.models import Conversation, Message
from conversations.outbox import attempted_at
from conversations.proof import same_text

# What was said so long before and after it left may be it.
BEFORE, AFTER = timedelta(minutes=5), timedelta(minutes=15)
# Of equal ones so many are named.
MOST = 3


@dataclass(frozen=True)
class Evidence:
    """`accepted_at`: when the marketplace said yes without telling an id; None: no answer came.

    `readings`: how often the conversation was read back without finding it, last at `looked_at`. `equal`: times at
    which the same was said there for the shop, but not by us.
    """

    left_at: datetime
    accepted_at: datetime | None
    readings: int
    looked_at: datetime | None
    equal: tuple[datetime, ...]


def attach(conversation: Conversation, messages: Iterable[Message]) -> None:
    """One room has at most one such reply, as it blocks the younger ones."""
    for message in messages:
        if hasattr(message, "outgoing") and message.outgoing.needs_person:
            message.evidence = gather(conversation, message)


def gather(conversation: Conversation, message: Message) -> Evidence:
    outgoing = message.outgoing
    left_at = attempted_at(outgoing)
    near = conversation.messages.shown().filter(
        origin=Message.Origin.SELLER_CENTRE,
        kind=message.kind,
        sent_at__range=(left_at - BEFORE, left_at + AFTER),
    )
    equal = [other.sent_at for other in near.oldest_first() if same_text(other.text, message.text)]
    return Evidence(
        left_at, outgoing.accepted_at, outgoing.readings, outgoing.looked_at, tuple(equal[-MOST:])
    )
