"""Rate limits: counted per app and endpoint over all shops, told in the headers of every answer.

https://developer.tokopedia.com/openapi/guide/#/rate-limit publishes no number for chat, so we start slowly.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from marketplaces.errors import RateLimited
from marketplaces.http import Bucket, Http

# "5 req/s (burst 5)"; the unit's first letter tells enough.
LIMIT = re.compile(r"(\d+(?:\.\d+)?)\s*req\w*\s*/\s*([smh])\w*(?:\s*\(\s*burst\s+(\d+)\s*\))?", re.IGNORECASE)
SECONDS = {"s": 1, "m": 60, "h": 3600}
RESETS = ("X-Ratelimit-Reset-After", "X-Ratelimit-Full-Reset-After")
DEFAULT_PAUSE = 2.0
LONGEST_PAUSE = 3600.0


def bucket_for(keys: Mapping[str, str], endpoint: str) -> Bucket:
    return Bucket(key=f"tokopedia:{keys['fs_id']}:{endpoint}", rate=1, burst=1)


def obey(http: Http, bucket: Bucket, status: int, headers: Mapping[str, str]) -> None:
    """Learn the limit from any answer; after a refusal pause everybody at this bucket. Raises RateLimited."""
    if limit := told_limit(headers):
        http.learn(bucket, *limit)
    if status == 429:
        wait = told_pause(headers)
        http.pause(bucket, wait)
        raise RateLimited("too many requests", code="429", retry_after=wait)


def told_limit(headers: Mapping[str, str]) -> tuple[float, int] | None:
    """Calls per second and burst; None where the header is missing or says something else."""
    told = LIMIT.search(headers.get("X-Ratelimit-Limit", ""))
    if told is None:
        return None
    rate, burst = float(told[1]) / SECONDS[told[2].lower()], int(told[3] or 1)
    return (rate, burst) if rate and burst else None


def told_pause(headers: Mapping[str, str]) -> float:
    waits = [seconds(headers.get(name, "")) for name in RESETS]
    return next((min(wait, LONGEST_PAUSE) for wait in waits if wait > 0), DEFAULT_PAUSE)


def seconds(text: str) -> float:
    """The header's number; "-0.000000" and anything unreadable count as none."""
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0
