"""Replies on their way out. Queue: `send`."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from conversations import outbox
from conversations.models import OutgoingMessage
from conversations.tasks.nudges import PATIENCE_RECEIVING, later, nudge
from marketplaces.errors import NotConfigured
from marketplaces.registry import connector_for

logger = logging.getLogger(__name__)


@shared_task
def deliver(conversation_id: str) -> None:
    """Send the oldest waiting reply of a conversation, then nudge the next one."""
    outgoing = outbox.claim(conversation_id)
    if outgoing is None:
        return
    shop = outgoing.conversation.shop
    try:
        if shop.is_active:
            outbox.send(outgoing, connector_for(shop))
        else:
            outbox.fail(outgoing, "not_authorized", "the chat of this shop is switched off")
    except NotConfigured as error:
        outbox.fail(outgoing, "not_configured", str(error))
    outgoing.refresh_from_db()
    if outgoing.state == OutgoingMessage.State.UNCERTAIN:
        later(settle, outgoing.pk, outgoing.next_attempt_at)
    elif outgoing.state == OutgoingMessage.State.QUEUED:
        later(deliver, conversation_id, outgoing.next_attempt_at)
    else:
        nudge(deliver, conversation_id)


@shared_task
def settle(outgoing_id: int) -> None:
    """Read an uncertain reply back."""
    outgoing = outbox.claim_settling(outgoing_id)
    if outgoing is None:
        return
    try:
        outbox.settle(outgoing, connector_for(outgoing.conversation.shop, patience=PATIENCE_RECEIVING))
    except Exception:  # whatever it is, the reply must not hang for ever: after a while a person looks
        logger.exception("settling %s broke", outgoing_id)
        now = timezone.now()
        outbox.look_again(outgoing, now, now + timedelta(seconds=30))
    outgoing.refresh_from_db()
    if outgoing.state == OutgoingMessage.State.UNCERTAIN:
        later(settle, outgoing_id, outgoing.next_attempt_at)
    else:
        nudge(deliver, str(outgoing.conversation_id))
