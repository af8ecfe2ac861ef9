"""Putting tags on chats and taking them off; removing one for good. No HTTP."""

from __future__ import annotations

from django.db import transaction

from conversations.events import record, record_all
from conversations.live import MOST_EVENTS
from conversations.models import Conversation, Tag, Tagging
from forstok_chat.accounts.models import User


@transaction.atomic
def put_on(conversation: Conversation, tag: Tag, by: User) -> bool:
    """False when it was there."""
    _tagging, is_new = Tagging.objects.get_or_create(conversation=conversation, tag=tag, defaults={"by": by})
    if is_new:
        record(conversation)
    return is_new


@transaction.atomic
def take_off(conversation: Conversation, tag: Tag) -> bool:
    """False when it was not there."""
    gone, _each = Tagging.objects.filter(conversation=conversation, tag=tag).delete()
    if gone:
        record(conversation)
    return bool(gone)


@transaction.atomic
def remove(tag: Tag) -> None:
    """From all chats. Screens that would have too much to draw one by one draw their list as a whole."""
    had_it = Conversation.objects.filter(taggings__tag=tag).newest_first()
    told = list(had_it[: MOST_EVENTS + 1])
    tag.delete()
    if told:
        record_all(told)


@transaction.atomic
def redraw(tag: Tag) -> None:
    """It has another name or colour: as above."""
    if told := list(Conversation.objects.filter(taggings__tag=tag).newest_first()[: MOST_EVENTS + 1]):
        record_all(told)
