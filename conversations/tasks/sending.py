"""Replies on their way out. Queue: `send`."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from conversations import held, lanes, outbox
from conversations.models import Conversation, OutgoingMessage
from conversations.tasks.nudges import PATIENCE_RECEIVING, later, nudge
from marketplaces.errors import NotConfigured
from marketplaces.registry import connector_for

logger = logging.getLogger(__name__)


@shared_task
def deliver(conversation_id: str, is_wake_up: bool = False) -> None:
    """Somebody waits in this conversation: run its lane. One of those handed over is sent by this very task."""
    conversation = Conversation.objects.select_related("shop").filter(pk=conversation_id).first()
    if conversation is None:
        return
    if not conversation.shop.is_active:
        held.hold(conversation.shop)
        return
    held.release(conversation.shop)
    try:
        lane = lanes.lane_of(conversation.shop)
    except NotConfigured:  # whoever waits here is told why
        send(conversation_id)
        return
    if is_wake_up:
        lanes.woken(lane)
    handed_over, wait = lanes.run(lane)
    if wait is not None and lanes.is_first_to_wait(lane, wait):
        later(deliver, conversation_id, timezone.now() + timedelta(seconds=wait), True)
    for other in handed_over[:-1]:
        nudge(send, str(other), lane.bucket.key)
    for last in handed_over[-1:]:
        send(str(last), lane.bucket.key)


@shared_task
def send(conversation_id: str, permit: str = "") -> None:
    """Send the oldest waiting reply of a conversation. `permit`: the bucket of which its lane took one."""
    outgoing = outbox.claim(conversation_id, is_handed_over=bool(permit))
    if outgoing is None:
        return
    shop = outgoing.conversation.shop
    try:
        if shop.is_active:
            outbox.send(outgoing, connector_for(shop, permit=permit))
        else:
            outbox.hold(outgoing, "not_authorized", "the chat of this shop is switched off")
    except NotConfigured as error:
        outbox.fail(outgoing, "not_configured", str(error))
    outgoing.refresh_from_db()
    if outgoing.state == OutgoingMessage.State.UNCERTAIN:
        later(settle, outgoing.pk, outgoing.next_attempt_at)
    elif outgoing.state == OutgoingMessage.State.QUEUED:
        later(deliver, conversation_id, outgoing.next_attempt_at)
    elif outgoing.conversation.outgoing.filter(state=OutgoingMessage.State.QUEUED).exists():
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
