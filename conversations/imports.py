"""The first import of a shop: its 15 newest conversations with their 30 newest bubbles, once, resumable.

    plan the conversations ──> read one, strike it off the plan ──> ... ──> done
Each step is saved before the next, so a crash costs one conversation's reading; ingest stores nothing twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from conversations.events import record_shop
from conversations.models import Conversation, Import
from conversations.reading import read
from marketplaces.connector import Connector
from marketplaces.content import RemoteConversation
from marketplaces.errors import MarketplaceError, NotAuthorized, Rejected
from marketplaces.models import Shop

logger = logging.getLogger(__name__)

CONVERSATIONS = 15
# Longer than reading one conversation takes, so that one worker does it.
LEASE = timedelta(minutes=2)
TRY_AGAIN_AFTER = timedelta(seconds=5)


@transaction.atomic
def ensure_started(shop: Shop) -> Import:
    """The import of this shop, begun if it has none yet. Reconnecting a shop does not import again."""
    job, is_new = Import.objects.get_or_create(shop=shop)
    if is_new:
        record_shop(shop)
    return job


def claim(shop_id: str) -> Import | None:
    """Take the lease; None when it is done or another worker is at it."""
    now = timezone.now()
    mine = Import.objects.filter(shop_id=shop_id, state=Import.State.RUNNING, leased_until__lte=now)
    if not mine.update(leased_until=now + LEASE):
        return None
    return Import.objects.select_related("shop").get(shop_id=shop_id)


def resumable() -> list[UUID]:
    """Shops whose import nobody is working on."""
    waiting = Import.objects.filter(
        state=Import.State.RUNNING, leased_until__lte=timezone.now(), shop__state=Shop.State.ACTIVE
    )
    return list(waiting.values_list("shop", flat=True))


def run(job: Import, connector: Connector) -> None:
    """Go on with a claimed import to its end. On a marketplace's error it waits and the sweep resumes it."""
    with failures_noted(job):
        if job.plan is None:
            save_plan(job, newest_conversations(connector))
        while job.plan:
            remote = from_plan(job.plan[0])
            finish_one(job, read_if_readable(job.shop, connector, remote), remote)
        finish(job)


def read_if_readable(shop: Shop, connector: Connector, remote: RemoteConversation) -> Conversation | None:
    """None for a room that the marketplace lists and refuses to show: the others are imported all the same."""
    try:
        return read(shop, connector, remote, first_import=True)
    except Rejected as error:
        logger.warning("room %s of shop %s cannot be read: %s", remote.remote_id, shop.pk, error)
        return None


@contextmanager
def failures_noted(job: Import) -> Iterator[None]:
    try:
        yield
    except MarketplaceError as error:
        Import.objects.filter(pk=job.pk).update(
            leased_until=timezone.now() + TRY_AGAIN_AFTER, problem=str(error)[:1000]
        )
        if isinstance(error, NotAuthorized):
            job.shop.disconnect(str(error))
        with transaction.atomic():
            record_shop(job.shop)


def newest_conversations(connector: Connector) -> list[RemoteConversation]:
    """The newest ones, wherever pinned ones stand in the marketplace's list."""
    found: dict[str, RemoteConversation] = {}
    cursor: str | None = None
    asked: set[str | None] = set()  # cursors may go in a ring
    while cursor not in asked:
        asked.add(cursor)
        page = connector.list_conversations(cursor)
        found.update({remote.remote_id: remote for remote in page.items})
        cursor = page.next
        if cursor is None or sum(not remote.is_pinned for remote in found.values()) >= CONVERSATIONS:
            break
    long_ago = datetime.min.replace(tzinfo=timezone.get_default_timezone())
    newest = sorted(found.values(), key=lambda remote: remote.last_message_at or long_ago, reverse=True)
    return newest[:CONVERSATIONS]


@transaction.atomic
def save_plan(job: Import, conversations: list[RemoteConversation]) -> None:
    job.plan = [to_plan(remote) for remote in conversations]
    job.total, job.done = len(job.plan), 0
    job.save(update_fields=["plan", "total", "done"])
    record_shop(job.shop)


@transaction.atomic
def finish_one(job: Import, conversation: Conversation | None, remote: RemoteConversation) -> None:
    if conversation is not None:
        conversation.locked().settle_imported(remote.unread_count, remote.last_message_at)
    job.plan = job.plan[1:] if job.plan else []
    job.done = job.total - len(job.plan)
    job.leased_until = timezone.now() + LEASE
    job.save(update_fields=["plan", "done", "leased_until"])
    record_shop(job.shop)


@transaction.atomic
def finish(job: Import) -> None:
    job.state, job.finished_at, job.problem = Import.State.DONE, timezone.now(), ""
    job.save(update_fields=["state", "finished_at", "problem"])
    record_shop(job.shop)


def to_plan(remote: RemoteConversation) -> dict[str, Any]:
    """As JSON: the time as ISO text."""
    at = remote.last_message_at
    return asdict(remote) | {"last_message_at": at.isoformat() if at else None}


def from_plan(item: dict[str, Any]) -> RemoteConversation:
    at = item["last_message_at"]
    return RemoteConversation(**item | {"last_message_at": parse_datetime(at) if at else None})
