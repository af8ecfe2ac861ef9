"""Permits for calls, shared by all processes: one bucket per thing a marketplace counts.

The generic cell rate algorithm in Lua on Redis' own clock: a bucket is the instant at which it would be
full again ("tat"). An unknown bucket starts empty but for one permit, so a flushed Redis cannot cause a burst.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from redis.commands.core import Script

from forstok_chat.redis import redis

# Clocks and the network bunch calls up, so we stay a little below what a marketplace allows.
MARGIN = 0.97

TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local known = redis.call('HMGET', KEYS[1], 'tat', 'rate', 'burst', 'paused_until')
local interval = 1000000 / tonumber(known[2] or ARGV[1])
local burst = tonumber(known[3] or ARGV[2])
local tat = math.max(tonumber(known[1]) or (now + (burst - 1) * interval), now)
local allowed_at = math.max(tat - (burst - 1) * interval, tonumber(known[4]) or 0)
if allowed_at > now then return math.ceil(allowed_at - now) end
redis.call('HSET', KEYS[1], 'tat', string.format('%d', math.ceil(tat + interval)))
redis.call('EXPIRE', KEYS[1], 86400)
return 0
"""

PAUSE = """
local time = redis.call('TIME')
local until_ = time[1] * 1000000 + time[2] + tonumber(ARGV[1])
local known = tonumber(redis.call('HGET', KEYS[1], 'paused_until')) or 0
redis.call('HSET', KEYS[1], 'paused_until', string.format('%d', math.max(until_, known)))
redis.call('EXPIRE', KEYS[1], 86400)
return 0
"""


@dataclass(frozen=True)
class Bucket:
    """What a marketplace counts, e.g. "slug:app:endpoint"; `rate` in calls per second until it tells more."""

    key: str
    rate: float
    burst: int = 1


@cache
def script(source: str) -> Script:
    return redis().register_script(source)


def take(bucket: Bucket) -> float:
    """Take one permit: 0.0 when taken, else the seconds until one is free. Raises redis.RedisError."""
    micros = script(TAKE)(keys=[f"throttle:{bucket.key}"], args=[bucket.rate * MARGIN, bucket.burst])
    return int(micros) / 1_000_000


def learn(bucket: Bucket, rate: float, burst: int) -> None:
    """Remember what the marketplace's own headers say: calls per second and burst."""
    if rate > 0 and burst > 0:
        redis().hset(f"throttle:{bucket.key}", mapping={"rate": rate * MARGIN, "burst": max(1, burst - 1)})


def pause(bucket: Bucket, seconds: float) -> None:
    """Stop everybody at this bucket: the marketplace has just refused for too many calls."""
    script(PAUSE)(keys=[f"throttle:{bucket.key}"], args=[int(seconds * 1_000_000)])
