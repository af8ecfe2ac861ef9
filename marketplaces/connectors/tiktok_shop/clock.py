"""What time it is at TikTok Shop: a call may be five minutes old but only half a minute ahead."""

from __future__ import annotations

import logging
import time
from datetime import UTC
from email.utils import parsedate_to_datetime

logger = logging.getLogger(__name__)

# Seconds. A smaller difference is no reason for a refusal.
LEAST = 5.0

# API address -> how many seconds its clock is ahead of ours.
offsets: dict[str, float] = {}


def timestamp(api_url: str) -> int:
    return int(time.time() + offsets.get(api_url, 0.0))


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
    return True
