"""The menu of saved views: opened, added to, put in order. Works without scripts as a page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from conversations import saved_views as views
from conversations.filters import Filters
from conversations.models import SavedView
from conversations.saved_view_forms import SavedViewForm, ViewNameForm
from forstok_chat.http import ChatRequest, posted


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def saved_views(request: ChatRequest) -> HttpResponse:
    """GET: the menu. POST: what the list shows now, under a name."""
    filters = Filters.from_query(request.user, request.GET)
    form = SavedViewForm(request.user, filters.query, posted(request))
    if form.is_valid():
        form.save()
        return menu(request, SavedViewForm(request.user, filters.query))
    return menu(request, form, status=422 if request.method == "POST" else 200)


@require_POST
@login_required
def saved_view(request: ChatRequest, pk: UUID) -> HttpResponse:
    """It is called something else."""
    view, form = find(request, pk), ViewNameForm(request.POST)
    if form.is_valid():
        view.name = form.cleaned_data["name"]
        view.save(update_fields=["name"])
    return again(request)


@require_POST
@login_required
def saved_view_deletion(request: ChatRequest, pk: UUID) -> HttpResponse:
    find(request, pk).delete()
    return again(request)


@require_POST
@login_required
def saved_view_place(request: ChatRequest, pk: UUID) -> HttpResponse:
    """One place further up."""
    views.move_up(find(request, pk))
    return again(request)


def find(request: ChatRequest, pk: UUID) -> SavedView:
    return get_object_or_404(SavedView.objects.kept_by(request.user), pk=pk)


def again(request: ChatRequest) -> HttpResponse:
    filters = Filters.from_query(request.user, request.GET)
    return menu(request, SavedViewForm(request.user, filters.query))


def menu(request: ChatRequest, form: SavedViewForm, status: int = 200) -> HttpResponse:
    if request.method == "POST" and not request.htmx:
        for errors in form.errors.values():
            for error in errors:
                messages.error(request, str(error))
        return redirect("conversations:saved-views")
    filters = Filters.from_query(request.user, request.GET)
    context = {"form": form, "filters": filters, "views": views.shown(request.user, filters)}
    template = "_views.html" if request.htmx else "views_page.html"
    return render(request, f"conversations/{template}", context, status=status)
