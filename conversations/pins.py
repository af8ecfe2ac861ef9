"""Pinning: per person, at the top of their list in every tab where the chat belongs. No HTTP."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from conversations.events import record
from conversations.models import Conversation, NotMoved, Pin
from forstok_chat.accounts.models import User
from marketplaces.models import Shop

MOST = 20


@transaction.atomic
def pin(conversation: Conversation, by: User) -> None:
    """Raises NotMoved when there are as many as a list can keep on top."""
    if seen_by(by).exclude(conversation=conversation).count() >= MOST:
        raise NotMoved(_("You have pinned 20 chats already. Unpin one first."))
    _pin, is_new = Pin.objects.get_or_create(conversation=conversation, user=by)
    if is_new:
        record(conversation)


@transaction.atomic
def unpin(conversation: Conversation, by: User) -> None:
    gone, _each = Pin.objects.filter(conversation=conversation, user=by).delete()
    if gone:
        record(conversation)


def of(user: User) -> list[UUID]:
    """Two tabs at once may have pinned more than MOST: those stand among the others."""
    mine = seen_by(user).order_by("created_at", "pk")
    return list(mine.values_list("conversation", flat=True)[:MOST])


def seen_by(user: User) -> QuerySet[Pin]:
    """Those in shops that this person has lost take no room."""
    return Pin.objects.filter(user=user, conversation__shop__in=Shop.objects.visible_to(user))
