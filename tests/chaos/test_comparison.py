"""The judge of a run sees what went wrong, and only that."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from forstok_chat.chaos.comparison import Fault, Finding, compare
from forstok_chat.chaos.markets import MARKETS
from forstok_chat.chaos.ours import Bubble
from forstok_chat.chaos.people import Reply
from forstok_chat.chaos.plan import Place, Words
from forstok_chat.chaos.report import Report
from forstok_chat.rig.sandbox import Said

PLACE = Place(MARKETS[0].slug, "1", "11")


class Room:
    """What was said, as the marketplace has it, as our database has it, and what agents wrote."""

    def __init__(self) -> None:
        self.truth: list[Said] = []
        self.ours: list[Bubble] = []
        self.replies: list[Reply] = []
        self.tried_again: set[str] = set()
        self.numbers = count(1)

    def said(self, text: str, by: str = "buyer") -> str:
        remote_id = f"m{next(self.numbers)}"
        self.truth.append(Said(remote_id, by, "text", text))
        return remote_id

    def here(self, text: str, remote_id: str, origin: str = "buyer", **more: Any) -> None:
        number = next(self.numbers)
        empty = {"kind": "text", "needs_person": False, "problem_code": "", "problem_text": "", "attempts": 1}
        told = empty | {"client_id": f"c{number}", "state": ""} | more
        self.ours.append(Bubble(id=number, remote_id=remote_id, origin=origin, text=text, **told))

    def asked(self, text: str) -> None:
        self.here(text, self.said(text))

    def wrote(self, text: str, state: str = "sent", *, arrives: bool = True, **more: Any) -> str:
        """A reply of an agent; with a proof when it is ticked."""
        client_id = f"c{next(self.numbers)}"
        self.replies.append(Reply(client_id, Words(0, PLACE, "agent", text)))
        remote_id = self.said(text, "shop") if arrives else ""
        proof = (remote_id or "nothing") if state == "sent" else ""
        self.here(text, proof, "agent", client_id=client_id, state=state, **more)
        return client_id

    def found(self) -> list[Finding]:
        return compare(PLACE, self.truth, self.ours, self.replies, self.tried_again)

    def faults(self) -> list[str]:
        return [str(finding.fault) for finding in self.found()]


@pytest.fixture
def room() -> Room:
    """In which all went well so far, repeated words among it."""
    room = Room()
    room.asked("ada?")
    room.wrote("ok")
    room.wrote("ok")
    room.here("dari sana", room.said("dari sana", "seller_centre"), "seller_centre")
    room.here("dikirim", room.said("dikirim", "system"), "automatic")
    return room


def test_nothing_is_found_where_all_went_well(room: Room) -> None:
    assert room.found() == []


def test_words_of_a_buyer_that_are_not_here_are_lost(room: Room) -> None:
    room.said("halo?")
    assert room.faults() == [Fault.LOST]


def test_words_that_are_here_in_anothers_name_are_lost(room: Room) -> None:
    room.here("halo", room.said("halo"), "seller_centre")
    assert room.faults() == [Fault.LOST]


def test_other_words_than_the_buyers_are_no_substitute(room: Room) -> None:
    room.here("hal", room.said("halo"))
    assert room.faults() == [Fault.LOST]


def test_a_bubble_that_nobody_said_is_a_double(room: Room) -> None:
    room.here("ada?", "m99")
    assert room.faults() == [Fault.DOUBLED]


def test_our_own_reply_as_somebody_elses_bubble_is_a_double(room: Room) -> None:
    room.here("ok", room.truth[1].id, "seller_centre")
    assert Fault.DOUBLED in room.faults()


def test_a_reply_that_arrives_twice_is_a_double_even_if_its_words_are_common(room: Room) -> None:
    room.said("ok", "shop")
    assert room.faults() == [Fault.DOUBLED]


def test_a_reply_without_a_bubble_is_lost(room: Room) -> None:
    room.replies.append(Reply("c99", Words(0, PLACE, "agent", "sampai jumpa")))
    assert set(room.faults()) == {Fault.LOST}


def test_a_tick_for_a_reply_that_the_buyer_does_not_have_is_wrong_and_the_reply_lost(room: Room) -> None:
    room.wrote("sampai jumpa", arrives=False)
    assert room.faults() == [Fault.LOST, Fault.WRONGLY_TICKED]


def test_a_tick_that_names_other_words_is_wrong(room: Room) -> None:
    room.wrote("satu", arrives=False)
    room.ours[-1] = Bubble(**{**vars(room.ours[-1]), "remote_id": room.said("dua", "shop")})
    assert Fault.WRONGLY_TICKED in room.faults()


def test_a_reply_told_as_not_sent_that_did_not_arrive_is_as_it_should_be(room: Room) -> None:
    room.wrote("kata terlarang", "failed", arrives=False)
    assert room.found() == []


def test_a_reply_told_as_not_sent_that_arrived_is_told_wrongly(room: Room) -> None:
    room.wrote("kata", "failed")
    assert room.faults() == [Fault.WRONGLY_TICKED]


@pytest.mark.parametrize("state", ["queued", "sending", "uncertain"])
def test_a_reply_under_way_is_unsettled_and_not_lost(room: Room, state: str) -> None:
    room.wrote("nanti", state, arrives=False)
    assert room.faults() == [Fault.UNSETTLED]


def test_replies_that_the_buyer_reads_in_another_order_are_found(room: Room) -> None:
    room.wrote("satu")
    room.wrote("dua")
    room.truth[-2:] = reversed(room.truth[-2:])
    room.ours[-2:] = reversed(room.ours[-2:])
    assert room.faults() == [Fault.OUT_OF_ORDER]


def test_a_reply_that_a_person_sent_again_may_come_later(room: Room) -> None:
    room.tried_again.add(room.wrote("satu"))
    room.wrote("dua")
    room.truth[-2:] = reversed(room.truth[-2:])
    room.ours[-2:] = reversed(room.ours[-2:])
    assert room.found() == []


def test_a_thread_in_another_order_than_the_marketplaces_is_found(room: Room) -> None:
    room.asked("satu")
    room.asked("dua")
    room.ours[-2:] = reversed(room.ours[-2:])
    assert room.faults() == [Fault.OUT_OF_ORDER]


# What the table says


def report(findings: list[Finding], **more: Any) -> Report:
    empty: dict[str, Any] = {
        "seed": 7,
        "seconds": 312.4,
        "markets": MARKETS,
        "shops": 4,
        "counts": {market.slug: {"replies": 10} for market in MARKETS},
        "too_many": {market.slug: {} for market in MARKETS},
        "left": {},
        "broken": {},
    }
    return Report(**empty | more, findings=findings)


def test_a_run_without_findings_is_good() -> None:
    assert report([]).is_good


@pytest.mark.parametrize("fault", Fault)
def test_one_finding_of_any_kind_is_not_good_and_stands_in_the_table(fault: Fault) -> None:
    told = report([Finding(fault, PLACE, "halo")])
    assert not told.is_good
    assert dict(told.rows())[fault.value] == {m.slug: int(m.slug == PLACE.market) for m in MARKETS}
    assert "halo" in told.as_text()


def test_what_a_person_must_decide_is_explained_and_no_fault_of_the_run() -> None:
    told = report([Finding(Fault.UNSETTLED, PLACE, "ok", "accepted, never shown", needs_person=True)])
    assert told.is_good
    assert "accepted, never shown" in told.as_text()


def test_a_refusal_for_too_many_calls_is_not_good() -> None:
    too_many = {market.slug: {"send": 2} if market is MARKETS[0] else {} for market in MARKETS}
    told = report([], too_many=too_many)
    assert not told.is_good
    assert dict(told.rows())["429s of our own making"][MARKETS[0].slug] == 2


def test_what_never_settles_is_not_good() -> None:
    assert not report([], left={"pushes to be processed": 3}).is_good
