"""Rows that copy what a marketplace tells: stored once each, an older copy never over a newer one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from django.db import models
from django.db.models.fields import Field

from marketplaces.errors import NotAuthorized, NotConfigured, RateLimited, Rejected, Unsupported
from marketplaces.models import Order, Product, Shop

Copy = TypeVar("Copy", Order, Product)

# As many as a connector takes at once.
AT_ONCE = 50
SOON = timedelta(minutes=1)
LATER = timedelta(hours=1)


class Tell(Protocol):
    """Hears what changed, last in the transaction that stores it: ids of products, rows of orders."""

    def __call__(self, *, products: Sequence[str] = (), orders: Sequence[Order] = ()) -> None: ...


def nobody(*, products: Sequence[str] = (), orders: Sequence[Order] = ()) -> None:
    """Nobody is told."""


def upsert(
    ours: models.QuerySet[Copy],
    copies: Iterable[Copy],
    fields: Sequence[str],
    shown: Collection[str],
    stamp: Mapping[str, Any],
) -> list[Copy]:
    """Store copies among `ours`; returns the rows that are new or of which something `shown` changed.

    `fields` are compared and overwritten; `stamp` is written to every row. Needs a transaction. Rows are
    always taken in the order of their ids, so that two of these cannot wait for each other.
    """
    newest = {copy.remote_id: copy for copy in sorted(copies, key=age_of)}
    rows = ours.filter(remote_id__in=newest)
    known = set(rows.values_list("remote_id", flat=True))
    ours.bulk_create([newest[new] for new in sorted(newest.keys() - known)], ignore_conflicts=True)
    locked = list(rows.select_for_update(no_key=True).order_by("remote_id"))
    changes = {row.remote_id: overwrite(row, newest[row.remote_id], fields) for row in locked}
    ours.bulk_update([row for row in locked if changes[row.remote_id]], fields)
    rows.update(**stamp)
    return [row for row in locked if row.remote_id not in known or changes[row.remote_id] & set(shown)]


def age_of(copy: Order | Product) -> tuple[bool, Any]:
    return (copy.remote_updated_at is not None, copy.remote_updated_at)


def overwrite(row: Copy, copy: Copy, fields: Sequence[str]) -> set[str]:
    """Take over a copy that is not older than the row; what it leaves out is not forgotten. The names of what
    differed."""
    if row.remote_updated_at is not None and age_of(copy) < age_of(row):
        return set()
    told = {name: getattr(copy, name) for name in fields if getattr(copy, name) not in ("", None, [])}
    different = {name for name, value in told.items() if getattr(row, name) != value}
    for name in different:
        setattr(row, name, told[name])
    return different


# Values that fit


def fitting(model: type[Copy], shop: Shop, **values: Any) -> Copy:
    """A row, not saved, whose values fit their columns whatever the marketplace told."""
    fields: dict[str, Field] = {field.name: field for field in model._meta.concrete_fields}
    return model(shop=shop, **{name: fit(fields[name], value) for name, value in values.items()})


def fit(field: Field, value: Any) -> Any:
    if isinstance(field, models.URLField):  # a cut address is none
        return storable(value) if len(value) <= (field.max_length or 0) else ""
    if isinstance(field, models.CharField):
        return storable(value)[: field.max_length]
    if isinstance(field, models.DecimalField):
        return money(value, field)
    if isinstance(field, models.PositiveIntegerField) and value is not None:
        return min(max(value, 0), 2**31 - 1)
    return storable(value)


def money(value: Decimal | None, field: models.DecimalField) -> Decimal | None:
    """As the column gives it back, so that the same amount compares equal; None for what cannot be one."""
    if value is None or not value.is_finite() or value.adjusted() >= field.max_digits - field.decimal_places:
        return None
    return value.quantize(Decimal(10) ** -field.decimal_places)


def storable(value: Any) -> Any:
    """PostgreSQL takes no NUL in a text."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {name: storable(item) for name, item in value.items()}
    return [storable(item) for item in value] if isinstance(value, list) else value


# Asking


def batches(ids: Iterable[str]) -> Iterator[list[str]]:
    """Each id once, as many at a time as a connector takes."""
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), AT_ONCE):
        yield wanted[start : start + AT_ONCE]


def wait_after(error: Exception) -> timedelta:
    """How long to leave a marketplace alone after this."""
    if isinstance(error, RateLimited):
        return timedelta(seconds=max(1.0, error.retry_after))
    needs_somebody = isinstance(error, Rejected | Unsupported | NotAuthorized | NotConfigured)
    return LATER if needs_somebody else SOON
