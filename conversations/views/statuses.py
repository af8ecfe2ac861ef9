"""Whose a conversation is, and whether it is done: nouns that are made and unmade."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from conversations.views.thread import find
from forstok_chat.http import ChatRequest


@require_http_methods(["POST", "DELETE"])
@login_required
def assignment(request: ChatRequest, pk: UUID) -> HttpResponse:
    """POST: it is mine. DELETE: it is everybody's again."""
    conversation = find(request, pk)
    conversation.serve(request.user) if request.method == "POST" else conversation.release(request.user)
    return status_bar(request, pk)


@require_http_methods(["POST", "DELETE"])
@login_required
def resolution(request: ChatRequest, pk: UUID) -> HttpResponse:
    """POST: done. DELETE: not done after all."""
    conversation = find(request, pk)
    conversation.resolve(request.user) if request.method == "POST" else conversation.reopen(request.user)
    return status_bar(request, pk)


def status_bar(request: ChatRequest, pk: UUID) -> HttpResponse:
    """The rest of the screen hears of it by the live endpoint."""
    if not request.htmx:
        return redirect("conversations:thread", pk)
    return render(request, "conversations/_status_bar.html", {"conversation": find(request, pk)})
