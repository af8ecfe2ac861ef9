"""Chats whose agent is gone while the buyer waits go back to everybody, after the time that the shop's policy sets.

Gone is who has no inbox open, or is on a break. The time runs from the latest of three: the agent left, the buyer began
to wait, the chat was moved. So a chat that is given to somebody who is not here yet is not taken away at once.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from conversations.models import AssignmentPolicy, Conversation
from forstok_chat.accounts.models import ONLINE_FOR

# The reason that history has for it.
GONE = gettext_noop("its agent was gone while the buyer waited")
SHORTEST = timedelta(minutes=1)
Status = Conversation.Status


def give_back() -> None:
    now = timezone.now()
    away = Q(assignee__away_since__isnull=False) | Q(assignee__seen_at=None)
    away |= Q(assignee__seen_at__lte=now - ONLINE_FOR)
    found = Conversation.objects.exclude(shop__assignment_policy__gone_minutes=0).filter(
        away,
        status=Status.SERVED,
        assignee__isnull=False,
        snoozed_until=None,
        waiting_since__lte=now - SHORTEST,
        shop__moved_to=None,
    )
    for conversation in found.select_related("shop__assignment_policy", "assignee"):
        if is_due(conversation):
            give_back_one(conversation.pk)


@transaction.atomic
def give_back_one(pk: UUID) -> None:
    """If it is so still: agents come back, and others take over."""
    conversation = Conversation.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
    if conversation is not None and is_due(conversation):
        conversation.move(Status.UNSERVED, by=None, assignee=None, reason=GONE)


def is_due(conversation: Conversation) -> bool:
    agent, waiting_since = conversation.holder, conversation.waiting_since
    after = AssignmentPolicy.of(conversation.shop).gone_after
    if agent is None or waiting_since is None or after is None or agent.gone_since is None:
        return False
    long_ago = timezone.now() - after
    if max(agent.gone_since, waiting_since) > long_ago:
        return False
    last = conversation.last_change()
    return last is None or last.created_at <= long_ago
