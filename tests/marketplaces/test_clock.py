"""What the processes of one machine tell one another of a marketplace's clock, on a real Redis."""

from __future__ import annotations

from uuid import uuid4

import pytest
from redis import RedisError

from forstok_chat.redis import redis
from marketplaces import clock
from marketplaces.clock import key, note, noted


@pytest.fixture
def address() -> str:
    return f"https://{uuid4()}.example.test"


def test_what_was_noted_is_told_for_that_address_only_and_not_for_ever(address: str) -> None:
    note(address, -42.5)
    assert noted(address) == -42.5
    assert noted(address + "/elsewhere") is None
    assert 0 < redis().ttl(key(address)) <= clock.KEPT


def test_a_process_asks_once_and_a_link_each_time(
    address: str, noted_clocks: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "offsets", {})
    now = clock.timestamp(address)
    noted_clocks[address] = 3600.0
    assert clock.timestamp(address) - now < 2, "a call that is refused tells soon enough"
    assert clock.recall(address) == 3600.0
    assert clock.timestamp(address) - now >= 3600


def test_without_redis_a_process_goes_by_what_it_knows(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise RedisError

    monkeypatch.setattr(clock, "redis", away)
    monkeypatch.setattr(clock, "offsets", {address: 7.0})
    note(address, 9.0)
    assert noted(address) is None
    assert clock.recall(address) == 7.0
