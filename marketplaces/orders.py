"""Our index of a shop's orders: copied back 90 days, then kept fresh by what changed, by pushes and by looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from marketplaces.connector import Connector
from marketplaces.content import OrderLine, RemoteOrder
from marketplaces.copies import Tell, batches, fitting, nobody, upsert
from marketplaces.models import Feed, Order, Shop
from marketplaces.nights import has_slept

ABILITY = "list_orders"
INTERVAL = timedelta(minutes=5)
HISTORY = timedelta(days=90)
# Asked for again each time: the marketplace's clock and ours differ, and its lists run late.
OVERLAP = timedelta(minutes=10)

FIELDS = (
    "buyer_id", "buyer_name", "status", "remote_status", "total", "currency", "carrier", "tracking", "lines",
    "ordered_at", "remote_updated_at",
)  # fmt: skip
# What a card or the panel of a conversation shows of an order.
SHOWN = frozenset(("buyer_id", "status", "total", "carrier", "tracking", "lines"))


# A round: from `since` to `until`, the newest window first. `until` moves back when a window is done


def interval(connector: type[Connector]) -> timedelta:
    return INTERVAL


def begin(feed: Feed, now: datetime) -> dict[str, Any]:
    """The first round goes by the time of the order; the later ones by what changed since the last one, where
    that can be asked."""
    by_update = feed.through_at is not None and feed.shop.connector.lists_updates
    return {
        "started_at": now.isoformat(),
        "by_update": by_update,
        "since": max(beginning(feed, now), now - HISTORY).isoformat(),
        "until": now.isoformat(),
        "cursor": None,
    }


def beginning(feed: Feed, now: datetime) -> datetime:
    """How far back a round goes. Without lists of changes: one window, so that one call does, and once a night all,
    as an older order may have changed as well."""
    connector = feed.shop.connector
    if feed.through_at is None:
        return now - HISTORY
    if connector.lists_updates:
        return feed.through_at - OVERLAP
    if has_slept(feed.pk, feed.through_at, now):
        return now - HISTORY
    return min(feed.through_at - OVERLAP, now - connector.order_window)


def read(connector: Connector, place: dict[str, Any]) -> tuple[Sequence[RemoteOrder], dict[str, Any] | None]:
    """The orders of this page, and the place of the next one; None at the end of the round."""
    end = datetime.fromisoformat(place["until"])
    start = max(datetime.fromisoformat(place["since"]), end - connector.order_window)
    page = connector.list_orders(start, end, place["cursor"], by_update=place["by_update"])
    if page.next is not None and page.next != place["cursor"]:
        return page.items, place | {"cursor": page.next}
    if start.isoformat() == place["since"]:
        return page.items, None
    return page.items, place | {"until": start.isoformat(), "cursor": None}


@transaction.atomic
def store(shop: Shop, told: Iterable[RemoteOrder], tell: Tell = nobody) -> list[Order]:
    """Returns the orders that are new or look different now."""
    now = timezone.now()
    copies = [as_row(shop, order, now) for order in told]
    changed = upsert(shop.orders.all(), copies, FIELDS, SHOWN, {"synced_at": now})
    if changed:
        tell(orders=changed)
    return changed


def finish(shop: Shop, place: dict[str, Any]) -> None:
    """Orders do not disappear."""


def refresh(shop: Shop, connector: Connector, ids: Iterable[str], tell: Tell = nobody) -> list[Order]:
    """Fetch these orders; returns those that are new or look different now. Raises MarketplaceError."""
    changed: list[Order] = []
    for batch in batches(ids):
        changed += store(shop, connector.get_orders(batch), tell)
    return changed


def refresh_of_buyer(shop: Shop, connector: Connector, buyer: str, tell: Tell = nobody) -> list[Order]:
    """Fetch the newest orders of this buyer; returns those that are new or look different now. Raises
    MarketplaceError."""
    return store(shop, connector.orders_of_buyer(buyer), tell)


def as_row(shop: Shop, order: RemoteOrder, now: datetime) -> Order:
    return fitting(
        Order,
        shop,
        remote_id=order.remote_id,
        buyer_id=order.buyer_id,
        buyer_name=order.buyer_name,
        status=order.status.value,
        remote_status=order.remote_status,
        total=order.total,
        currency=order.currency,
        carrier=order.carrier,
        tracking=order.tracking,
        lines=[as_json(line) for line in order.lines],
        ordered_at=order.ordered_at,
        remote_updated_at=order.updated_at,
        synced_at=now,
    )


def as_json(line: OrderLine) -> dict[str, Any]:
    return asdict(line) | {"price": str(line.price) if line.price is not None else None}
