"""Permits on a real Redis: a pause of a wider bucket holds for all within it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from forstok_chat.redis import redis
from marketplaces.throttle import (
    DISTANCE,
    MARGIN,
    SINCE,
    Bucket,
    count,
    counted,
    learn,
    leave,
    pause,
    remaining,
    slow_down,
    speed_up,
    take,
)


@pytest.fixture(autouse=True)
def known_for_long() -> None:
    """Nothing was flushed lately."""
    redis().set(SINCE, 1)


@pytest.fixture
def app() -> str:
    return f"test:{uuid4()}"


def bucket_of(app: str, name: str = "shop:send", *, burst: int = 5) -> Bucket:
    return Bucket(f"{app}:{name}", rate=1, burst=burst, within=app)


def test_an_unknown_bucket_has_one_permit_and_fills_up(app: str) -> None:
    bucket = bucket_of(app)
    assert take(bucket) == 0
    assert 0 < take(bucket) <= 1 / MARGIN + DISTANCE + 0.01


def test_right_after_a_flush_nobody_goes_before_the_last_call_is_far_enough_away(app: str) -> None:
    redis().delete(SINCE)
    bucket = bucket_of(app)
    assert 0.9 < take(bucket) <= 1 / MARGIN + DISTANCE + 0.01
    assert take(Bucket(f"{app}:fast", rate=1000, burst=2)) < 0.01


def test_a_pause_holds_for_its_own_bucket_only(app: str) -> None:
    paused, other = bucket_of(app, "shop:send"), bucket_of(app, "shop:read")
    pause(paused, 60)
    assert 59 < take(paused) <= 60
    assert take(other) == 0


def test_a_pause_of_the_wider_bucket_holds_for_all_within_it(app: str) -> None:
    pause(Bucket(app, rate=1), 60)
    assert 59 < take(bucket_of(app, "one:send")) <= 60
    assert 59 < take(bucket_of(app, "another:read")) <= 60
    assert take(bucket_of(f"{app}-other")) == 0


def test_the_longer_of_two_pauses_counts(app: str) -> None:
    bucket = bucket_of(app)
    pause(Bucket(app, rate=1), 60)
    pause(bucket, 90)
    assert 89 < take(bucket) <= 90


def test_a_shorter_pause_does_not_end_a_longer_one(app: str) -> None:
    bucket = bucket_of(app)
    pause(bucket, 90)
    pause(bucket, 5)
    assert take(bucket) > 89


def test_a_bucket_within_nothing_needs_no_wider_one(app: str) -> None:
    assert take(Bucket(app, rate=1)) == 0


def test_a_learned_limit_is_kept_with_its_own_bucket(app: str) -> None:
    bucket = bucket_of(app)
    learn(bucket, rate=100, burst=11)
    assert redis().hget(f"throttle:{bucket.key}", "burst") == b"6"
    assert not redis().exists(f"throttle:{app}")


def felt(app: str) -> Bucket:
    """Of a marketplace that tells no limit."""
    return Bucket(f"{app}:send", rate=1, within=app, most=2)


def rate_of(bucket: Bucket) -> float:
    return remaining(bucket)[0] / MARGIN


def test_a_refusal_halves_the_rate_and_answers_win_it_back(app: str) -> None:
    bucket = felt(app)
    slow_down(bucket)
    slow_down(bucket)
    assert rate_of(bucket) == pytest.approx(0.25)
    for _answer in range(20):
        speed_up(bucket)
    assert 0.25 < rate_of(bucket) < 1


def test_the_rate_stays_between_its_bounds(app: str) -> None:
    bucket = felt(app)
    for _answer in range(100):
        speed_up(bucket)
    assert rate_of(bucket) == pytest.approx(2)
    for _refusal in range(20):
        slow_down(bucket)
    assert rate_of(bucket) == pytest.approx(0.05)


def test_a_rate_that_the_marketplace_tells_is_not_felt_for(app: str) -> None:
    bucket = bucket_of(app)
    slow_down(bucket)
    speed_up(bucket)
    assert rate_of(bucket) == pytest.approx(1)


def test_who_waits_is_told_of_a_pause_of_the_wider_bucket(app: str) -> None:
    bucket = bucket_of(app)
    pause(Bucket(app, rate=1), 60)
    assert 59 < remaining(bucket)[1] <= 60


def test_calls_of_a_day_are_counted(app: str) -> None:
    assert counted(app) == 0
    count(app)
    count(app)
    assert counted(app) == 2


# What was planned and leaves late


def test_a_call_that_leaves_late_keeps_the_next_one_at_its_distance(app: str) -> None:
    """Two permits a second apart; the first call is kept up, and leaves just before the second."""
    bucket = bucket_of(app, burst=1)
    assert take(bucket) == 0
    redis().hset(f"throttle:{bucket.key}", "tat", 0)  # a second later: the next permit is free
    assert take(bucket) == 0
    assert leave(bucket) == 0
    assert 0.9 < leave(bucket) <= 1 / MARGIN + DISTANCE + 0.01


def test_who_left_late_is_waited_for_by_the_next_permit(app: str) -> None:
    bucket = bucket_of(app, burst=1)
    assert take(bucket) == 0
    redis().hset(f"throttle:{bucket.key}", "tat", 0)
    assert leave(bucket) == 0
    assert 0.9 < take(bucket) <= 1 / MARGIN + DISTANCE + 0.01


def test_calls_of_a_burst_may_leave_together(app: str) -> None:
    bucket = bucket_of(app, burst=3)
    assert [leave(bucket) for _call in range(3)] == [0, 0, 0]
    assert leave(bucket) > 0


def test_nobody_leaves_into_a_pause_that_came_after_the_permit(app: str) -> None:
    bucket = bucket_of(app)
    assert take(bucket) == 0
    pause(Bucket(app, rate=1), 30)
    assert 29 < leave(bucket) <= 30
