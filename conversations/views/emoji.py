"""The emoji to choose from: the same for everybody, fetched when the picker is opened."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from conversations.emoji_choice import GROUPS
from forstok_chat.http import ChatRequest


@require_GET
@login_required
def emoji(request: ChatRequest) -> HttpResponse:
    return render(request, "conversations/_emoji.html", {"groups": GROUPS})
