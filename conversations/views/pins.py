"""Pinned for the one who asks, and not any more."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from conversations import pins
from conversations.filters import Filters
from conversations.models import NotMoved
from conversations.views.thread import find
from forstok_chat.http import ChatRequest


@require_POST
@login_required
def pin(request: ChatRequest, pk: UUID) -> HttpResponse:
    """With `on` it is pinned, without it is not."""
    conversation, problem = find(request, pk), ""
    try:
        if request.POST.get("on"):
            pins.pin(conversation, request.user)
        else:
            pins.unpin(conversation, request.user)
    except NotMoved as why:
        problem = str(why)
    if not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect("conversations:thread", pk)
    filters = Filters.from_query(request.user, request.GET)
    context = {"conversation": find(request, pk), "filters": filters, "problem": problem}
    return render(request, "conversations/pin.oob.html", context)
