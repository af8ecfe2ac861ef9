"""The board of reply deadlines over all shops."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from conversations.deadlines import board as standings
from forstok_chat.http import ChatRequest


@require_GET
@never_cache
@login_required
def board(request: ChatRequest) -> HttpResponse:
    now = timezone.now()
    found = standings.board(request.user, now)
    context = {"now": now, "standings": found, "totals": standings.totals(found)}
    return render(request, "conversations/board.html", context)
