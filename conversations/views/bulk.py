"""One thing done to many chats: what and to which, how far it is, and back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations.bulk import starting
from conversations.bulk_forms import BulkForm
from conversations.filters import Filters
from conversations.models import BulkAction
from conversations.models.status_change import UNDONE_WITHIN
from forstok_chat.http import ChatRequest


@require_POST
@login_required
def bulk_choice(request: ChatRequest) -> HttpResponse:
    """What may be done to the ticked chats, or to all that match."""
    form = form_of(request, is_sent=False)
    return part(request, "conversations/_bulk_choice.html", choices(form))


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def bulk_actions(request: ChatRequest) -> HttpResponse:
    """GET: one's own of the last day. POST: another one begins."""
    if request.method == "GET":
        return part(request, "conversations/_bulk_recent.html", {"recent": recent(request)})
    form = form_of(request, is_sent=True)
    if not form.is_valid():
        return part(request, "conversations/_bulk_choice.html", choices(form), status=422)
    chosen = form.cleaned_data
    action = starting.start(
        form.chats(),
        chosen["verb"],
        by=request.user,
        to=chosen["to"] and chosen["to"].user,
        tag=chosen["tag"],
        resolves_waiting=chosen["sure"],
    )
    return told(request, action)


@require_GET
@never_cache
@login_required
def bulk_action(request: ChatRequest, pk: UUID) -> HttpResponse:
    """How far it is, and what came of it."""
    action = get_object_or_404(request.user.bulk_actions.select_related("to", "tag"), pk=pk)
    return part(request, "conversations/_bulk.html", {"action": action})


@require_POST
@login_required
def bulk_undoing(request: ChatRequest, pk: UUID) -> HttpResponse:
    action = get_object_or_404(request.user.bulk_actions, pk=pk)
    if not starting.undo(action) and not request.htmx:
        messages.error(request, _("This cannot be undone any more."))
    return told(request, action)


def form_of(request: ChatRequest, *, is_sent: bool) -> BulkForm:
    filters = Filters.from_query(request.user, request.GET)
    return BulkForm(filters, request.POST.getlist("chat"), request.POST if is_sent else None)


def choices(form: BulkForm) -> dict[str, Any]:
    """How many chats there are of each scope; of what matches, as many as are counted."""
    matching = form.filters.conversations().order_by()[: starting.MOST + 1].count()
    return {
        "form": form,
        "filters": form.filters,
        "chosen": list(form.chosen.values_list("pk", flat=True)),
        "matching": min(matching, starting.MOST),
        "is_more": matching > starting.MOST,
    }


def recent(request: ChatRequest) -> list[BulkAction]:
    fresh = request.user.bulk_actions.filter(created_at__gt=timezone.now() - UNDONE_WITHIN)
    return list(fresh.select_related("to", "tag").order_by("-created_at")[:20])


def told(request: ChatRequest, action: BulkAction) -> HttpResponse:
    if not request.htmx:
        return redirect("conversations:bulk-action", action.pk)
    action = request.user.bulk_actions.select_related("to", "tag").get(pk=action.pk)
    return render(request, "conversations/_bulk.html", {"action": action})


def part(request: ChatRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Within the list, or alone on a page."""
    if request.htmx:
        return render(request, template, context, status=status)
    return render(request, "conversations/bulk_page.html", context | {"part": template}, status=status)
