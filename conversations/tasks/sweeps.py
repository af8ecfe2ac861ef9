"""Finding what nobody is working on, by beat. Queue: `sweep`, so that no flood keeps them from running."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from conversations import (
    absences,
    giving,
    held,
    history,
    imports,
    lanes,
    lost_pushes,
    outbox,
    reading_marks,
    rechecks,
    snoozing,
    sync,
    tallies,
)
from conversations.bulk import running as bulk
from conversations.models import Alerts, Push
from conversations.tasks.alerts import tell_person
from conversations.tasks.bulk import run_bulk
from conversations.tasks.media import fetch_media
from conversations.tasks.nudges import nudge
from conversations.tasks.receiving import (
    process_push,
    process_pushes,
    read_older,
    tell_read,
    watch_pushes,
)
from conversations.tasks.sending import deliver, settle
from conversations.tasks.shops import fetch_wanted_products, run_feed, run_import, sync_shop
from marketplaces import catalogue, feeds, media
from marketplaces.content import PushKind
from marketplaces.models import Shop


@shared_task
def sweep_outbox() -> None:
    """Every reply that nobody is working on."""
    outbox.lost_to_uncertain()
    for shop in held.to_hold():
        held.hold(shop)
    for shop in held.to_release():
        held.release(shop)
    for conversation_id in lanes.due():
        nudge(deliver, str(conversation_id), expires=3)
    for outgoing_id in outbox.due_to_settle():
        nudge(settle, outgoing_id, expires=3)


@shared_task
def sweep_incoming() -> None:
    """Every push and reading mark that nobody is working on, and apps whose pushes are to be watched."""
    for conversation_id in rechecks.due():
        rechecks.ask(conversation_id)
    now = timezone.now()
    open_pushes = Push.objects.filter(state=Push.State.RECEIVED, next_attempt_at__lte=now)
    for push_id in open_pushes.exclude(kind=PushKind.MESSAGE.value).values_list("pk", flat=True)[:500]:
        nudge(process_push, push_id, expires=5)
    if open_pushes.filter(kind=PushKind.MESSAGE.value).exists():
        nudge(process_pushes, expires=5)
    for conversation_id in history.due():
        nudge(read_older, str(conversation_id), expires=5)
    for conversation_id in reading_marks.due():
        nudge(tell_read, str(conversation_id), expires=5)
    for app_id in lost_pushes.due():
        nudge(watch_pushes, app_id, expires=5)


@shared_task
def sweep_shops() -> None:
    """Imports to start or resume, and shops whose turn it is to be asked for news."""
    for shop in Shop.objects.active().filter(first_import=None):
        imports.ensure_started(shop)
    for shop_id in imports.resumable():
        nudge(run_import, str(shop_id), expires=5)
    for shop in sync.due_shops():
        nudge(sync_shop, str(shop.pk), expires=shop.connector.sync_policy.watched.total_seconds())


@shared_task
def sweep_feeds() -> None:
    """Orders and products to copy, and products that somebody looks at."""
    feeds.ensure_all()
    for shop_id in catalogue.waiting_shops():
        nudge(fetch_wanted_products, str(shop_id), expires=10)
    for feed_id in feeds.due():
        nudge(run_feed, feed_id, expires=10)


@shared_task
def sweep_alerts() -> None:
    """People who are to be told that something came in."""
    for pk in Alerts.objects.due().values_list("pk", flat=True)[:500]:
        nudge(tell_person, pk, expires=5)


@shared_task
def sweep_media() -> None:
    """Pictures and videos of conversations that are not copied yet."""
    for pk in media.due():
        nudge(fetch_media, str(pk), expires=5)


@shared_task
def sweep_statuses() -> None:
    """What moves a chat by time alone: done here, as none of it leaves the database. And what somebody does to many."""
    snoozing.wake_due()
    absences.give_back()
    giving.give_waiting()
    for pk in bulk.due():
        nudge(run_bulk, str(pk), expires=5)


@shared_task
def add_up_tallies() -> None:
    """No row waits for this: a count that adds up many rows is as right, only slower."""
    tallies.compact()
