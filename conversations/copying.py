"""A marketplace's bubble as our row, and what a newer telling of it changes. Nothing here looks for rows."""

from __future__ import annotations

from conversations.models import Conversation, Message
from marketplaces.content import IncomingMessage

Source = Message.Source


def build(conversation: Conversation, item: IncomingMessage, source: Message.Source) -> Message:
    """Not stored yet."""
    message = Message(
        conversation=conversation, remote_id=item.remote_id, origin=origin_of(item), source=source
    )
    take_over(message, item)
    return message


def enrich(message: Message, item: IncomingMessage, source: Message.Source) -> list[Message]:
    """A reading is richer than a push, and a newer one tells what was recalled or taken away since. Returns the
    bubble when screens have to draw it again; an equal reading writes nothing."""
    if source != Source.READING:
        return []
    old, was_pushed = look_of(message), message.source == Source.PUSH
    place_before = (message.sent_at, message.sequence)
    take_over(message, item)
    if message.conversation.shop.connector.orders_by_number and message.sequence == place_before[1]:
        message.sent_at = place_before[0]
    message.origin, message.source = origin_of(item), source
    is_different = look_of(message) != old
    if is_different or was_pushed:
        message.save()
    return [message] if is_different else []


def take_over(message: Message, item: IncomingMessage) -> None:
    message.copy_from(item)
    if item.refusal:  # typed in the seller centre and taken away: the buyer never saw this answer
        message.payload["refusal"] = item.refusal


def origin_of(item: IncomingMessage) -> Message.Origin:
    if item.is_automatic:
        return Message.Origin.AUTOMATIC
    return Message.Origin.BUYER if item.is_from_buyer else Message.Origin.SELLER_CENTRE


def look_of(message: Message) -> tuple:
    """All of a bubble that screens show and rules go by."""
    return (
        message.origin,
        message.kind,
        message.text,
        message.payload,
        message.about,
        message.sent_at,
        message.sequence,
        message.is_hidden,
    )
