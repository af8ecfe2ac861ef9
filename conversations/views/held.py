"""Replies that were held when their shop was disconnected: sent or cancelled together, of a room or of a shop."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from conversations import held
from conversations.filters import Filters
from conversations.models import OutgoingMessage
from conversations.tasks import deliver, nudge
from conversations.views.thread import find
from forstok_chat.http import ChatRequest
from marketplaces.models import Shop


@require_http_methods(["GET", "POST"])
@login_required
def in_room(request: ChatRequest, pk: UUID) -> HttpResponse:
    """GET: how many. POST: send them, or with `cancel` never."""
    conversation = find(request, pk)
    decide(request, held.offered().filter(conversation=conversation))
    if not request.htmx:
        return redirect("conversations:thread", pk)
    context = {"conversation": conversation, "held": held.in_room(conversation)}
    return render(request, "conversations/_held_here.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def of_shop(request: ChatRequest, pk: UUID) -> HttpResponse:
    shop = get_object_or_404(Shop.objects.visible_to(request.user), pk=pk)
    decide(request, held.offered().filter(conversation__shop=shop))
    if not request.htmx:
        return redirect(f"/chat/?{Filters(request.user, shop=shop.pk).query}")
    context = {"shop": shop, "held": held.of_shop(shop)}
    return render(request, "conversations/_held_in_shop.html", context)


def decide(request: ChatRequest, found: QuerySet[OutgoingMessage]) -> None:
    """The screens hear by the live endpoint what became of each."""
    if request.method != "POST":
        return
    rooms = held.cancel(found, request.user) if "cancel" in request.POST else held.send(found)
    for room in rooms:
        transaction.on_commit(lambda room=room: nudge(deliver, str(room)))  # type: ignore[misc]
