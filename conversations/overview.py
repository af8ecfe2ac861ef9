"""What stands around the list: the shops of the rail, the tabs, each with its number. One query for all numbers, over
tallies: it costs the same however many conversations there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Sum, When
from django.utils.translation import gettext as _

from conversations.filters import TABS, Filters
from conversations.models import Tally
from conversations.models.status_change import Status
from marketplaces.models import Shop
from marketplaces.registry import connector_class


@dataclass(frozen=True)
class RailShop:
    shop: Shop
    unread: int  # conversations with something unread
    is_selected: bool


@dataclass(frozen=True)
class Tab:
    slug: str
    label: str
    count: int
    is_selected: bool


@dataclass(frozen=True)
class Sort:
    """So many conversations are alike in all of this."""

    shop: UUID
    platform: str
    status: str
    is_mine: bool
    is_unread: bool
    number: int


IN_TAB: dict[str, Callable[[Sort], bool]] = {
    "mine": lambda sort: sort.status == Status.SERVED and sort.is_mine,
    "unserved": lambda sort: sort.status == Status.UNSERVED,
    "served": lambda sort: sort.status == Status.SERVED and not sort.is_mine,
    "resolved": lambda sort: sort.status == Status.RESOLVED,
    "all": lambda sort: True,
}


@dataclass(frozen=True)
class Overview:
    """`unread`: conversations with something unread, in all shops."""

    rail: list[RailShop]
    tabs: list[Tab]
    platforms: list[Tab]
    unread: int


def overview(filters: Filters) -> Overview:
    sorts = sorts_of(filters)
    return Overview(rail(filters, sorts), tabs(filters, sorts), platforms(filters), unread(sorts))


def sorts_of(filters: Filters) -> list[Sort]:
    found = Tally.objects.filter(shop__in=[shop.pk for shop in filters.shops])
    is_mine = Case(When(assignee=filters.user, then=True), default=False)
    alike = found.annotate(is_mine=is_mine).values_list("shop", "platform", "status", "is_mine", "is_unread")
    return [Sort(*sort) for sort in alike.annotate(Sum("number")).order_by()]


def unread(sorts: list[Sort], shop: UUID | None = None) -> int:
    return sum(sort.number for sort in sorts if sort.is_unread and shop in (None, sort.shop))


def rail(filters: Filters, sorts: list[Sort]) -> list[RailShop]:
    """Exactly the integrated shops that this user may see."""
    return [
        RailShop(shop, unread(sorts, shop.pk), is_selected=shop.pk == filters.shop)
        for shop in filters.shops
        if shop.moved_to_id is None
    ]


def tabs(filters: Filters, sorts: list[Sort]) -> list[Tab]:
    """Of the chosen shop and platform, before all else that the list is narrowed to."""
    shops = {shop.pk: shop for shop in filters.shops_in_scope}
    counted = [
        sort for sort in sorts if sort.shop in shops and filters.is_platform(shops[sort.shop], sort.platform)
    ]
    return [
        Tab(slug, str(label), sum(sort.number for sort in counted if IN_TAB[slug](sort)), slug == filters.tab)
        for slug, label in TABS.items()
    ]


def platforms(filters: Filters) -> list[Tab]:
    """Where buyers write from, to choose among; none where every shop has buyers of one place."""
    known: dict[str, str] = {}
    for slug in {
        shop.marketplace for shop in filters.shops if shop.is_active and filters.shop in (None, shop.pk)
    }:
        known |= connector_class(slug).platforms
    if not known:
        return []
    choices = {"": _("All"), **dict(sorted(known.items(), key=lambda each: each[1]))}
    return [Tab(slug, str(label), 0, slug == filters.platform) for slug, label in choices.items()]
