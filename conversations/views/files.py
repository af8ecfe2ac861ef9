"""Choosing pictures and videos, and taking one out again. They are sent with the reply (messages.py)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from conversations import unsent_files
from conversations.filters import Filters, uuid_or_none
from conversations.models import UnsentFile
from conversations.views.thread import find
from forstok_chat.http import ChatRequest


@require_POST
@login_required
def files(request: ChatRequest, pk: UUID) -> HttpResponse:
    """Those that came are kept with the others; `take_out`: the one that goes. Each bad one says why."""
    conversation = find(request, pk)
    problems: list[str] = []
    if "take_out" in request.POST:
        mine = UnsentFile.objects.filter(conversation=conversation, user=request.user)
        unsent_files.remove(get_object_or_404(mine, client_id=uuid_or_none(request.POST["take_out"])))
    elif conversation.shop.is_active:
        problems = unsent_files.choose(conversation, request.user, request.FILES.getlist("file"))
    if not request.htmx:
        for problem in problems:
            messages.error(request, problem)
        return redirect("conversations:thread", conversation.pk)
    context = {
        "conversation": conversation,
        "filters": Filters.from_query(request.user, request.GET),
        "chosen": unsent_files.of(conversation, request.user),
        "problems": problems,
    }
    return render(request, "conversations/_files.html", context)
