"""What is typed is kept while it is typed."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST
from django_htmx.http import reswap

from conversations import presence, search
from conversations import unsent as unsent_texts
from conversations.filters import Filters
from conversations.forms import UnsentForm
from conversations.views.thread import find
from forstok_chat.http import ChatRequest


@require_POST
@login_required
def unsent(request: ChatRequest, pk: UUID) -> HttpResponse:
    """The row of the list, as it says so. 204 when nothing changed, 422 when the text cannot be kept."""
    conversation = find(request, pk)
    form = UnsentForm(request.POST)
    if not form.is_valid():
        return reswap(HttpResponse(status=422), "none")
    if not unsent_texts.save(conversation, request.user, **form.cleaned_data):
        return HttpResponse(status=204)
    presence.type_in(request.user, conversation, is_typing=bool(form.cleaned_data["text"].strip()))
    conversation, filters = find(request, pk), Filters.from_query(request.user, request.GET)
    search.attach([conversation], filters.search)
    context = {"conversation": conversation, "filters": filters}
    return render(request, "conversations/unsent.oob.html", context)
