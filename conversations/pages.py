"""A thread, page by page: its end, what stands above or below a bubble, or around one. Undressed, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from conversations.models import Conversation, Message
from conversations.models.message import MessageQuerySet

BUBBLES = 30


class Above(StrEnum):
    """What stands above the first bubble of a page."""

    OURS = "ours"  # more bubbles that are here
    MARKETPLACE = "marketplace"  # perhaps more, to be asked for
    WAITING = "waiting"  # they are being read
    PROBLEM = "problem"  # reading them went wrong
    CLOSED = "closed"  # perhaps more, but the shop's marketplace cannot be asked now
    BEGINNING = "beginning"  # nothing: here the conversation began


@dataclass(frozen=True)
class Page:
    """`above`: None for a page that goes on below what is drawn already."""

    messages: list[Message]
    above: Above | None
    has_below: bool = False


def newest(conversation: Conversation) -> Page:
    return Page(*upwards(conversation, shown(conversation)))


def above(conversation: Conversation, message: Message) -> Page:
    return Page(*upwards(conversation, shown(conversation).above(message)))


def below(conversation: Conversation, message: Message) -> Page:
    messages, has_more = downwards(conversation, message)
    return Page(messages, None, has_more)


def around(conversation: Conversation, message: Message) -> Page:
    """A page that ends with this bubble, and one that begins there."""
    earlier, what = upwards(conversation, shown(conversation).above(message))
    later, has_more = downwards(conversation, message)
    itself = shown(conversation).filter(pk=message.pk)
    return Page([*earlier, *itself, *later], what, has_more)


def upwards(conversation: Conversation, found: MessageQuerySet) -> tuple[list[Message], Above]:
    page = list(found.newest_first()[: BUBBLES + 1])
    has_more = len(page) > BUBBLES
    return page[:BUBBLES][::-1], Above.OURS if has_more else before_all(conversation)


def downwards(conversation: Conversation, message: Message) -> tuple[list[Message], bool]:
    page = list(shown(conversation).below(message).oldest_first()[: BUBBLES + 1])
    return page[:BUBBLES], len(page) > BUBBLES


def before_all(conversation: Conversation) -> Above:
    """What stands above the oldest bubble that is here."""
    if conversation.is_whole or conversation.last_message_id is None:
        return Above.BEGINNING
    if not conversation.shop.is_active:
        return Above.CLOSED
    if conversation.older_wanted_at is not None:
        return Above.WAITING
    return Above.PROBLEM if conversation.older_problem else Above.MARKETPLACE


def shown(conversation: Conversation) -> MessageQuerySet:
    return conversation.messages.shown().with_parts()
