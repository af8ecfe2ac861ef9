"""Arbitrary interleavings of everything that may happen to replies and to what buyers say, against the bazaar's truth.

`--hypothesis-profile=long` looks for hours where CI looks for seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forstok_chat.accounts.models import Seller, User
from marketplaces import registry
from tests.conversations.bazaar import BazaarConnector, GivesIds, GivesNone, Numbers
from tests.conversations.programs import check, check_ticks, ingest_programs, outbox_programs, world_of

pytestmark = pytest.mark.django_db
KINDS = (GivesIds, GivesNone, Numbers)
SKEWS = st.sampled_from((0.0, -4.0, 4.0))


@pytest.fixture(params=KINDS, ids=lambda connector: connector.slug)
def connector(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[type[BazaarConnector]]:
    kind: type[BazaarConnector] = request.param
    monkeypatch.setitem(registry.CONNECTORS, kind.slug, f"{kind.__module__}.{kind.__name__}")
    yield kind
    registry.connector_class.cache_clear()


def play(
    connector: type[BazaarConnector], seller: Seller, agent: User, program: list[Any], skew: float
) -> None:
    with world_of(connector, seller, agent, skew) as world:
        for step in program:
            world.play([step])
            check_ticks(world)
        world.settle()
        check(world)


@given(program=outbox_programs(), skew=SKEWS)
def test_a_reply_arrives_once_and_in_order_or_its_agent_is_told(
    connector: type[BazaarConnector], seller: Seller, owner: User, program: list[Any], skew: float
) -> None:
    play(connector, seller, owner, program, skew)


@given(program=ingest_programs(), skew=SKEWS)
def test_what_is_said_is_here_once_and_in_order(
    connector: type[BazaarConnector], seller: Seller, owner: User, program: list[Any], skew: float
) -> None:
    play(connector, seller, owner, program, skew)
