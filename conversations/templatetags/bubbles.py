"""How what stands in a bubble is written. No queries."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django import template
from django.utils import timezone

from conversations import links
from conversations.emoji import is_emoji_alone
from conversations.models import Conversation, Message, OutgoingMessage
from forstok_chat.accounts.models import User
from marketplaces.content import Kind

# The room that a picture may take in a bubble; bubble.css has the same.
WIDEST, HIGHEST = 280, 320

register = template.Library()
register.filter("linked", links.linked)
register.filter("is_emoji_alone", is_emoji_alone)


@register.filter
def web_address(url: object) -> str:
    """What a marketplace gives as an address, if it is one of the web; "" otherwise."""
    return str(url) if links.is_web_address(url) else ""


@register.simple_tag
def blank_reply(conversation: Conversation, user: User) -> Message:
    """As it will stand in the queue, without its text and id: what the browser shows until the answer is here."""
    message = Message(
        conversation=conversation,
        client_id=UUID(int=0),
        origin=Message.Origin.AGENT,
        kind=Kind.TEXT.value,
        text=" ",
        author=user,
        sent_at=timezone.now(),
    )
    OutgoingMessage(message=message, conversation=conversation)
    return message


@dataclass(frozen=True)
class Size:
    """In pixels of the screen."""

    width: int
    height: int


@register.simple_tag
def size_of(message: Message) -> Size | None:
    """The room that a picture or video will take, so that nothing jumps when it comes: of our copy, else as the
    marketplace says. None when nobody knows yet."""
    told = message.payload
    sizes = [
        (getattr(message.file, "width", 0), getattr(message.file, "height", 0)),
        (told.get("width"), told.get("height")),
    ]
    for width, height in sizes:
        if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0:
            scale = min(1.0, WIDEST / width, HIGHEST / height)
            return Size(max(1, round(width * scale)), max(1, round(height * scale)))
    return None
