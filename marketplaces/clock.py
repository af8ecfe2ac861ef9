"""What time it is at a marketplace: a signature is good for minutes only, and our own clock may be wrong.

A call that is refused for its time tells the right one; the processes of this machine share what it told.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from socket import gethostname

from redis import RedisError

from forstok_chat.redis import redis

logger = logging.getLogger(__name__)

# Seconds. A smaller difference is no reason for a refusal.
LEAST = 5.0
# Seconds for which a clock that was found wrong is remembered; a refusal corrects it at any time.
KEPT = 7 * 86400

# API address -> how many seconds its clock is ahead of ours.
offsets: dict[str, float] = {}


def timestamp(api_url: str) -> int:
    """Seconds since 1970 there, as far as this process knows; the first time it asks the others."""
    ahead = offsets[api_url] if api_url in offsets else recall(api_url)
    return int(time.time() + ahead)


def recall(api_url: str) -> float:
    """How many seconds it is ahead, by what any process here learned last."""
    told = noted(api_url)
    if told is not None:
        offsets[api_url] = told
    return offsets.setdefault(api_url, 0.0)


def ours(api_url: str, at: datetime | None) -> datetime | None:
    """An instant of the marketplace's time in ours, by which people are told what is near."""
    return at and at - timedelta(seconds=recall(api_url))


def learn(api_url: str, date: str) -> bool:
    """Take the time from the Date header of an answer. False when it tells nothing new."""
    try:
        told = parsedate_to_datetime(date).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return False
    ahead = told - time.time()
    if abs(ahead - offsets.get(api_url, 0.0)) < LEAST:
        return False
    logger.warning("our clock differs from that of %s by %.0f s", api_url, ahead)
    offsets[api_url] = ahead
    note(api_url, ahead)
    return True


def note(api_url: str, ahead: float) -> None:
    try:
        redis().set(key(api_url), ahead, ex=KEPT)
    except RedisError:
        logger.warning("could not note the clock of %s", api_url)


def noted(api_url: str) -> float | None:
    """What a process of this machine found out; None for nothing."""
    try:
        told = redis().get(key(api_url))
    except RedisError:
        return None
    return float(told) if told is not None else None


def key(api_url: str) -> str:
    """Of this machine: another one's clock may be right."""
    return f"clock:{gethostname()}:{api_url}"
