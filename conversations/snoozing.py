"""Until when a conversation may be out of sight, and the end of that. It keeps its status all the time.

It wakes by its time (a sweep), by its buyer (the rules of a new message), or by whoever moves it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from conversations.models import Conversation

# The reason that history has for it.
TIME_HAS_COME = gettext_noop("its time has come")
EVENING, MORNING = time(18), time(9)
LONGEST = timedelta(days=365)
AT_ONCE = 500


@dataclass(frozen=True)
class Choice:
    slug: str
    label: str | Promise
    at: datetime


def choices(zone: ZoneInfo) -> Iterator[Choice]:
    """What is offered now, in the time of the shop. This evening only while it is far enough away."""
    now = timezone.now().astimezone(zone)
    yield Choice("hour", _("In one hour"), now + timedelta(hours=1))
    evening = datetime.combine(now, EVENING, zone)
    if now < evening - timedelta(hours=1):
        yield Choice("evening", _("This evening"), evening)
    yield Choice("tomorrow", _("Tomorrow morning"), datetime.combine(now + timedelta(days=1), MORNING, zone))
    days = 7 - now.weekday()
    if days > 1:  # else that is tomorrow
        yield Choice("monday", _("Next Monday"), datetime.combine(now + timedelta(days=days), MORNING, zone))


def wake_due() -> None:
    """Those whose time has come."""
    due = Conversation.objects.filter(snoozed_until__lte=timezone.now())
    for pk in due.values_list("pk", flat=True)[:AT_ONCE]:
        wake(pk)


@transaction.atomic
def wake(pk: UUID) -> None:
    """By its time, if it is that late still: somebody may have moved it a moment ago."""
    due = Conversation.objects.filter(pk=pk, snoozed_until__lte=timezone.now())
    conversation = due.select_for_update(no_key=True).first()
    if conversation is not None:
        status = Conversation.Status(conversation.status)
        conversation.move(status, by=None, assignee=conversation.assignee, reason=TIME_HAS_COME)
