"""The inbox: rail, list, and an empty place for a conversation."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from conversations import company, held, screen
from conversations.alerts import choices_of
from conversations.filters import Filters
from conversations.imports import ensure_started
from conversations.live import Cursor
from conversations.models import Import
from conversations.overview import overview
from conversations.screen import Rows
from conversations.shortcuts import SHORTCUTS
from conversations.sync import somebody_came
from conversations.tasks import nudge, run_import
from forstok_chat.http import ChatRequest
from marketplaces.models import Shop


@require_GET
@login_required
@vary_on_headers("HX-Request")
def inbox(request: ChatRequest) -> HttpResponse:
    return render(request, "conversations/inbox.html", inbox_context(request))


@require_GET
@login_required
def rows(request: ChatRequest) -> HttpResponse:
    """The next page of the list."""
    filters = Filters.from_query(request.user, request.GET)
    page = rows_of(request, filters)
    return render(request, "conversations/_rows.html", {"filters": filters, "rows": page})


def inbox_context(request: ChatRequest) -> dict[str, Any]:
    """Everything around a thread. The cursor is taken first: what changes while we read is told again."""
    cursor = Cursor.now(request.user)
    filters = Filters.from_query(request.user, request.GET)
    somebody_came(filters.shops)
    shop = filters.selected_shop()
    return {
        "cursor": cursor,
        "now": timezone.now(),
        "filters": filters,
        **vars(overview(filters)),
        "switches": screen.switches(filters),
        "rows": rows_of(request, filters),
        "screen": uuid4(),
        "selected_shop": shop,
        "held_in_shop": held.of_shop(shop) if shop is not None else None,
        "may_manage_shop": shop is not None
        and Shop.objects.manageable_by(request.user).filter(pk=shop.pk).exists(),
        "first_import": begin_import(shop),
        "shortcuts": SHORTCUTS,
        "alerts": choices_of(request.user),
    }


def rows_of(request: ChatRequest, filters: Filters) -> Rows:
    page = screen.rows(filters, request.GET.get("below", ""))
    company.attach_to(page.conversations, request.user)
    return page


def begin_import(shop: Shop | None) -> Import | None:
    """An active shop's first visitor need not wait for the sweep."""
    if shop is None or not shop.is_active:
        return None
    job = ensure_started(shop)
    if job.is_running and job.plan is None:
        transaction.on_commit(lambda: nudge(run_import, str(shop.pk)))
    return job
