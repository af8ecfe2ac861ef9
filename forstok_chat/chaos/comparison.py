"""Where the marketplace's truth and our database differ, room by room. Nothing but values: no network, no rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from forstok_chat.chaos.ours import Bubble
from forstok_chat.chaos.people import Reply
from forstok_chat.chaos.plan import Place
from forstok_chat.rig.sandbox import Said

PEOPLE = ("buyer", "seller_centre")  # whoever else speaks there is the marketplace itself
OPEN = ("queued", "sending", "uncertain")


class Fault(StrEnum):
    LOST = "lost"
    DOUBLED = "doubled"
    OUT_OF_ORDER = "out of order"
    UNSETTLED = "unsettled"
    WRONGLY_TICKED = "wrongly ticked"


@dataclass(frozen=True)
class Finding:
    """`needs_person`: it waits for a person's decision, who is shown `why`."""

    fault: Fault
    place: Place
    what: str
    why: str = ""
    needs_person: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def compare(
    place: Place,
    truth: Sequence[Said],
    ours: Sequence[Bubble],
    replies: Sequence[Reply],
    tried_again: Iterable[str] = (),
) -> list[Finding]:
    """`truth` and `ours` oldest first, `replies` as written. What a person has sent again is out of its order by
    that person's will."""
    found = [
        *incoming(truth, ours),
        *outgoing(truth, ours, replies),
        *unsettled(ours),
        *ticks(truth, ours),
        *thread_order(truth, ours),
        *reply_order(truth, ours, replies, set(tried_again)),
    ]
    return [Finding(fault, place, what, *more) for fault, what, *more in found]


Found = Iterator[tuple[Any, ...]]


def incoming(truth: Sequence[Said], ours: Sequence[Bubble]) -> Found:
    """What others have said is here once, as theirs, and nothing else is."""
    theirs = {said.id: said for said in truth if said.sent_by != "shop"}
    here = {bubble.remote_id: bubble for bubble in ours if bubble.origin != "agent"}
    for said in theirs.values():
        bubble = here.get(said.id)
        if bubble is None:
            yield Fault.LOST, f"{said.sent_by}: {said.text or said.kind} ({said.id})"
        elif bubble.origin != origin_of(said) or not is_same_text(said, bubble):
            yield Fault.LOST, f"{said.sent_by}: {said.text} is here as {bubble.origin}: {bubble.text}"
    for remote_id in here.keys() - theirs.keys():
        bubble = here[remote_id]
        yield Fault.DOUBLED, f"{bubble.origin}: {bubble.text} ({remote_id}) was not said by them"


def origin_of(said: Said) -> str:
    return said.sent_by if said.sent_by in PEOPLE else "automatic"


def is_same_text(said: Said, bubble: Bubble) -> bool:
    return said.kind != "text" or said.text.split() == bubble.text.split()


def outgoing(truth: Sequence[Said], ours: Sequence[Bubble], replies: Sequence[Reply]) -> Found:
    """Every reply that was taken over reached the buyer once, unless its bubble says otherwise. Equal texts are
    counted."""
    states = {bubble.client_id: bubble.state for bubble in ours if bubble.origin == "agent"}
    written = Counter(reply.words.text for reply in replies)
    arrived = Counter(said.text for said in truth if said.sent_by == "shop")
    told: Counter[str] = Counter()
    for reply in replies:
        told[reply.words.text] += states.get(reply.client_id, "") in ("failed", *OPEN)
    for text in written.keys() | arrived.keys():
        if (missing := written[text] - arrived[text] - told[text]) > 0:
            yield from [(Fault.LOST, f"reply: {text}")] * missing
        if (spare := arrived[text] - written[text]) > 0:
            yield from [(Fault.DOUBLED, f"reply: {text}")] * spare
    for reply in replies:
        if reply.client_id not in states:
            yield Fault.LOST, f"reply: {reply.words.text}", "there is no bubble of it"


def ticks(truth: Sequence[Said], ours: Sequence[Bubble]) -> Found:
    """A tick names a message that the buyer got from us, with these words; "not sent" is as true."""
    arrived = {said.id: said for said in truth if said.sent_by == "shop"}
    for bubble in ours:
        said = arrived.get(bubble.remote_id)
        if bubble.state == "sent" and (said is None or not is_same_text(said, bubble)):
            yield (
                Fault.WRONGLY_TICKED,
                f"reply: {bubble.text}",
                f"the buyer has no such message {bubble.remote_id}",
            )
    unclaimed = Counter(said.text for said in truth if said.sent_by == "shop")
    unclaimed -= Counter(bubble.text for bubble in ours if bubble.state in ("sent", *OPEN))
    for bubble in ours:
        if bubble.state == "failed" and unclaimed[bubble.text] > 0:
            unclaimed[bubble.text] -= 1
            yield Fault.WRONGLY_TICKED, f"reply: {bubble.text}", "told as not sent, but the buyer has it"


def unsettled(ours: Sequence[Bubble]) -> Found:
    for bubble in ours:
        if bubble.state in OPEN:
            why = f"{bubble.problem_code} {bubble.problem_text}".strip()
            yield Fault.UNSETTLED, f"reply: {bubble.text} ({bubble.state})", why, bubble.needs_person


def thread_order(truth: Sequence[Said], ours: Sequence[Bubble]) -> Found:
    """The thread shows the bubbles as they stand at the marketplace."""
    places = {said.id: number for number, said in enumerate(truth)}
    shown = [bubble for bubble in ours if bubble.remote_id in places]
    for before, after in pairwise(shown):
        if places[before.remote_id] > places[after.remote_id]:
            yield Fault.OUT_OF_ORDER, f"bubble: {after.text} ({after.remote_id}) stands too low"


def reply_order(
    truth: Sequence[Said], ours: Sequence[Bubble], replies: Sequence[Reply], tried_again: set[str]
) -> Found:
    """The buyer reads the replies in the order in which they were written."""
    numbers = {reply.client_id: number for number, reply in enumerate(replies)}
    by_id = {bubble.remote_id: bubble for bubble in ours if bubble.client_id in numbers}
    told = [by_id[said.id] for said in truth if said.id in by_id]
    in_turn = [bubble for bubble in told if bubble.client_id not in tried_again]
    for before, after in pairwise(in_turn):
        if numbers[before.client_id] > numbers[after.client_id]:
            yield Fault.OUT_OF_ORDER, f"reply: {after.text} came after {before.text}"


def by_place(replies: Iterable[Reply]) -> dict[Place, list[Reply]]:
    rooms: dict[Place, list[Reply]] = defaultdict(list)
    for reply in replies:
        rooms[reply.words.place].append(reply)
    return rooms
