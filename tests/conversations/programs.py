"""Programs of steps, drawn by hypothesis, and the world that plays them: our database, workers and a bazaar.

A step is a plain value. Workers' tasks wait in `queue`; a step may run any of them, twice, never, or only so far.
`check` compares the bazaar's truth with our rows once all has been given the time to settle.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias
from unittest.mock import patch

import time_machine
from celery.app.task import Task
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from hypothesis import strategies as st

from conversations import outbox, received, tasks, withdrawals
from conversations.dispatch import Draft
from conversations.models import Conversation, OutgoingMessage, Push
from forstok_chat.accounts.models import Seller, User
from marketplaces import throttle
from marketplaces.content import Kind, PushEvent, PushKind, Tokens
from marketplaces.credentials import store
from marketplaces.models import App, Shop
from tests.conversations.bazaar import (
    BEGAN,
    BUYER,
    CENTRE,
    ERRORS,
    SHOP,
    SMOOTH,
    Answer,
    Bazaar,
    BazaarConnector,
)
from tests.conversations.interruptions import Died, after_lines, die

State = OutgoingMessage.State
ON_ITS_WAY = (State.SENDING, State.UNCERTAIN, State.SENT)
ROOMS = ("r-1", "r-2")
TEXTS = ("ok", "siap kak")
# The longest that one call, with all it may need, takes: conversations/outbox.py counts on it.
LONGEST_CALL = 80.0


# Steps


@dataclass(frozen=True)
class Dies:
    after: int  # lines


@dataclass(frozen=True)
class Yields:
    """Others go first, after so many lines."""

    after: int
    steps: tuple[Any, ...]


Interruption: TypeAlias = Dies | Yields | None


@dataclass(frozen=True)
class Says:
    room: str
    by: str = BUYER
    lag: float = 0  # seconds until a reading shows it


@dataclass(frozen=True)
class Replies:
    room: str
    text: str


@dataclass(frozen=True)
class Pushes:
    """The push about one of the messages, whichever: late, twice, in any order."""

    which: int


@dataclass(frozen=True)
class Sweeps:
    name: str
    interruption: Interruption = None


@dataclass(frozen=True)
class Polls:
    interruption: Interruption = None
    interlude: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Works:
    """A worker takes one of the waiting tasks; with `again` it will be taken once more."""

    which: int
    answer: Answer = SMOOTH
    interlude: tuple[Any, ...] = ()
    interruption: Interruption = None
    again: bool = False


@dataclass(frozen=True)
class Waits:
    seconds: float


@dataclass(frozen=True)
class Flushes:
    """Redis forgets every task."""


@dataclass(frozen=True)
class TriesAgain:
    """A person, with what was told as not sent."""


@dataclass(frozen=True)
class Cancels:
    """One of our replies, however far it is."""

    which: int


@dataclass(frozen=True)
class TakesOut:
    """One of our replies, to edit it."""

    which: int


@dataclass(frozen=True)
class PutsBack:
    """One of those that are edited; with another one it is an edit of a moment that is over."""

    which: int
    text: str


# Strategies

SWEEPS = ("sweep_outbox", "sweep_incoming", "sweep_shops")
lines = st.integers(0, 160)
which = st.integers(0, 9)
rooms = st.sampled_from(ROOMS)
short_waits = st.builds(Waits, st.sampled_from((1.0, 3.0, 11.0, 25.0)))
waits = st.builds(Waits, st.sampled_from((1.0, 3.0, 11.0, 31.0, 125.0)))
says = st.builds(Says, rooms, st.sampled_from((BUYER, BUYER, CENTRE)), st.sampled_from((0.0, 0.0, 6.0)))
replies = st.builds(Replies, rooms, st.sampled_from(TEXTS))
pushed = st.builds(Pushes, which)
puts_back = st.builds(PutsBack, which, st.sampled_from(TEXTS))
withdrawn = st.one_of(st.builds(Cancels, which), st.builds(TakesOut, which), puts_back, puts_back)


def answers(others: st.SearchStrategy[Any]) -> st.SearchStrategy[Answer]:
    """Accepted, or refused without a trace, or nobody knows."""
    meanwhile = st.lists(others, max_size=3).map(tuple)
    seconds = st.sampled_from((0.0, 2.0, 15.0))
    yes = st.builds(
        Answer,
        stores=st.just(True),
        answers=st.sampled_from(("yes", "yes", "nothing")),
        stored_after=seconds,
        after=seconds,
        lag=st.sampled_from((0.0, 4.0, 9.0)),
        meanwhile=meanwhile,
    )
    no = st.builds(
        Answer,
        stores=st.just(False),
        answers=st.sampled_from(tuple(ERRORS)),
        after=seconds,
        meanwhile=meanwhile,
    )
    return st.one_of(yes, no)


def interruptions(others: st.SearchStrategy[Any]) -> st.SearchStrategy[Interruption]:
    steps = st.lists(others, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.none(), st.builds(Dies, lines), st.builds(Yields, lines, steps))


def works(others: st.SearchStrategy[Any]) -> st.SearchStrategy[Works]:
    few = st.lists(others, max_size=2).map(tuple)
    return st.builds(Works, which, answers(others), few, interruptions(others), st.booleans())


def sweeps(others: st.SearchStrategy[Any]) -> st.SearchStrategy[Sweeps]:
    return st.builds(Sweeps, st.sampled_from(SWEEPS), interruptions(others))


# What other workers, buyers and agents do while one of ours is in the middle of something.
plain = st.one_of(
    short_waits,
    says,
    replies,
    pushed,
    withdrawn,
    st.builds(Sweeps, st.sampled_from(SWEEPS)),
    st.builds(Works, which, again=st.booleans()),
    st.builds(Works, which, again=st.booleans()),
    st.builds(Polls),
)


def outbox_programs() -> st.SearchStrategy[list[Any]]:
    step = st.one_of(
        works(plain), works(plain), works(plain), replies, replies, sweeps(plain), says, pushed, waits,
        st.builds(Polls, interruptions(plain), st.just(())), st.builds(Flushes), st.builds(TriesAgain),
        withdrawn, withdrawn,
    )  # fmt: skip
    begun = st.lists(replies, min_size=1, max_size=3)  # with something to send from the start
    return st.tuples(begun, st.lists(step, min_size=4, max_size=16)).map(lambda each: [*each[0], *each[1]])


def ingest_programs() -> st.SearchStrategy[list[Any]]:
    few = st.lists(plain, max_size=3).map(tuple)
    step = st.one_of(
        says, says, says, pushed, pushed, works(plain), works(plain), sweeps(plain),
        st.builds(Polls, interruptions(plain), few), replies, waits, st.builds(Flushes),
    )  # fmt: skip
    return st.lists(step, min_size=4, max_size=18)


# Playing


@dataclass
class World:
    """Ours and theirs. `budget`: seconds that may still pass while the outermost call is under way."""

    shop: Shop
    agent: User
    bazaar: Bazaar
    traveller: Any
    queue: list[tuple[Task, tuple[Any, ...]]] = field(default_factory=list)
    budget: float | None = None
    # Those of which a person decided when younger ones may have left: they go out of turn.
    sent_late: set[int] = field(default_factory=set)
    said: int = 0

    def play(self, steps: Sequence[Any]) -> None:
        for step in steps:
            getattr(self, type(step).__name__)(step)

    def pass_time(self, seconds: float) -> None:
        if self.budget is not None:
            seconds = min(seconds, self.budget)
            self.budget -= seconds
        self.traveller.shift(timedelta(seconds=seconds))
        self.bazaar.catch_up()

    # One method for each kind of step

    def Says(self, step: Says) -> None:
        self.said += 1
        self.bazaar.say(step.room, step.by, f"kata {self.said}", step.lag)

    def Replies(self, step: Replies) -> None:
        """Where the room is known by now."""
        conversation = Conversation.objects.filter(shop=self.shop, remote_id=step.room).first()
        if conversation is not None:
            outbox.enqueue(conversation, self.agent, Draft(Kind.TEXT, step.text), uuid.uuid4())
            self.queue.append((tasks.deliver, (str(conversation.pk),)))

    def Pushes(self, step: Pushes) -> None:
        if self.bazaar.said:
            said = self.bazaar.said[step.which % len(self.bazaar.said)]
            body = json.dumps([self.shop.remote_id, said.number]).encode()
            app, event = App.objects.get(marketplace=self.shop.marketplace), PushEvent(PushKind.CHANGED)
            push = received.store(app, body, event)
            assert push is not None
            self.queue.append((tasks.process_push, (push.pk,)))

    def Sweeps(self, step: Sweeps) -> None:
        self.run(getattr(tasks, step.name), (), step.interruption)

    def Polls(self, step: Polls) -> None:
        self.bazaar.interlude = step.interlude
        self.run(tasks.sync_shop, (str(self.shop.pk),), step.interruption)

    def Works(self, step: Works) -> None:
        if not self.queue:
            return
        task, arguments = self.queue.pop(step.which % len(self.queue))
        if step.again:
            self.queue.append((task, arguments))
        self.bazaar.answers.append(step.answer)
        self.bazaar.interlude = step.interlude
        try:
            self.run(task, arguments, step.interruption)
        finally:
            if step.answer in self.bazaar.answers:
                self.bazaar.answers.remove(step.answer)

    def Waits(self, step: Waits) -> None:
        self.pass_time(step.seconds)

    def Flushes(self, step: Flushes) -> None:
        self.queue.clear()

    def TriesAgain(self, step: TriesAgain) -> None:
        for outgoing in OutgoingMessage.objects.filter(state=State.FAILED):
            if outbox.try_again(outgoing):
                self.sent_late.add(outgoing.pk)

    def Cancels(self, step: Cancels) -> None:
        if (outgoing := self.one_of(OutgoingMessage.objects.all(), step.which)) is None:
            return
        assert withdrawals.cancel(outgoing, self.agent) == (outgoing.state not in ON_ITS_WAY)

    def TakesOut(self, step: TakesOut) -> None:
        if (outgoing := self.one_of(OutgoingMessage.objects.all(), step.which)) is None:
            return
        is_possible = outgoing.state not in (*ON_ITS_WAY, State.CANCELLED)
        assert withdrawals.take_out(outgoing, self.agent) == is_possible

    def PutsBack(self, step: PutsBack) -> None:
        held = OutgoingMessage.objects.filter(state=State.HELD)
        outgoing = self.one_of(held, step.which) or self.one_of(OutgoingMessage.objects.all(), step.which)
        if outgoing is None:
            return
        younger = outgoing.conversation.outgoing.filter(pk__gt=outgoing.pk)
        if withdrawals.put_back(outgoing, step.text) and younger.filter(state__in=ON_ITS_WAY).exists():
            self.sent_late.add(outgoing.pk)
        self.queue.append((tasks.deliver, (str(outgoing.conversation_id),)))

    @staticmethod
    def one_of(found: QuerySet[OutgoingMessage], which: int) -> OutgoingMessage | None:
        rows = list(found.select_related("conversation", "message").order_by("pk"))
        return rows[which % len(rows)] if rows else None

    # How a worker runs a task

    def run(self, task: Task, arguments: tuple[Any, ...], interruption: Interruption) -> None:
        outer = self.budget
        self.budget = LONGEST_CALL if outer is None else outer
        try:
            with self.interrupted(interruption):
                task(*arguments)
        except Died:
            self.bazaar.interlude = ()
        finally:
            self.budget = None if outer is None else self.budget

    def interrupted(self, interruption: Interruption) -> AbstractContextManager[None]:
        if isinstance(interruption, Dies):
            return after_lines(interruption.after, die, may_be_inside=True)
        if isinstance(interruption, Yields):
            steps = interruption.steps
            return after_lines(interruption.after, lambda: self.play(steps), may_be_inside=False)
        return nullcontext()

    # The end

    def settle(self) -> None:
        """All goes well from now on, until nothing is under way."""
        self.budget, self.bazaar.interlude = None, ()
        self.bazaar.answers.clear()
        for round_ in range(40):
            self.pass_time(5 if round_ < 6 else 31)
            for name in SWEEPS:
                self.Sweeps(Sweeps(name))
            while self.queue:
                self.Works(Works(0))
            if self.is_settled():
                break
        self.pass_time(31)  # until a reading shows all
        self.Polls(Polls())

    def is_settled(self) -> bool:
        under_way = OutgoingMessage.objects.filter(state__in=[State.QUEUED, *OutgoingMessage.IN_FLIGHT])
        return not (
            under_way.filter(needs_person=False).exists()
            or Push.objects.filter(state=Push.State.RECEIVED).exists()
            or Conversation.objects.filter(reading_due_at__isnull=False).exists()
        )


@contextmanager
def world_of(connector: type[BazaarConnector], seller: Seller, agent: User, skew: float) -> Iterator[World]:
    """A shop of this marketplace with a room in which a buyer has spoken, imported. Gone in the end."""
    with time_machine.travel(BEGAN, tick=False) as traveller, transaction.atomic():
        shop = make_shop(connector, seller)
        world = World(shop, agent, Bazaar(timezone.now, lambda s: None, lambda s: None, skew), traveller)
        world.bazaar.pass_time, world.bazaar.play = world.pass_time, world.play
        connector.bazaar = world.bazaar
        with tasks_kept_in(world.queue):
            world.bazaar.say(ROOMS[0], BUYER, "halo")
            world.pass_time(60)
            tasks.sweep_shops()
            world.settle()
            yield world
        transaction.set_rollback(True)


@contextmanager
def tasks_kept_in(queue: list[tuple[Task, tuple[Any, ...]]]) -> Iterator[None]:
    """In place of a broker, whenever they are due. Every permit is free."""

    def apply_async(self: Task, args: Any = None, kwargs: Any = None, **options: Any) -> None:
        queue.append((self, tuple(args or ())))

    with patch.object(Task, "apply_async", apply_async), patch.object(throttle, "take", lambda bucket: 0.0):
        yield


def make_shop(connector: type[BazaarConnector], seller: Seller) -> Shop:
    app = App.objects.create(marketplace=connector.slug, seller=None, keys={"api_url": "https://bazaar.test"})
    shop = Shop.objects.create(
        seller=seller,
        marketplace=connector.slug,
        remote_id="77",
        name="Toko Bazaar",
        state=Shop.State.ACTIVE,
        activated_at=timezone.now(),
        next_sync_at=timezone.now(),
    )
    store(app, shop, Tokens("a", timezone.now() + timedelta(days=7), "r"))
    return shop


# What must be true


def check(world: World) -> None:
    for room in ROOMS:
        conversation = Conversation.objects.filter(shop=world.shop, remote_id=room).first()
        truth = world.bazaar.in_room(room)
        assert conversation is not None or not truth, "a room is missing"
        if conversation is not None:
            check_thread(world, conversation)
            check_replies(world, conversation)


def check_thread(world: World, conversation: Conversation) -> None:
    """Each message once, from whom it is, in the marketplace's order, and nothing else."""
    truth = world.bazaar.in_room(conversation.remote_id)
    bubbles = list(conversation.messages.exclude(remote_id=None).oldest_first())
    origins = {BUYER: "buyer", CENTRE: "seller_centre", SHOP: "agent"}
    assert [(m.remote_id, m.origin, m.text) for m in bubbles] == [
        (str(said.number), origins[said.sent_by], said.text) for said in truth
    ]


def check_replies(world: World, conversation: Conversation) -> None:
    """Each reply arrived once or its agent is told; in order, but for those that a person sent again."""
    rows = list(conversation.outgoing.select_related("message").order_by("pk"))
    at_rest = {State.SENT, State.FAILED, State.HELD, State.CANCELLED}
    assert {row.state for row in rows if not row.needs_person} <= at_rest, "not settled"
    assert all(row.message.is_hidden == (row.state == State.CANCELLED) for row in rows), "wrongly hidden"
    arrived = world.bazaar.in_room(conversation.remote_id, SHOP)
    undecided = Counter(row.message.text for row in rows if row.needs_person and row.state != State.SENT)
    ticked = Counter(row.message.text for row in rows if row.state == State.SENT)
    came = Counter(said.text for said in arrived)
    assert not ticked - came, "ticked without proof"
    assert not came - ticked - undecided, "arrived twice, or although it was told as not sent"
    order = [
        row.message.remote_id for row in rows if row.state == State.SENT and row.pk not in world.sent_late
    ]
    numbers = [int(remote_id or 0) for remote_id in order]
    assert numbers == sorted(numbers), "out of order"


def check_ticks(world: World) -> None:
    """At any moment: a tick names a message that the marketplace has from us, each its own."""
    arrived = {str(said.number): said.text for said in world.bazaar.said if said.sent_by == SHOP}
    rows = OutgoingMessage.objects.filter(state=State.SENT, conversation__shop=world.shop)
    for remote_id, text in rows.values_list("message__remote_id", "message__text"):
        assert arrived.get(remote_id) == text, "ticked without proof"
