"""Tasks are nudges: load, call, done. The rows decide, so each may run twice, late or never.

Queues: `send` for replies, `receive` for pushes and readings, `slow` for imports and sweeps of whole shops,
so that an import cannot delay a reply.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from celery import Task, shared_task
from django.conf import settings
from django.utils import timezone
from kombu.exceptions import OperationalError

from conversations import imports, outbox, pushes, reading, sync
from conversations.events import disconnect
from conversations.models import Conversation, OutgoingMessage, Push
from marketplaces.errors import MarketplaceError, NotAuthorized, NotConfigured, RateLimited
from marketplaces.models import Shop
from marketplaces.registry import connector_for

logger = logging.getLogger(__name__)

# Seconds a call may wait for its permit: on the way out none but the shortest, so nobody waits behind it.
PATIENCE_RECEIVING = 3
PATIENCE_SLOW = 10
LONGEST_COUNTDOWN = 60  # seconds


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


@shared_task
def process_push(push_id: int) -> None:
    push = pushes.claim(push_id)
    if push is None:
        return
    try:
        url = pushes.callback_url(settings.PUBLIC_URL, push.app.marketplace)
        conversation = pushes.process(push, url)
    except Exception as error:
        logger.exception("push %s could not be processed", push_id)
        pushes.postpone(push, error)
        return
    if conversation is not None:
        nudge(read_conversation, str(conversation.pk))


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
def sync_shop(shop_id: str) -> None:
    shop = Shop.objects.active().filter(pk=shop_id).first()
    if shop is None:
        return
    try:
        sync.sync_shop(shop, connector_for(shop, patience=PATIENCE_SLOW))
    except NotAuthorized as error:
        disconnect(shop, error)
    except (MarketplaceError, NotConfigured) as error:
        logger.warning("sync of shop %s stopped: %s", shop_id, error)


@shared_task
def run_import(shop_id: str) -> None:
    job = imports.claim(shop_id)
    if job is not None:
        imports.run(job, connector_for(job.shop, patience=PATIENCE_SLOW))


# Sweeps, by beat


@shared_task
def sweep_outbox() -> None:
    """Every reply that nobody is working on."""
    outbox.lost_to_uncertain()
    for conversation_id in outbox.due_conversations():
        nudge(deliver, str(conversation_id), expires=3)
    for outgoing_id in outbox.due_to_settle():
        nudge(settle, outgoing_id, expires=3)


@shared_task
def sweep_incoming() -> None:
    """Every push and every asked-for reading that nobody is working on."""
    now = timezone.now()
    open_pushes = Push.objects.filter(state=Push.State.RECEIVED, next_attempt_at__lte=now)
    for push_id in open_pushes.values_list("pk", flat=True)[:500]:
        nudge(process_push, push_id, expires=5)
    due = Conversation.objects.filter(reading_due_at__lte=now, shop__state=Shop.State.ACTIVE)
    for conversation_id in due.values_list("pk", flat=True)[:500]:
        nudge(read_conversation, str(conversation_id), expires=5)


@shared_task
def sweep_shops() -> None:
    """Imports to start or resume, and shops whose turn it is to be asked for news."""
    for shop in Shop.objects.active().filter(first_import=None):
        imports.ensure_started(shop)
    for shop_id in imports.resumable():
        nudge(run_import, str(shop_id), expires=5)
    for shop in sync.due_shops():
        nudge(sync_shop, str(shop.pk), expires=shop.connector.sync_policy.every.total_seconds())


# Nudges


def nudge(task: Task, argument: str | int, **options: float) -> None:
    """The row is stored, so without a broker nothing is lost: the sweep finds it when the broker is back."""
    try:
        task.apply_async([argument], **options)
    except (OperationalError, OSError):
        logger.warning("%s waits for the sweep: the broker does not answer", task.name)


def later(task: Task, argument: str | int, at: datetime) -> None:
    """Nudge a task when its row is due, seconds before the sweep would. Far times are the sweep's alone: a
    countdown beyond the broker's visibility timeout would run again and again."""
    countdown = max(0.0, (at - timezone.now()).total_seconds())
    if countdown <= LONGEST_COUNTDOWN:
        nudge(task, argument, countdown=countdown)
