"""Our copy of a shop's products: all of them once and every night, in between what changed or is looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from marketplaces.connector import Connector
from marketplaces.content import RemoteProduct
from marketplaces.copies import AT_ONCE, Tell, batches, fitting, nobody, upsert, wait_after
from marketplaces.models import Feed, Product, Shop
from marketplaces.nights import has_slept

ABILITY = "list_products"
INTERVAL = timedelta(minutes=10)
INTERVAL_OF_WHOLE_ROUNDS = timedelta(hours=1)
OVERLAP = timedelta(minutes=10)
# What was fetched so lately is not fetched again for somebody who looks.
FRESH_FOR = timedelta(minutes=2)
# Longer than fetching fifty products takes.
LEASE = timedelta(minutes=2)

FIELDS = (
    "name", "sku", "lowest_price", "highest_price", "currency", "stock", "is_listed", "picture_url", "url",
    "remote_updated_at",
)  # fmt: skip
# What a card shows of a product.
SHOWN = frozenset(("name", "lowest_price", "highest_price", "stock", "is_listed", "picture_url"))


# A round: what changed since, or all


def interval(connector: type[Connector]) -> timedelta:
    return INTERVAL if connector.lists_updates else INTERVAL_OF_WHOLE_ROUNDS


def begin(feed: Feed, now: datetime) -> dict[str, Any]:
    """All in the first round and in the first one after a night: a change of stock is not always an update. Where
    nothing tells what changed every round is whole."""
    is_listed_whole = not feed.shop.connector.lists_updates
    is_whole = feed.through_at is None or is_listed_whole or has_slept(feed.pk, feed.through_at, now)
    since = None if is_whole or feed.through_at is None else (feed.through_at - OVERLAP).isoformat()
    return {"started_at": now.isoformat(), "since": since, "cursor": None}


def read(
    connector: Connector, place: dict[str, Any]
) -> tuple[Sequence[RemoteProduct], dict[str, Any] | None]:
    """The products of this page, and the place of the next one; None at the end of the round."""
    since = datetime.fromisoformat(place["since"]) if place["since"] else None
    page = connector.list_products(since, place["cursor"])
    if page.next is None or page.next == place["cursor"]:
        return page.items, None
    return page.items, place | {"cursor": page.next}


@transaction.atomic
def store(shop: Shop, told: Iterable[RemoteProduct], tell: Tell = nobody) -> list[Product]:
    """Returns the products that are new or look different now."""
    return store_asked(shop, (), told, tell)


def finish(shop: Shop, place: dict[str, Any]) -> None:
    """After a whole round, ask by name for those on sale that it did not tell: they may be gone."""
    if place["since"] is None:
        untold = shop.products.filter(is_listed=True, wanted_at=None, synced_at__lt=place["started_at"])
        untold.update(wanted_at=timezone.now())


# Named ones


def want(shop: Shop, ids: Iterable[str]) -> bool:
    """Somebody looks at these products: those that we do not have from the last minutes are fetched soon.

    False when there is nothing to fetch.
    """
    now = timezone.now()
    wanted = set(ids)
    ours = shop.products.filter(remote_id__in=wanted)
    stubs = [
        fitting(Product, shop, remote_id=remote_id, wanted_at=now)
        for remote_id in sorted(wanted.difference(ours.values_list("remote_id", flat=True)))
    ]
    Product.objects.bulk_create(stubs, ignore_conflicts=True)
    stale = ours.filter(Q(synced_at=None) | Q(synced_at__lt=now - FRESH_FOR), wanted_at=None)
    return bool(stale.update(wanted_at=now)) or bool(stubs)


def refresh(shop: Shop, connector: Connector, ids: Iterable[str], tell: Tell = nobody) -> list[Product]:
    """Fetch these products; returns those that are new or look different now. Raises MarketplaceError."""
    changed: list[Product] = []
    for batch in batches(ids):
        told = connector.get_products(batch)
        changed += store_asked(shop, batch, told, tell)
    return changed


@transaction.atomic
def store_asked(shop: Shop, asked: Iterable[str], told: Iterable[RemoteProduct], tell: Tell) -> list[Product]:
    """What was asked for and is not told does not exist at the marketplace."""
    now = timezone.now()
    copies = [as_row(shop, product, now) for product in told]
    stamp = {"synced_at": now, "wanted_at": None}
    changed = upsert(shop.products.all(), copies, FIELDS, SHOWN, stamp)
    changed += gone(shop, set(asked).difference(copy.remote_id for copy in copies), now)
    if changed:
        tell(products=[product.remote_id for product in changed])
    return changed


def gone(shop: Shop, ids: Collection[str], now: datetime) -> list[Product]:
    """Nobody can buy these any more; returns those of which that is news."""
    ours = shop.products.filter(remote_id__in=ids)
    news = list(ours.filter(Q(is_listed=True) | Q(synced_at=None)))
    ours.update(is_listed=False, synced_at=now, wanted_at=None)
    for product in news:
        product.is_listed = False
    return news


def as_row(shop: Shop, product: RemoteProduct, now: datetime) -> Product:
    return fitting(
        Product,
        shop,
        remote_id=product.remote_id,
        name=product.name,
        sku=product.sku,
        lowest_price=product.lowest_price,
        highest_price=product.highest_price,
        currency=product.currency,
        stock=product.stock,
        is_listed=product.is_listed,
        picture_url=product.picture_url,
        url=product.url,
        remote_updated_at=product.updated_at,
        synced_at=now,
    )


# Wanted ones. `wanted_at` doubles as the lease and as the time of the next try


def waiting_shops() -> list[UUID]:
    """Active shops with wanted products that nobody is fetching."""
    due = Product.objects.filter(wanted_at__lte=timezone.now(), shop__state=Shop.State.ACTIVE)
    return list(due.order_by().values_list("shop", flat=True).distinct())


def fetch_wanted(shop: Shop, connector: Connector, tell: Tell = nobody) -> None:
    """Raises MarketplaceError; what was not fetched stays wanted."""
    while ids := claim_wanted(shop):
        refresh(shop, connector, ids, tell)


@transaction.atomic
def claim_wanted(shop: Shop) -> list[str]:
    """The next fifty; nobody else takes them until the lease ends."""
    now = timezone.now()
    due = shop.products.filter(wanted_at__lte=now).order_by("wanted_at")
    claimed = list(due.select_for_update(skip_locked=True, no_key=True)[:AT_ONCE])
    Product.objects.filter(pk__in=[product.pk for product in claimed]).update(wanted_at=now + LEASE)
    return [product.remote_id for product in claimed]


def put_off_wanted(shop: Shop, error: Exception) -> None:
    """The marketplace does not give them now."""
    shop.products.filter(wanted_at__isnull=False).update(wanted_at=timezone.now() + wait_after(error))
