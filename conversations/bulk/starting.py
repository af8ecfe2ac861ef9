"""A bulk action begins: which chats it is for is written down at once, so that what matches later is not touched."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import get_language

from conversations.models import BulkAction, BulkItem, Tag
from conversations.querysets import ConversationQuerySet
from conversations.tasks import nudge, run_bulk
from forstok_chat.accounts.models import User

# Chats of one action: minutes of work at most.
MOST = 5000


@transaction.atomic
def start(
    chats: ConversationQuerySet,
    verb: str,
    *,
    by: User,
    to: User | None = None,
    tag: Tag | None = None,
    resolves_waiting: bool = False,
) -> BulkAction:
    """For chats that this person sees."""
    action = BulkAction.objects.create(
        by=by, verb=verb, to=to, tag=tag, resolves_waiting=resolves_waiting, language=get_language() or "id"
    )
    chosen = chats.newest_first().values_list("pk", "status", "assignee")[:MOST]
    BulkItem.objects.bulk_create(
        [
            BulkItem(action=action, conversation_id=pk, status=status, assignee_id=assignee)
            for pk, status, assignee in chosen
        ],
        batch_size=1000,
    )
    transaction.on_commit(lambda: nudge(run_bulk, str(action.pk)))
    return action


@transaction.atomic
def undo(action: BulkAction) -> bool:
    """As one. False when it is too late, or somebody has pressed it already."""
    locked = BulkAction.objects.select_for_update(no_key=True).get(pk=action.pk)
    if not locked.can_be_undone:
        return False
    locked.state = BulkAction.State.UNDOING
    locked.save(update_fields=["state"])
    transaction.on_commit(lambda: nudge(run_bulk, str(action.pk)))
    return True
