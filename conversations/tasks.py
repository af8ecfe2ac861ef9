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


@shared_task
def deliver(conversation_id: str) -> None:
    """Send the oldest waiting reply of a conversation, then nudge the next one."""
    outgoing = outbox.claim(conversation_id)
    if outgoing is None:
        return
    try:
        outbox.send(outgoing, connector_for(outgoing.conversation.shop))
    except NotConfigured as error:
        outbox.fail_unconfigured(outgoing, error)
    outgoing.refresh_from_db()
    if outgoing.state == OutgoingMessage.State.UNCERTAIN:
        later(settle, outgoing.pk, outgoing.next_attempt_at)
    elif outgoing.state == OutgoingMessage.State.QUEUED:
        later(deliver, conversation_id, outgoing.next_attempt_at)
    else:
        deliver.delay(conversation_id)


@shared_task
def settle(outgoing_id: int) -> None:
    """Read an uncertain reply back."""
    outgoing = outbox.claim_settling(outgoing_id)
    if outgoing is None:
        return
    outbox.settle(outgoing, connector_for(outgoing.conversation.shop, patience=PATIENCE_RECEIVING))
    outgoing.refresh_from_db()
    if outgoing.state == OutgoingMessage.State.UNCERTAIN:
        later(settle, outgoing_id, outgoing.next_attempt_at)
    else:
        deliver.delay(str(outgoing.conversation_id))


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
        read_conversation.delay(str(conversation.pk))


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
        deliver.delay(str(conversation_id))
    for outgoing_id in outbox.due_to_settle():
        settle.delay(outgoing_id)


@shared_task
def sweep_incoming() -> None:
    """Every push and every asked-for reading that nobody is working on."""
    now = timezone.now()
    open_pushes = Push.objects.filter(state=Push.State.RECEIVED, next_attempt_at__lte=now)
    for push_id in open_pushes.values_list("pk", flat=True)[:500]:
        process_push.delay(push_id)
    due = Conversation.objects.filter(reading_due_at__lte=now, shop__state=Shop.State.ACTIVE)
    for conversation_id in due.values_list("pk", flat=True)[:500]:
        read_conversation.delay(str(conversation_id))


@shared_task
def sweep_shops() -> None:
    """Imports to start or resume, and shops whose turn it is to be asked for news."""
    for shop in Shop.objects.active().filter(first_import=None):
        imports.ensure_started(shop)
    for shop_id in imports.resumable():
        run_import.delay(str(shop_id))
    for shop in sync.due_shops():
        sync_shop.delay(str(shop.pk))


def later(task: Task, argument: str | int, at: datetime) -> None:
    """Nudge a task when its row is due; the sweep would find it too, only seconds later."""
    task.apply_async([argument], countdown=max(0.0, (at - timezone.now()).total_seconds()))
