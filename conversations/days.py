"""Days, as a thread's dividers name them: "Today" on a screen is "Yesterday" when it is still there tomorrow."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

# A screen that was drawn longer ago keeps the dates it has.
MOST_DAYS = 31


def drawn_at(text: str) -> datetime:
    """When a screen was last drawn, as it tells (seconds since 1970); nonsense is now."""
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return timezone.now()


def renamed_since(drawn: datetime, zone: ZoneInfo) -> list[datetime]:
    """Noon of each day that has another name now than when the screen was drawn; none on the same day."""
    first = timezone.localtime(drawn, zone).date() - timedelta(days=1)
    today = timezone.localdate(timezone=zone)
    days = [today - timedelta(days=ago) for ago in range(MOST_DAYS)]
    renamed = [day for day in days if day >= first] if first + timedelta(days=1) < today else []
    return [datetime.combine(day, time(12), zone) for day in renamed]
