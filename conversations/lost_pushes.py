"""Pushes that found us away, and whether a marketplace still pushes at all.

A marketplace keeps what it could not deliver for some days. It is stored here as pushes, only then dropped
there, and processed like the others; a crash in between fetches it again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from conversations.models import Push
from conversations.received import labels
from marketplaces.appkeys import shops_reached
from marketplaces.content import LostPushes, PushHealth
from marketplaces.errors import BadWebhook
from marketplaces.http import Http
from marketplaces.models import App
from marketplaces.registry import connector_class

logger = logging.getLogger(__name__)

INTERVAL = timedelta(minutes=5)
# So long a marketplace keeps them, so an older twin of ours is another event of the same words.
KEPT = timedelta(days=3)
# Pages of one turn; what is left comes with the next one, at once.
MOST_PAGES = 20


def due() -> list[int]:
    return list(App.objects.filter(next_check_at__lte=timezone.now()).values_list("pk", flat=True))


def claim(app_id: int) -> App | None:
    """Take the turn; None when somebody else has it, or nobody needs it."""
    now = timezone.now()
    if not App.objects.filter(pk=app_id, next_check_at__lte=now).update(next_check_at=now + INTERVAL):
        return None
    app = App.objects.get(pk=app_id)
    return app if shops_reached(app.marketplace, app.seller).active().exists() else None


def check(app: App, http: Http) -> None:
    """Note how the marketplace sees our answers to its pushes. Raises MarketplaceError."""
    connector = connector_class(app.marketplace)
    if not connector.can("push_health"):
        return
    health = connector.push_health(app.keys, http)
    App.objects.filter(pk=app.pk).update(push_health=health.value, checked_at=timezone.now())
    if health != PushHealth.NORMAL:
        logger.warning("pushes of %s: the marketplace says %s", app, health.value)


def drain(app: App, http: Http) -> Iterator[int]:
    """Store what was lost, page by page. Yields the ids of the pushes. Raises MarketplaceError half way; what
    was stored stays."""
    connector = connector_class(app.marketplace)
    if not connector.can("lost_pushes"):
        return
    mark = ""
    for _page in range(MOST_PAGES):
        lost = connector.lost_pushes(app.keys, http)
        yield from store(app, lost)
        if not lost.mark or lost.mark == mark:  # nothing, or nothing that goes away
            return
        connector.confirm_lost_pushes(app.keys, lost.mark, http)
        if not lost.has_more:
            return
        mark = lost.mark
    App.objects.filter(pk=app.pk).update(next_check_at=timezone.now())


@transaction.atomic
def store(app: App, lost: LostPushes) -> list[int]:
    """Those that are not here yet, as pushes to be processed; the ids of their rows."""
    open_or_recent = Q(state=Push.State.RECEIVED) | Q(received_at__gt=timezone.now() - KEPT)
    twins = Push.objects.filter(open_or_recent, app=app, body__in=set(lost.bodies))
    known = {bytes(body) for body in twins.values_list("body", flat=True)}
    new = [body for body in dict.fromkeys(lost.bodies) if body not in known]
    rows = Push.objects.bulk_create(
        Push(app=app, body=body, was_lost=True, **labels_of(app, body)) for body in new
    )
    return [push.pk for push in rows]


def labels_of(app: App, body: bytes) -> dict[str, object]:
    """None for what cannot be read: processing it tells why."""
    try:
        return labels(connector_class(app.marketplace).read_stored_push(body))
    except BadWebhook:
        return {}
