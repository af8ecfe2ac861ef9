"""Working through a bulk action: chat by chat, each in its own short transaction under its own lock.

What is done to a chat and that it is done are one transaction, so a worker that is killed leaves each chat either done
or waiting, and the next one goes on from there.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from conversations.bulk.verbs import DOERS, still_seen
from conversations.models import BulkAction, BulkItem, NotMoved

logger = logging.getLogger(__name__)

# Longer than a batch takes. A worker that dies is replaced after it.
LEASE = timedelta(minutes=2)
BATCH = 50
# Seconds of one task, so that imports and copies have their turn.
BUDGET = 60
Item, State = BulkItem.State, BulkAction.State


def claim(pk: UUID | str) -> BulkAction | None:
    """Take the turn; None when it is through or another worker is at it."""
    now = timezone.now()
    due = BulkAction.objects.filter(pk=pk, state__in=[State.RUNNING, State.UNDOING], leased_until__lte=now)
    if not due.update(leased_until=now + LEASE):
        return None
    return BulkAction.objects.select_related("by", "to", "tag").get(pk=pk)


def run(action: BulkAction) -> bool:
    """For a claimed one. True when there is more to do: the turn is given back."""
    ends_at = time.monotonic() + BUDGET
    with translation.override(action.language):
        while batch := waiting(action):
            for pk in batch:
                step(action, pk)
            extend(action, LEASE)
            if time.monotonic() > ends_at:
                extend(action, timedelta())
                return True
    end = {State.RUNNING: State.DONE, State.UNDOING: State.UNDONE}
    before = State(action.state)
    BulkAction.objects.filter(pk=action.pk, state=before).update(
        state=end[before], leased_until=timezone.now()
    )
    return False


def waiting(action: BulkAction) -> list[int]:
    items = action.items.filter(state=to_be_worked(action)).order_by("pk")
    return list(items.values_list("pk", flat=True)[:BATCH])


def to_be_worked(action: BulkAction) -> str:
    return Item.DONE if action.is_undoing else Item.WAITING


def extend(action: BulkAction, lease: timedelta) -> None:
    BulkAction.objects.filter(pk=action.pk).update(leased_until=timezone.now() + lease)


@transaction.atomic
def step(action: BulkAction, pk: int) -> None:
    """One chat, unless another worker has it."""
    items = BulkItem.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    found = items.filter(pk=pk, state=to_be_worked(action))
    item = found.select_related("conversation__shop", "change").first()
    if item is None:
        return
    doer = DOERS[BulkAction.Verb(action.verb)]
    work, worked, not_worked = (
        (doer.undo, Item.BACK, Item.STAYED) if action.is_undoing else (doer.do, Item.DONE, Item.LEFT_OUT)
    )
    try:
        with transaction.atomic():
            still_seen(action, item)
            work(action, item)
    except NotMoved as why:
        item.state, item.reason = not_worked, str(why)[:200]
    except Exception:  # one chat that cannot be done does not keep the others from it
        logger.exception("chat %s of bulk action %s", item.conversation_id, action.pk)
        item.state, item.reason = not_worked, _("Something went wrong here. Try this chat by itself.")
    else:
        item.state = worked
    item.save()


def due() -> list[UUID]:
    """Those that nobody works on."""
    idle = BulkAction.objects.filter(
        state__in=[State.RUNNING, State.UNDOING], leased_until__lte=timezone.now()
    )
    return list(idle.order_by("leased_until").values_list("pk", flat=True)[:100])
