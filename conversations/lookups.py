"""Asking a marketplace about one room: who the buyer is, where they write from, whether the shop may answer.

Pushes of some marketplaces name a room and nothing of this, so it is asked for once; again when what was told
may have changed: the buyer has written into a closed room, or somebody opens it after some time.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from conversations.events import record
from conversations.models import Conversation
from conversations.rooms import note_facts
from marketplaces.connector import Connector
from marketplaces.content import RemoteConversation
from marketplaces.errors import MarketplaceError, Rejected

logger = logging.getLogger(__name__)

# What a marketplace did not tell it may tell by then, and what it told is as good as new until then.
AGAIN_AFTER = timedelta(hours=1)


def is_due(conversation: Conversation) -> bool:
    """Something is not known that the marketplace can tell."""
    connector = conversation.shop.connector
    if not connector.can("get_conversation"):
        return False
    if conversation.looked_up_at is None:
        return True
    is_known = conversation.buyer_id and (conversation.platform or not connector.platforms)
    return not is_known and conversation.looked_up_at < timezone.now() - AGAIN_AFTER


def looked_up(conversation: Conversation, connector: Connector) -> RemoteConversation | None:
    """What the marketplace tells of it; None when nothing is missing, or it does not know the room. Raises
    MarketplaceError."""
    if not is_due(conversation):
        return None
    try:
        remote = connector.get_conversation(conversation.remote_id)
    except Rejected as error:
        logger.warning("room %s cannot be looked up: %s", conversation.remote_id, error)
        remote = None
    Conversation.objects.filter(pk=conversation.pk).update(looked_up_at=timezone.now())
    return remote


def is_worth_asking(conversation: Conversation) -> bool:
    """Somebody looks at it, and what is known of it is not from the last hour."""
    if not (conversation.shop.is_active and conversation.shop.connector.can("get_conversation")):
        return False
    asked_at = conversation.looked_up_at
    return asked_at is None or asked_at < timezone.now() - AGAIN_AFTER


def claim(conversation: Conversation) -> bool:
    """Whether it is our turn to ask; somebody else may be at it."""
    if not is_worth_asking(conversation):
        return False
    mine = Conversation.objects.filter(pk=conversation.pk, looked_up_at=conversation.looked_up_at)
    return bool(mine.update(looked_up_at=timezone.now()))


def look_up(conversation: Conversation, connector: Connector) -> None:
    """For a claimed one: ask, and tell the screens what is new. Raises MarketplaceError."""
    try:
        remote = connector.get_conversation(conversation.remote_id)
    except MarketplaceError:  # so whoever opens it next asks again
        Conversation.objects.filter(pk=conversation.pk).update(looked_up_at=None)
        raise
    with transaction.atomic():
        locked = conversation.locked()
        if note_facts(locked, remote):
            record(locked)
