"""Copying a shop's orders and products page by page, and keeping the copy fresh.

    begin a round ──> read a page, store it with the place of the next one ──> ... ──> the round ends
A crash costs one page, and storing a page twice changes nothing. `next_run_at` doubles as the lease.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone

from marketplaces import catalogue, orders
from marketplaces.connector import Connector
from marketplaces.copies import Tell, nobody, wait_after
from marketplaces.errors import MarketplaceError, NotAuthorized, RateLimited, Rejected
from marketplaces.models import Feed, Shop
from marketplaces.registry import CONNECTORS, connector_class

logger = logging.getLogger(__name__)

# Longer than one page takes: a page of products may need a call for each of them.
LEASE = timedelta(minutes=5)
# Seconds of one run; then others of the queue have their turn.
BUDGET = 20


class Subject(Protocol):
    """What orders.py and catalogue.py know of their feed. A place is JSON with `started_at` and `cursor`."""

    ABILITY: str

    def interval(self, connector: type[Connector]) -> timedelta: ...

    def begin(self, feed: Feed, now: datetime) -> dict[str, Any]: ...

    def read(
        self, connector: Connector, place: dict[str, Any]
    ) -> tuple[Sequence[Any], dict[str, Any] | None]: ...

    def store(self, shop: Shop, told: Sequence[Any], tell: Tell) -> Sequence[Any]: ...

    def finish(self, shop: Shop, place: dict[str, Any]) -> None: ...


SUBJECTS: dict[str, Subject] = {Feed.Kind.ORDERS: orders, Feed.Kind.PRODUCTS: catalogue}


class LeaseLost(Exception):
    """Another worker has taken the feed up."""


def ensure_all() -> None:
    """A feed for each active shop and kind that its marketplace can list."""
    for kind, subject in SUBJECTS.items():
        able = [slug for slug in CONNECTORS if connector_class(slug).can(subject.ABILITY)]
        without = Shop.objects.active().filter(marketplace__in=able).exclude(feeds__kind=kind)
        Feed.objects.bulk_create([Feed(shop=shop, kind=kind) for shop in without], ignore_conflicts=True)


def due() -> list[int]:
    """Feeds of active shops that nobody is working on."""
    waiting = Feed.objects.filter(next_run_at__lte=timezone.now(), shop__state=Shop.State.ACTIVE)
    return list(waiting.order_by("next_run_at").values_list("pk", flat=True)[:500])


def claim(feed_id: int) -> Feed | None:
    """Take the lease; None when it is not due or another worker is at it."""
    now = timezone.now()
    feed = Feed.objects.select_related("shop").filter(pk=feed_id, next_run_at__lte=now).first()
    if feed is None or not feed.shop.is_active:
        return None
    try:
        save(feed, next_run_at=now + LEASE)
    except LeaseLost:
        return None
    return feed


def save(feed: Feed, **news: Any) -> None:
    """Write what is new, as long as the lease is ours. Raises LeaseLost."""
    if not Feed.objects.filter(pk=feed.pk, next_run_at=feed.next_run_at).update(**news):
        raise LeaseLost
    for name, value in news.items():
        setattr(feed, name, value)


def run(feed: Feed, connector: Connector, tell: Tell = nobody) -> None:
    """Go on with a claimed feed until its round ends or its time is up; then it is due again at once.

    Raises NotAuthorized; other refusals are noted on the feed, which waits.
    """
    ends_at = time.monotonic() + BUDGET
    with failures_noted(feed):
        while copy_page(feed, connector, tell):
            if time.monotonic() > ends_at:
                save(feed, next_run_at=timezone.now())
                break


def copy_page(feed: Feed, connector: Connector, tell: Tell) -> bool:
    """One page and the place of the next one, stored together. False at the end of the round."""
    subject = SUBJECTS[feed.kind]
    place = feed.place or subject.begin(feed, timezone.now())
    told, next_place = subject.read(connector, place)
    with transaction.atomic():
        if next_place is None:
            end_round(feed, place)
        else:
            save(feed, place=next_place, next_run_at=timezone.now() + LEASE, problem="")
        subject.store(feed.shop, told, tell)  # last, as it may tell the screens
    if next_place is None:
        subject.finish(feed.shop, place)
    return next_place is not None


def end_round(feed: Feed, place: dict[str, Any]) -> None:
    """What changed up to the beginning of the round is here now."""
    save(
        feed,
        place=None,
        through_at=datetime.fromisoformat(place["started_at"]),
        next_run_at=timezone.now() + SUBJECTS[feed.kind].interval(feed.shop.connector),
        problem="",
    )


@contextmanager
def failures_noted(feed: Feed) -> Iterator[None]:
    try:
        yield
    except LeaseLost:
        logger.info("feed %s was taken up by another worker", feed.pk)
    except MarketplaceError as error:
        put_off(feed, error)
        if isinstance(error, NotAuthorized):
            raise


def put_off(feed: Feed, error: Exception) -> None:
    """Wait as long as this error asks for. A refused cursor is forgotten: its list begins again."""
    logger.warning("feed %s (%s) waits: %s", feed.pk, feed.kind, error)
    news: dict[str, Any] = {"next_run_at": timezone.now() + wait_after(error)}
    if not isinstance(error, RateLimited):
        news["problem"] = str(error)[:1000]
    if isinstance(error, Rejected) and feed.place:
        news["place"] = feed.place | {"cursor": None}
    Feed.objects.filter(pk=feed.pk, next_run_at=feed.next_run_at).update(**news)


def wake(shop: Shop) -> None:
    """A shop that comes back need not wait for the end of an old pause."""
    Feed.objects.filter(shop=shop).update(next_run_at=timezone.now())
