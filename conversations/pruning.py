"""Records that have done their work go after a while, oldest first, a batch at a time.

Events go from the oldest on without a gap, and how far is noted with each batch: a screen whose cursor is behind
that draws itself anew (live.py), so nothing is ever skipped silently.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from itertools import takewhile

from django.db import transaction
from django.utils import timezone

from conversations import unsent_files
from conversations.models import BulkAction, BulkItem, Event, PrunedEvents, Push, UnsentFile

# How long each is kept. A browser that slept for longer than events are kept gets the whole screen.
EVENTS = timedelta(days=3)
# Support staff look back so far. Longer than any marketplace repeats a push, as they also tell twins apart
# (lost_pushes.KEPT), and shorter than a room stays open (a push says that one is).
PUSHES = timedelta(days=14)
# Those that were given up wait for somebody.
FAILED_PUSHES = timedelta(days=90)

# Pictures that were chosen and never sent; a text that was begun is kept for good, as it is small.
UNSENT_FILES = timedelta(days=30)
# What was done to many chats at once; undone it can be for a day, and what changed stands in each chat's history.
BULK_ACTIONS = timedelta(days=30)

# Rows of one batch: a transaction of well under a second.
BATCH = 2000
# Seconds of one run; what is left goes in the next one.
BUDGET = 60


def prune() -> None:
    ends_at = time.monotonic() + BUDGET
    for batch in (prune_events, prune_done_pushes, prune_failed_pushes, prune_unsent_files, prune_bulk_items):
        repeat(batch, ends_at)


def repeat(batch: Callable[[], int], ends_at: float) -> None:
    """Until there is nothing left to do or the time is up."""
    while batch() == BATCH and time.monotonic() < ends_at:
        pass


@transaction.atomic
def prune_events() -> int:
    """The oldest of all; returns how many. By id, not by time: what is removed has no gap."""
    before = timezone.now() - EVENTS
    rows = Event.objects.select_for_update().order_by("pk")
    oldest = list(rows.values_list("pk", "seller", "created_at")[:BATCH])
    old = list(takewhile(lambda event: event[2] < before, oldest))
    through = {seller: pk for pk, seller, _created_at in old}  # the last one of each
    PrunedEvents.objects.bulk_create(
        [PrunedEvents(seller_id=seller, through=pk) for seller, pk in through.items()],
        update_conflicts=True,
        unique_fields=["seller"],
        update_fields=["through"],
    )
    Event.objects.filter(pk__in=[pk for pk, _seller, _created_at in old]).delete()
    return len(old)


def prune_done_pushes() -> int:
    return prune_pushes(Push.State.DONE, PUSHES)


def prune_failed_pushes() -> int:
    return prune_pushes(Push.State.FAILED, FAILED_PUSHES)


def prune_pushes(state: Push.State, kept: timedelta) -> int:
    """What is still to be processed stays, however old it is."""
    old = Push.objects.filter(state=state, received_at__lt=timezone.now() - kept).order_by("received_at")
    # The state once more: one of them may be replayed at this moment.
    batch = Push.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH]), state=state)
    return batch.delete()[0]


def prune_bulk_items() -> int:
    """Of bulk actions that are through and can no longer be undone; at last they themselves."""
    before = timezone.now() - BULK_ACTIONS
    old = BulkAction.objects.filter(created_at__lt=before, state__in=["done", "undone"])
    batch = list(BulkItem.objects.filter(action__in=old).values_list("pk", flat=True)[:BATCH])
    BulkItem.objects.filter(pk__in=batch).delete()
    old.filter(items=None).delete()
    return len(batch)


def prune_unsent_files() -> int:
    old = UnsentFile.objects.filter(chosen_at__lt=timezone.now() - UNSENT_FILES).select_related("media")
    batch = list(old.order_by("pk")[:BATCH])
    for chosen in batch:
        unsent_files.remove(chosen)
    return len(batch)
