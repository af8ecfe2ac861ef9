"""Once a night: what is copied whole then is copied at another minute for each feed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone


def has_slept(feed_id: int, before: datetime, now: datetime) -> bool:
    """Between these two lies this feed's minute of the night: its own between 1 and 5 o'clock, so that not
    every shop is copied at once."""
    minute = timedelta(hours=1, minutes=feed_id % 240)
    return (timezone.localtime(before) - minute).date() < (timezone.localtime(now) - minute).date()
