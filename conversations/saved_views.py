"""Saved views: how many chats each has now, and their order. No HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.http import QueryDict

from conversations.filters import Filters
from conversations.models import SavedView
from forstok_chat.accounts.models import User

# Of a person, and of a team.
MOST = 30
# Counted no further: a look at so many rows of an index.
MOST_COUNTED = 99


@dataclass(frozen=True)
class Shown:
    """`count`: "99+" when there are more."""

    view: SavedView
    query: str
    count: str
    is_selected: bool
    may_change: bool


def shown(user: User, current: Filters) -> list[Shown]:
    """One's own first, then those of the teams."""
    kept = set(SavedView.objects.kept_by(user).values_list("pk", flat=True))
    views = sorted(SavedView.objects.visible_to(user), key=lambda view: view.seller_id is not None)
    found = []
    for view in views:
        filters = Filters.from_query(user, QueryDict(view.query))
        same = filters.query == current.query
        found.append(Shown(view, filters.query, counted(filters), same, view.pk in kept))
    return found


def counted(filters: Filters) -> str:
    number = filters.conversations().order_by()[: MOST_COUNTED + 1].count()
    return str(number) if number <= MOST_COUNTED else f"{MOST_COUNTED}+"


def move_up(view: SavedView) -> None:
    """Before the one above it, of the same person or team."""
    with transaction.atomic():
        beside = SavedView.objects.filter(user=view.user_id, seller=view.seller_id)
        ordered = list(beside.select_for_update().order_by("place", "created_at", "pk"))
        at = next((place for place, each in enumerate(ordered) if each.pk == view.pk), 0)
        if at:
            ordered[at - 1], ordered[at] = ordered[at], ordered[at - 1]
        renumber(ordered)


def renumber(views: Iterable[SavedView]) -> None:
    for place, view in enumerate(views):
        view.place = place
        view.save(update_fields=["place"])
