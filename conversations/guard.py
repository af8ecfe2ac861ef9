"""Nobody answers what they have not seen: a reply is held while there is news that its agent's screen has not drawn.

Each screen keeps the newest bubble that it has drawn, by our number of it: within a conversation numbers grow in the
order in which bubbles are stored, as each writer holds its lock. A bubble that comes late has an early place in the
thread and a high number, so it is news all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from conversations import outbox
from conversations.dispatch import Draft
from conversations.models import Conversation, Message
from conversations.pages import BUBBLES, shown
from forstok_chat.accounts.models import User
from marketplaces.content import Kind

# The name of the field in every form that sends.
FIELD = "seen"
NOTHING = "0"
# How many of them the notice quotes.
QUOTED = 3


@dataclass(frozen=True)
class News:
    """What a screen has not drawn, oldest first, and what of it holds a reply. `seen`: the mark once it is drawn."""

    bubbles: list[Message]
    holding: list[Message]
    seen: str

    @property
    def quoted(self) -> list[Message]:
        return self.holding[-QUOTED:]


class Unseen(Exception):
    """Nothing was sent."""

    def __init__(self, news: News) -> None:
        super().__init__(news.seen)
        self.news = news


def check(
    conversation: Conversation, by: User, drafts: Iterable[tuple[Draft, UUID]], told: Sequence[str]
) -> None:
    """Raises Unseen when this person has to look first. Holds only under the conversation's lock. `drafts`: what is
    to be sent, with client ids; `told`: what the form says to have been seen, of several the newest. Whoever says
    nothing of it is no screen of ours, and is not held."""
    if not told or is_repeated(conversation, drafts):
        return
    news = unseen(conversation, by, max(map(number, told)))
    if news.holding:
        raise Unseen(news)


def mark(drawn: Iterable[Message], before: str = NOTHING) -> str:
    """What a screen has seen when these are drawn. `before`: what it had seen by then."""
    return str(max([number(before), *(message.pk for message in drawn)]))


def number(told: str) -> int:
    """0 for nonsense: nothing was seen."""
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else 0


def unseen(conversation: Conversation, by: User, seen: int) -> News:
    """The newest page is enough: a thread opens with it. What stands above all that was seen is older history."""
    newest = list(shown(conversation).newest_first()[:BUBBLES])[::-1]
    first = next((place for place, each in enumerate(newest) if each.pk <= seen), 0)
    bubbles = [each for each in newest[first:] if each.pk > seen]
    answers = answered(conversation, bubbles)
    holding = [each for each in bubbles if holds(each, by, answers)]
    return News(bubbles, holding, mark(newest, str(seen)))


def answered(conversation: Conversation, messages: Iterable[Message]) -> set[int]:
    """Those of them that count as the shop's answer; one that did not go out is none."""
    numbers = [message.pk for message in messages if not message.is_from_buyer]
    return set(conversation.messages.answers().filter(pk__in=numbers).values_list("pk", flat=True))


def holds(message: Message, by: User, answers: set[int]) -> bool:
    """What the buyer, a colleague or somebody in the seller centre wrote. One's own words, the marketplace's and
    automatic ones are no reason to think again."""
    if message.kind == Kind.SYSTEM:
        return False
    return message.is_from_buyer or (message.pk in answers and message.author_id != by.pk)


def is_repeated(conversation: Conversation, drafts: Iterable[tuple[Draft, UUID]]) -> bool:
    """It is in the queue already, by a first click whose answer may have got lost."""
    wanted = {key: draft for draft, key in drafts}
    twins = Message.objects.filter(client_id__in=list(wanted))
    return any(outbox.is_twin(twin, conversation, wanted[twin.client_id]) for twin in twins)
