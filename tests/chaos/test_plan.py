"""A run is its seed; whatever it is, everything breaks."""

from __future__ import annotations

from collections import Counter

import pytest

from forstok_chat.chaos.markets import MARKETS
from forstok_chat.chaos.mischief import Mischief
from forstok_chat.chaos.plan import BLOWS, FAULTS, PUSH_MODES, Place, Plan, draw_up
from marketplaces.registry import CONNECTORS
from marketplaces.sandbox import faults, push
from marketplaces.sandbox.app import MARKETPLACES

PLACES = [
    Place(market.slug, shop, buyer)
    for market in MARKETS
    for shop in ("1", "2")
    for buyer in ("11", "12", "13")
]


def plan(seed: int) -> Plan:
    return draw_up(seed, MARKETS, PLACES, count=300, seconds=200)


def test_the_same_seed_gives_the_same_plan_and_another_one_another() -> None:
    assert plan(7) == plan(7)
    assert plan(7) != plan(8)


@pytest.mark.parametrize("seed", range(5))
def test_every_fault_and_every_push_mode_comes_to_every_marketplace(seed: int) -> None:
    done = {(blow.about[0], blow.about[-1]) for blow in plan(seed).blows if blow.what == "push_mode"}
    assert done == {(market.slug, mode) for market in MARKETS for mode in PUSH_MODES}
    spoiled = {(blow.about[0], blow.about[2]) for blow in plan(seed).blows if blow.what == "fault"}
    assert spoiled == {(market.slug, kind) for market in MARKETS for kind in FAULTS}


@pytest.mark.parametrize("seed", range(5))
def test_every_blow_falls_in_time_and_can_be_struck(seed: int) -> None:
    struck = Counter(blow.what for blow in plan(seed).blows)
    assert {name: struck[name] for name in BLOWS} == BLOWS
    assert all(callable(getattr(Mischief, what)) for what in struck)
    assert all(0 <= blow.at < 200 for blow in plan(seed).blows)


def test_as_much_is_answered_as_asked_and_nobody_answers_a_newcomer() -> None:
    words = plan(3).words
    known = [each for each in words if each.place in PLACES]
    assert sum(each.sent_by == "agent" for each in words) == 300
    assert sum(each.sent_by == "buyer" for each in known) == 300
    assert {each.sent_by for each in words if each.place not in PLACES} == {"buyer"}
    assert list(words) == sorted(words, key=lambda each: each.at)


def test_all_that_the_sandbox_can_do_is_done() -> None:
    assert set(FAULTS) == set(faults.KINDS)
    assert set(PUSH_MODES) == set(push.MODES)


def test_every_marketplace_of_the_sandbox_takes_part_under_the_names_of_its_calls() -> None:
    assert [market.slug for market in MARKETS] == list(CONNECTORS) == list(MARKETPLACES)
    for market in MARKETS:
        names = {*market.limits, *market.refusals, market.send, *market.readings}
        assert names <= {market.send, *market.readings}
        assert market.send in market.limits
