"""Chats of a person who sees them no longer go back to everybody."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop

from conversations.events import record_all
from conversations.models import Conversation
from forstok_chat.accounts.models import Seller, User

# The reasons that history has for it.
ACCESS_ENDED = gettext_noop("the agent's access has ended")
SHOPS_CHANGED = gettext_noop("the agent's shops have changed")
Status = Conversation.Status


@transaction.atomic
def hand_back(user: User, seller: Seller, *, by: User, reason: str) -> int:
    """What this person serves and may see no longer is unserved again; what they have resolved stays so, but does
    not come back to them when its buyer writes. Returns how many were served. Replies that wait in the queue are
    still sent."""
    theirs = Conversation.objects.filter(seller=seller, assignee=user).order_by("pk")
    seen = Conversation.objects.visible_to(user)
    lost = list(theirs.exclude(pk__in=seen.values("pk")).select_for_update(no_key=True, of=("self",)))
    served = [each for each in lost if each.status == Status.SERVED]
    for conversation in lost:
        status = Status.UNSERVED if conversation in served else Status(conversation.status)
        conversation.change_status(status, by=by, assignee=None, reason=reason)
    record_all(lost)
    return len(served)
