"""What every connector test has: no Redis behind the permits, and no network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import responses

from marketplaces import clock, throttle
from marketplaces.throttle import Bucket


@dataclass
class Permits:
    """What the connector did with its buckets: asked for a permit, learned a limit, paused, felt for one, counted."""

    taken: list[Bucket] = field(default_factory=list)
    learned: list[tuple[Bucket, float, int]] = field(default_factory=list)
    paused: list[tuple[Bucket, float]] = field(default_factory=list)
    sped_up: list[Bucket] = field(default_factory=list)
    slowed_down: list[Bucket] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)


@pytest.fixture(autouse=True)
def permits(monkeypatch: pytest.MonkeyPatch) -> Permits:
    """Every permit is free; what was asked, learned and paused is kept to be looked at."""
    seen = Permits()

    def take(bucket: Bucket) -> float:
        seen.taken.append(bucket)
        return 0.0

    monkeypatch.setattr(throttle, "take", take)
    monkeypatch.setattr(throttle, "leave", lambda bucket: 0.0)
    monkeypatch.setattr(throttle, "learn", lambda *call: seen.learned.append(call))
    monkeypatch.setattr(throttle, "pause", lambda *call: seen.paused.append(call))
    monkeypatch.setattr(throttle, "speed_up", seen.sped_up.append)
    monkeypatch.setattr(throttle, "slow_down", seen.slowed_down.append)
    monkeypatch.setattr(throttle, "count", seen.counted.append)
    return seen


@pytest.fixture(autouse=True)
def noted_clocks(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What processes of this machine tell one another of the clocks of marketplaces."""
    noted: dict[str, float] = {}
    monkeypatch.setattr(clock, "note", noted.__setitem__)
    monkeypatch.setattr(clock, "noted", noted.get)
    return noted


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    """The marketplace's side of the socket. A call that no test expects fails."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock
