"""Bubbles of a marketplace that numbers them stand in the order of their numbers, whatever their times say.

A thread is ordered by (time, number). So a time that contradicts the numbers is moved to that of the neighbour
it contradicts; the marketplace's own time stays in `raw`.
"""

from __future__ import annotations

from collections.abc import Iterable

from conversations.models import Conversation, Message
from conversations.models.message import UNNUMBERED
from marketplaces.content import IncomingMessage


def fit_all(conversation: Conversation, messages: Iterable[Message]) -> None:
    """Fit these bubbles, not stored yet, between those that are, and among themselves. The caller holds the
    lock and stores them."""
    if not conversation.shop.connector.orders_by_number:
        return
    below: Message | None = None
    for message in sorted(messages, key=lambda each: each.sequence):
        fit(conversation, message)
        if below is not None:
            message.sent_at = max(message.sent_at, below.sent_at)
        below = message


def fit(conversation: Conversation, message: Message) -> None:
    """Not before the bubble of the next smaller number, not after that of the next larger one.

    The stored ones are in order already, so looking for a neighbour begins at the newest.
    """
    if not conversation.shop.connector.orders_by_number or message.sequence == UNNUMBERED:
        return
    others = conversation.messages.numbered().exclude(pk=message.pk)
    below = others.filter(sequence__lt=message.sequence).newest_first().first()
    above = others.filter(sequence__gt=message.sequence)
    if below is not None:
        message.sent_at = max(message.sent_at, below.sent_at)
        above = above.filter(sent_at__gte=below.sent_at)
    first_above = above.oldest_first().first()
    if first_above is not None:
        message.sent_at = min(message.sent_at, first_above.sent_at)


def number(message: Message, item: IncomingMessage) -> list[Message]:
    """A reply of ours that was accepted without a number gets the one that the marketplace tells now. Returns the
    bubbles that changed."""
    if message.sequence != UNNUMBERED or item.sequence == UNNUMBERED:
        return []
    message.sent_at, message.sequence = item.sent_at, item.sequence
    fit(message.conversation, message)
    message.save(update_fields=["sent_at", "sequence"])
    return [message]


def newest_read(conversation: Conversation) -> int | None:
    """The largest number that a reading has brought; everything between the readings is here."""
    read = conversation.messages.numbered().filter(source=Message.Source.READING)
    return read.newest_first().values_list("sequence", flat=True).first()
