"""Bubbles that belong together: of the same side and author, minutes apart. Only the first of a group tells a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Subquery

from conversations.models import Conversation, Message
from conversations.models.message import OuterRow
from marketplaces.content import Kind

CLOSE = timedelta(minutes=5)


def mark(conversation: Conversation, messages: Sequence[Message]) -> None:
    """Set `is_continued` on each. Two queries, whatever their number and wherever they stand."""
    ones_above = conversation.messages.shown().above(OuterRow()).newest_first()
    pairs = Message.objects.filter(pk__in=[message.pk for message in messages]).annotate(
        one_above=Subquery(ones_above.values("pk")[:1])
    )
    above = dict(pairs.values_list("pk", "one_above"))
    known = Message.objects.in_bulk([pk for pk in above.values() if pk])
    for message in messages:
        earlier = known.get(above.get(message.pk) or 0)
        message.is_continued = earlier is not None and continues(conversation, earlier, message)


def continues(conversation: Conversation, earlier: Message, message: Message) -> bool:
    days = {each.sent_at.astimezone(conversation.shop.zone).date() for each in (earlier, message)}
    return (
        speaker(earlier) == speaker(message)
        and Kind.SYSTEM not in (earlier.kind, message.kind)
        and message.sent_at - earlier.sent_at <= CLOSE
        and len(days) == 1
    )


def speaker(message: Message) -> tuple[str, object]:
    """Of the shop's side several may answer; a buyer is one, whatever name a bubble carries."""
    if message.is_from_buyer:
        return message.origin, None
    return message.origin, message.author_id or message.sender_name


def with_followers(conversation: Conversation, messages: Sequence[Message]) -> list[Message]:
    """These and the ones right below them, which may begin or end a group by their coming. Oldest first."""
    ones_below = conversation.messages.shown().below(OuterRow()).oldest_first()
    ids = [message.pk for message in messages]
    followers = Message.objects.filter(pk__in=ids).annotate(one_below=Subquery(ones_below.values("pk")[:1]))
    wanted = {*ids, *followers.values_list("one_below", flat=True)}
    return list(conversation.messages.filter(pk__in=wanted - {None}).with_parts().oldest_first())
