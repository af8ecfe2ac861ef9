"""A reply that was held: what its agent did not know is drawn in place, and they choose."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import reswap

from conversations import screen
from conversations.filters import Filters
from conversations.forms import ComposerForm
from conversations.guard import FIELD, News
from conversations.models import Conversation
from conversations.views.inbox import inbox_context
from conversations.views.thread import find, panel_of
from forstok_chat.http import ChatRequest


def hold(
    request: ChatRequest, conversation: Conversation, news: News, form: ComposerForm | None
) -> HttpResponse:
    """`form`: what was typed, which is in its box again; what was chosen elsewhere is repeated by the notice."""
    conversation = find(request, conversation.pk)
    told: dict[str, Any] = {
        "conversation": conversation,
        "news": news,
        "seen": news.seen,
        "repeated": None if form is not None else choice(request),
        "repeated_at": request.get_full_path(),
    }
    if request.htmx:
        told["filters"] = Filters.from_query(request.user, request.GET)
        told["bubbles"] = screen.dressed(conversation, news.bubbles)
        return reswap(render(request, "conversations/guard.oob.html", told, status=422), "none")
    form = form or screen.composer(conversation, request.user)
    thread = screen.thread(conversation, panel_of(request), form, first_unread=news.bubbles[0])
    return render(request, "conversations/inbox.html", inbox_context(request) | thread | told, status=422)


def choice(request: ChatRequest) -> list[tuple[str, str]]:
    """The fields of the form that was sent, to be sent once more."""
    ours = {FIELD, "csrfmiddlewaretoken"}
    return [
        (name, str(value)) for name, values in request.POST.lists() if name not in ours for value in values
    ]
