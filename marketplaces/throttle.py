"""Permits for calls, shared by all processes: one bucket per thing a marketplace counts.

The generic cell rate algorithm in Lua on Redis' own clock: a bucket is the instant at which it would be
full again ("tat"). An unknown bucket starts empty but for one permit, and right after a flush, when calls may
just have left, without even that: a flushed Redis cannot cause a burst.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from redis.commands.core import Script

from forstok_chat.redis import redis

# We stay a little below the rate that a marketplace allows. Busy machines and the network hold a call up after it has
# left, so that it arrives together with the next ones: half of the burst is kept for that, and where there is none,
# seconds between two calls.
MARGIN = 0.99
DISTANCE = 0.02

# When this Redis began to know of buckets, in its microseconds.
SINCE = "throttle:since"

TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local known = redis.call('HMGET', KEYS[1], 'tat', 'rate', 'burst', 'paused_until')
local interval = 1000000 / tonumber(known[2] or ARGV[1])
local burst = tonumber(known[3] or ARGV[2])
local since = tonumber(redis.call('GET', KEYS[2]))
if not since then
  since = now
  redis.call('SET', KEYS[2], string.format('%d', now))
end
local first = math.max(now, since + interval) + (burst - 1) * interval
local tat = math.max(tonumber(known[1]) or first, now)
local wider = KEYS[3] and redis.call('HGET', KEYS[3], 'paused_until')
local allowed_at = math.max(tat - (burst - 1) * interval, tonumber(known[4]) or 0, tonumber(wider) or 0)
if allowed_at > now then return math.ceil(allowed_at - now) end
redis.call('HSET', KEYS[1], 'tat', string.format('%d', math.ceil(tat + interval)))
redis.call('EXPIRE', KEYS[1], 86400)
return 0
"""

# A permit is taken when a call is planned; it leaves a little later, after a worker has come to it. Marketplaces
# count what arrives, so what was planned in time still keeps its distance to the last one that left.
LEAVE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local known = redis.call('HMGET', KEYS[1], 'left', 'rate', 'burst', 'tat', 'paused_until')
local wider = KEYS[2] and redis.call('HGET', KEYS[2], 'paused_until')
local interval = 1000000 / tonumber(known[2] or ARGV[1])
local burst = tonumber(known[3] or ARGV[2])
local left = math.max(tonumber(known[1]) or 0, now)
local allowed_at = math.max(left - (burst - 1) * interval, tonumber(known[5]) or 0, tonumber(wider) or 0)
if allowed_at > now then return math.ceil(allowed_at - now) end
left = string.format('%d', math.ceil(left + interval))
redis.call('HSET', KEYS[1], 'left', left)
if tonumber(left) > (tonumber(known[4]) or 0) then redis.call('HSET', KEYS[1], 'tat', left) end
redis.call('EXPIRE', KEYS[1], 86400)
return 0
"""

# Where no limit is told it is felt for: halved when the marketplace refuses, a little more with every answer.
FEEL = """
local rate = tonumber(redis.call('HGET', KEYS[1], 'rate')) or tonumber(ARGV[1])
rate = math.min(math.max(rate * tonumber(ARGV[2]) + tonumber(ARGV[3]), tonumber(ARGV[4])), tonumber(ARGV[5]))
redis.call('HSET', KEYS[1], 'rate', tostring(rate))
redis.call('EXPIRE', KEYS[1], 86400)
return 0
"""
SLOWEST = 0.05  # calls per second
A_LITTLE = 0.02  # calls per second

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
    """What a marketplace counts, e.g. "slug:app:endpoint"; `rate` in calls per second until it tells more.

    `within`: the key of a wider bucket, whose pauses hold for this one too; it gives no permits of its own.
    `most`: calls per second that `rate` may creep up to where the marketplace tells no limit; 0: it tells.
    """

    key: str
    rate: float
    burst: int = 1
    within: str = ""
    most: float = 0

    @property
    def keys(self) -> list[str]:
        """Where Redis keeps them, its own first."""
        return [f"throttle:{key}" for key in (self.key, self.within) if key]


@cache
def script(source: str) -> Script:
    return redis().register_script(source)


def take(bucket: Bucket) -> float:
    """Take one permit: 0.0 when taken, else the seconds until one is free. Raises redis.RedisError."""
    keys = [bucket.keys[0], SINCE, *bucket.keys[1:]]
    micros = script(TAKE)(keys=keys, args=[kept(bucket.rate, bucket.burst), bucket.burst])
    return int(micros) / 1_000_000


def leave(bucket: Bucket) -> float:
    """A call with a permit goes out now: 0.0 when it may, else the seconds until it is far enough behind the last
    one. Raises redis.RedisError."""
    micros = script(LEAVE)(keys=bucket.keys, args=[kept(bucket.rate, bucket.burst), bucket.burst])
    return int(micros) / 1_000_000


def learn(bucket: Bucket, rate: float, burst: int) -> None:
    """Remember what the marketplace's own headers say: calls per second and burst."""
    if rate > 0 and burst > 0:
        redis().hset(bucket.keys[0], mapping={"rate": kept(rate, burst), "burst": (burst + 1) // 2})


def kept(rate: float, burst: int) -> float:
    """The calls per second that we make of those allowed."""
    return rate * MARGIN if burst > 1 else 1 / (1 / (rate * MARGIN) + DISTANCE)


def speed_up(bucket: Bucket) -> None:
    """It answered: a little faster from now on, up to `most`."""
    if bucket.most:
        feel(bucket, 1.0, A_LITTLE)


def slow_down(bucket: Bucket) -> None:
    """It refused for too many calls: half as fast from now on."""
    if bucket.most:
        feel(bucket, 0.5, 0.0)


def feel(bucket: Bucket, factor: float, more: float) -> None:
    limits = [SLOWEST * MARGIN, bucket.most * MARGIN]
    script(FEEL)(keys=bucket.keys[:1], args=[bucket.rate * MARGIN, factor, more, *limits])


def pause(bucket: Bucket, seconds: float) -> None:
    """Stop everybody at this bucket: the marketplace has just refused for too many calls."""
    script(PAUSE)(keys=bucket.keys[:1], args=[int(seconds * 1_000_000)])


def remaining(bucket: Bucket) -> tuple[float, float]:
    """(calls per second, seconds until the next permit is free), without taking one. Raises redis.RedisError."""
    seconds, micros = redis().time()
    now = seconds * 1_000_000 + micros
    known = redis().hmget(bucket.keys[0], ["tat", "rate", "burst", "paused_until"])
    tat, rate, burst, paused = (float(value) if value else None for value in known)
    rate = rate or kept(bucket.rate, bucket.burst)
    wider = redis().hget(bucket.keys[1], "paused_until") if bucket.within else None
    paused = max(paused or 0, float(wider or 0))
    free_at = (tat or now) - ((burst or bucket.burst) - 1) * 1_000_000 / rate
    return rate, max(0.0, free_at - now, paused - now) / 1_000_000


# Calls of a day


def count(key: str) -> None:
    """One more call of today (UTC). A flushed Redis begins again: it is shown to people, nothing rests on it."""
    pipe = redis().pipeline()
    pipe.incr(day_key(key))
    pipe.expire(day_key(key), 2 * 86400)
    pipe.execute()


def counted(key: str) -> int:
    """The calls of today. Raises redis.RedisError."""
    return int(redis().get(day_key(key)) or 0)


def day_key(key: str) -> str:
    return f"calls:{key}:{datetime.now(UTC):%Y%m%d}"
