"""How late a buyer's bubble came in, by the marketplace's time. Told only where it is news: older history of a
room, from before the shop was here or before what was read of it, was never to come earlier.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from conversations.models import Conversation, Message

# The marketplace's clock and ours differ a little, and a list is looked at every two minutes at the slowest.
TOLD_FROM = timedelta(minutes=2)
MOST_SECONDS = 2**31 - 1


def note_delays(conversation: Conversation, created: Iterable[Message]) -> None:
    """For bubbles that are about to be stored; the caller holds the lock and stores them."""
    late = [
        message
        for message in created
        if message.is_from_buyer and message.received_at - message.sent_at > TOLD_FROM
    ]
    if not late:
        return
    begin = beginning(conversation)
    for message in late:
        if begin is not None and message.sent_at >= begin:
            seconds = (message.received_at - message.sent_at).total_seconds()
            message.late_by = min(int(seconds), MOST_SECONDS)


def beginning(conversation: Conversation) -> datetime | None:
    """What was said from here on was to come in by itself: since the oldest bubble that a reading has brought; in
    a room that nobody has read yet since the shop was activated."""
    read = conversation.messages.filter(source=Message.Source.READING)
    oldest = read.oldest_first().values_list("sent_at", flat=True).first()
    return oldest or conversation.shop.activated_at
