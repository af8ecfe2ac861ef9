"""Pushes, the readings that they ask for, and telling what was read. Queue: `receive`."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from conversations import (
    history,
    lookups,
    lost_pushes,
    push_batches,
    pushes,
    reading,
    reading_marks,
    received,
)
from conversations.events import disconnect
from conversations.models import Conversation, Push
from conversations.tasks.nudges import PATIENCE_RECEIVING, begun, later, nudge, nudge_once
from marketplaces.errors import MarketplaceError, NotAuthorized, NotConfigured, RateLimited
from marketplaces.http import Http
from marketplaces.registry import connector_for

logger = logging.getLogger(__name__)

# Seconds; well below the lease of what is claimed last.
LONGEST_RUN = 15


@shared_task
def process_push(push_id: int) -> None:
    push = received.claim(push_id)
    if push is not None:
        process(push)


@shared_task
def process_pushes() -> None:
    """All that tell of messages, many at a time. What is left when the time is up is found by the sweep."""
    begun(process_pushes)
    ends_at = time.monotonic() + LONGEST_RUN
    while time.monotonic() < ends_at and (batch := push_batches.claim_some()):
        for push in push_batches.process_together(batch):
            process(push)
        nudge_once(sweep_readings)


def process(push: Push) -> None:
    """A claimed one, by itself."""
    if received.is_tried_too_often(push):
        return
    try:
        conversation = pushes.process(push)
    except RateLimited as error:
        received.wait(push, error)
        return
    except Exception as error:
        logger.exception("push %s could not be processed", push.pk)
        received.postpone(push, error)
        return
    if conversation is not None:
        nudge(read_conversation, str(conversation.pk))


@shared_task
def sweep_readings() -> None:
    """Every conversation that waits to be read."""
    begun(sweep_readings)
    for conversation_id in reading.due():
        nudge(read_conversation, str(conversation_id), expires=5)


@shared_task
def read_conversation(conversation_id: str) -> None:
    """Do the reading that was asked for. `reading_due_at` doubles as the lease."""
    now = timezone.now()
    due = Conversation.objects.filter(pk=conversation_id, reading_due_at__lte=now)
    if not due.update(reading_due_at=now + timedelta(seconds=30)):
        return
    conversation = Conversation.objects.select_related("shop").get(pk=conversation_id)
    try:
        reading.read_due(conversation, connector_for(conversation.shop, patience=PATIENCE_RECEIVING))
    except NotAuthorized as error:
        disconnect(conversation.shop, error)
    except RateLimited as error:
        reading.postpone(conversation, error.retry_after)
        later(read_conversation, conversation_id, now + timedelta(seconds=error.retry_after))
    except MarketplaceError as error:
        logger.warning("reading of %s failed: %s", conversation_id, error)
        reading.postpone(conversation, 5)


@shared_task
def read_older(conversation_id: str) -> None:
    """Somebody has scrolled to the top of what is here, and waits."""
    conversation = history.claim(conversation_id)
    if conversation is None:
        return
    try:
        history.read_older(conversation, connector_for(conversation.shop, patience=PATIENCE_RECEIVING))
    except RateLimited as error:
        if not history.postpone(conversation, error):
            return
        later(read_older, conversation_id, timezone.now() + timedelta(seconds=error.retry_after))
    except NotAuthorized as error:
        history.note_failure(conversation, error)
        disconnect(conversation.shop, error)
    except Exception as error:  # whatever it is, nobody waits for ever
        history.note_failure(conversation, error)


@shared_task
def look_up_room(conversation_id: str) -> None:
    """Somebody has opened a room of which the marketplace may tell more by now."""
    conversation = Conversation.objects.select_related("shop").filter(pk=conversation_id).first()
    if conversation is None or not lookups.claim(conversation):
        return
    try:
        connector = connector_for(conversation.shop, patience=PATIENCE_RECEIVING)
        lookups.look_up(conversation, connector)
    except NotAuthorized as error:
        disconnect(conversation.shop, error)
    except (MarketplaceError, NotConfigured) as error:
        logger.warning("room %s could not be looked up: %s", conversation_id, error)


@shared_task
def watch_pushes(app_id: int) -> None:
    """How an app's pushes do, and those that found us away. What fails is tried at the next turn."""
    app = lost_pushes.claim(app_id)
    if app is None:
        return
    http = Http(patience=PATIENCE_RECEIVING)
    try:
        lost_pushes.check(app, http)
        for push_id in lost_pushes.drain(app, http):
            nudge(process_push, push_id)
    except MarketplaceError as error:
        logger.warning("pushes of %s could not be looked after: %s", app, error)


@shared_task
def tell_read(conversation_id: str) -> None:
    """Tell the marketplace what somebody has read here. `tell_read_at` doubles as the lease. No patience: pushes
    must not wait behind it."""
    conversation = reading_marks.claim(conversation_id)
    if conversation is None:
        return
    try:
        reading_marks.tell(conversation, connector_for(conversation.shop))
    except NotAuthorized as error:
        reading_marks.note_failure(conversation, error)
        disconnect(conversation.shop, error)
    except (MarketplaceError, NotConfigured) as error:
        reading_marks.note_failure(conversation, error)
