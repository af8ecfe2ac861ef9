"""What time it is at Shopee: a signature is good for five minutes, and our own clock may be wrong."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from marketplaces.http import note_clock, noted_clock

logger = logging.getLogger(__name__)

# Seconds. A smaller difference is no reason for Shopee to refuse a timestamp.
LEAST = 30.0

# API address -> how many seconds its clock is ahead of ours.
offsets: dict[str, float] = {}


def timestamp(api_url: str) -> int:
    return int(time.time() + offsets.get(api_url, 0.0))


def recall(api_url: str) -> float:
    """What another process may have learned: this one has perhaps called nobody yet."""
    if api_url not in offsets and (noted := noted_clock(api_url)):
        offsets[api_url] = noted
    return offsets.get(api_url, 0.0)


def ours(api_url: str, at: datetime | None) -> datetime | None:
    """An instant of Shopee's time in ours, by which people are told what is near."""
    return at and at - timedelta(seconds=recall(api_url))


def learn(api_url: str, date: str) -> bool:
    """Take the time from the Date header of an answer. False when it tells nothing new."""
    try:
        told = parsedate_to_datetime(date).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return False
    offset = told - time.time()
    if abs(offset - offsets.get(api_url, 0.0)) < LEAST:
        return False
    logger.warning("our clock differs from that of %s by %.0f s", api_url, offset)
    offsets[api_url] = offset
    note_clock(api_url, offset)
    return True
