"""A marketplace in memory with a truth of its own, at the level of connectors: what the model tests play against.

It comes in three kinds. `GivesIds` answers a send with the message's id and pushes bubbles whole; `GivesNone` answers
without an id and pushes only the name of the room; `Numbers` answers with the id alone, counts whole seconds, and its
bubbles stand in the order of their numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, ClassVar

from marketplaces.connector import Connector
from marketplaces.content import (
    IncomingMessage,
    Page,
    PushEvent,
    PushKind,
    Receipt,
    RemoteConversation,
    Room,
)
from marketplaces.errors import MarketplaceError, RateLimited, Rejected, Temporary, Uncertain, Unreachable
from marketplaces.http import Bucket

BEGAN = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
# Bubbles and rooms of one page, so few that paging is tried.
PAGE = 4
BUYER, SHOP, CENTRE = "buyer", "shop", "seller_centre"


@dataclass(frozen=True)
class Said:
    """`seen_at`: from when on a reading shows it."""

    number: int
    room: str
    sent_by: str
    text: str
    at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Answer:
    """How the next call goes. `stores`: the marketplace takes the reply; `answers` "yes", "nothing" or an error's
    name. `after`: seconds until it is stored, and until the answer or our giving up. `lag`: seconds until a reading
    shows it. `meanwhile` happens between storing and answering."""

    stores: bool = True
    answers: str = "yes"
    stored_after: float = 0
    after: float = 0
    lag: float = 0
    meanwhile: tuple[Any, ...] = ()


SMOOTH = Answer()


@dataclass
class OnItsWay:
    """A reply that the marketplace takes at this time; `said` once it has."""

    at: datetime
    room: str
    text: str
    lag: float
    said: Said | None = None


ERRORS: dict[str, Callable[[], MarketplaceError]] = {
    "nothing": lambda: Uncertain("no answer"),
    "unreachable": lambda: Unreachable("refused"),
    "busy": lambda: Temporary("try later", code="busy"),
    "too many": lambda: RateLimited("slower", retry_after=2, code="429"),
    "refused": lambda: Rejected("not these words", code="forbidden_words"),
}


@dataclass
class Bazaar:
    """The truth. `now` is its clock, which may differ from ours by `skew` seconds; `answers` are for the next calls
    that send, `interlude` happens in the middle of the next reading."""

    clock: Callable[[], datetime]
    pass_time: Callable[[float], None]
    play: Callable[[Sequence[Any]], None]
    skew: float = 0
    said: list[Said] = field(default_factory=list)
    on_their_way: list[OnItsWay] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    interlude: tuple[Any, ...] = ()
    numbers: Any = field(default_factory=lambda: count(1000))

    def now(self) -> datetime:
        return self.clock() + timedelta(seconds=self.skew)

    def say(self, room: str, sent_by: str, text: str, lag: float = 0) -> Said:
        """Message ids grow with time, and no two messages share a millisecond. A reading lags behind as a whole: it
        never shows a message before an older one of its room."""
        at = self.now()
        if self.said and at <= self.said[-1].at:
            at = self.said[-1].at + timedelta(milliseconds=1)
        seen_at = self.clock() + timedelta(seconds=lag)
        seen_at = max([seen_at, *(earlier.seen_at for earlier in self.in_room(room))])
        said = Said(next(self.numbers), room, sent_by, text, at, seen_at)
        self.said.append(said)
        return said

    def send(self, room: str, text: str, answer: Answer) -> OnItsWay:
        """It arrives whatever becomes of whoever has sent it."""
        at = self.clock() + timedelta(seconds=answer.stored_after)
        reply = OnItsWay(at, room, text, answer.lag)
        self.on_their_way.append(reply)
        self.catch_up()
        return reply

    def catch_up(self) -> None:
        """Take what has arrived by now."""
        for reply in self.on_their_way:
            if reply.said is None and reply.at <= self.clock():
                self.take(reply)

    def take(self, reply: OnItsWay) -> Said:
        if reply.said is None:
            reply.said = self.say(reply.room, SHOP, reply.text, reply.lag)
        return reply.said

    def in_room(self, room: str, *sent_by: str) -> list[Said]:
        return [said for said in self.said if said.room == room and (not sent_by or said.sent_by in sent_by)]

    def shown(self, room: str) -> list[Said]:
        """What a reading sees now, newest first."""
        return [said for said in reversed(self.in_room(room)) if said.seen_at <= self.clock()]


class BazaarConnector(Connector):
    name = "Bazaar"
    key_fields = ()
    settling_time = timedelta(seconds=10)
    explanations = {"forbidden_words": "These words are forbidden."}

    bazaar: ClassVar[Bazaar]

    def send_bucket(self) -> Bucket:
        return Bucket(f"{self.slug}:{self.shop}", rate=1000, burst=1000)

    # Receiving

    @staticmethod
    def listed_id(said: Said) -> str:
        """Whether the list tells which message is the newest."""
        return str(said.number)

    def list_conversations(self, cursor: str | None = None) -> Page[RemoteConversation]:
        """The list may be ahead of what a reading shows."""
        newest = {said.room: said for said in self.bazaar.said}
        rows = [
            RemoteConversation(
                room,
                f"buyer-{room}",
                last_message_at=said.at,
                last_message_id=self.listed_id(said),
                version=str(said.number),
            )
            for room, said in sorted(newest.items(), key=lambda each: each[1].number, reverse=True)
        ]
        start = int(cursor or 0)
        following = str(start + PAGE) if len(rows) > start + PAGE else None
        return Page(tuple(rows[start : start + PAGE]), following)

    def list_messages(self, conversation: str, cursor: str | None = None) -> Page[IncomingMessage]:
        """What is shown is fixed before the interlude: an answer may be old when it arrives."""
        rows = [self.bubble(said) for said in self.page_from(conversation, cursor)]
        interlude, self.bazaar.interlude = self.bazaar.interlude, ()
        self.bazaar.play(interlude)
        following = self.cursor_after(rows[PAGE - 1], cursor) if len(rows) > PAGE else None
        return Page(tuple(rows[:PAGE]), following)

    @classmethod
    def bubble(cls, said: Said) -> IncomingMessage:
        return IncomingMessage(
            str(said.number),
            is_from_buyer=said.sent_by == BUYER,
            sent_at=said.at,
            sequence=said.number,
            text=said.text,
        )

    def page_from(self, conversation: str, cursor: str | None) -> list[Said]:
        raise NotImplementedError

    def cursor_after(self, last: IncomingMessage, cursor: str | None) -> str:
        raise NotImplementedError

    @classmethod
    def told_by_push(cls, said: Said) -> IncomingMessage | None:
        raise NotImplementedError

    @classmethod
    def read_stored_push(cls, body: bytes) -> PushEvent:
        """`body`: the shop, and the number of the message that it is about."""
        shop, number = json.loads(body)
        said = next(each for each in cls.bazaar.said if each.number == number)
        about = RemoteConversation(said.room, f"buyer-{said.room}")
        if said.sent_by == BUYER:
            return PushEvent(PushKind.MESSAGE, shop, about, cls.told_by_push(said))
        return PushEvent(PushKind.CHANGED, shop, about)

    # Sending

    def send_text(self, room: Room, text: str) -> Receipt:
        bazaar, began = self.bazaar, self.bazaar.clock()
        answer = bazaar.answers.pop() if bazaar.answers else SMOOTH
        reply = bazaar.send(room.conversation, text, answer) if answer.stores else None
        bazaar.play(answer.meanwhile)
        ends = began + timedelta(seconds=max(answer.after, answer.stored_after))
        bazaar.pass_time(max(0.0, (ends - bazaar.clock()).total_seconds()))
        if reply is None or answer.answers != "yes":
            raise ERRORS[answer.answers]()
        return self.receipt(bazaar.take(reply))

    def receipt(self, said: Said) -> Receipt:
        raise NotImplementedError


class GivesIds(BazaarConnector):
    slug = "gives_ids"

    def page_from(self, conversation: str, cursor: str | None) -> list[Said]:
        rows = self.bazaar.shown(conversation)
        return [said for said in rows if cursor is None or said.number < int(cursor)]

    def cursor_after(self, last: IncomingMessage, cursor: str | None) -> str:
        return last.remote_id

    @classmethod
    def told_by_push(cls, said: Said) -> IncomingMessage | None:
        return cls.bubble(said)

    def receipt(self, said: Said) -> Receipt:
        return Receipt(str(said.number), said.at, said.number)


class GivesNone(BazaarConnector):
    slug = "gives_none"

    def page_from(self, conversation: str, cursor: str | None) -> list[Said]:
        """Pages are numbered, so they move on when something new is said."""
        return self.bazaar.shown(conversation)[int(cursor or 0) * PAGE :]

    def cursor_after(self, last: IncomingMessage, cursor: str | None) -> str:
        return str(int(cursor or 0) + 1)

    @classmethod
    def told_by_push(cls, said: Said) -> IncomingMessage | None:
        return None

    def receipt(self, said: Said) -> Receipt:
        return Receipt(sent_at=said.at)

    @staticmethod
    def listed_id(said: Said) -> str:
        return ""


class Numbers(GivesIds):
    slug = "numbers"
    orders_by_number = True

    @classmethod
    def bubble(cls, said: Said) -> IncomingMessage:
        return replace(super().bubble(said), sent_at=said.at.replace(microsecond=0))

    def receipt(self, said: Said) -> Receipt:
        return Receipt(str(said.number))
