"""One conversation: its bubbles and what stands around them."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from conversations import lookups, screen
from conversations.filters import Filters, uuid_or_none
from conversations.models import Conversation
from conversations.tasks import look_up_room, nudge, tell_read
from conversations.views.inbox import inbox_context
from forstok_chat.accounts.models import User
from forstok_chat.http import ChatRequest


@require_GET
@login_required
@vary_on_headers("HX-Request")
def thread(request: ChatRequest, pk: UUID) -> HttpResponse:
    """The whole page, or for htmx the thread alone. Looking at it marks it read."""
    conversation = find(request, pk)
    if conversation.unread_count:
        seen(conversation, request.user)
        conversation = find(request, pk)
    if lookups.is_worth_asking(conversation):
        nudge(look_up_room, str(conversation.pk))
    context = screen.thread(conversation, panel_of(request))
    if request.htmx and not request.htmx.history_restore_request:
        filters = Filters.from_query(request.user, request.GET)
        return render(request, "conversations/thread.oob.html", context | {"filters": filters})
    return render(request, "conversations/inbox.html", inbox_context(request) | context)


@require_GET
@login_required
def older(request: ChatRequest, pk: UUID) -> HttpResponse:
    """The bubbles above `before` (a client id)."""
    conversation = find(request, pk)
    before = get_object_or_404(conversation.messages, client_id=uuid_or_none(request.GET.get("before", "")))
    bubbles, has_older = screen.bubbles(conversation, before)
    filters = Filters.from_query(request.user, request.GET)
    context = {"conversation": conversation, "bubbles": bubbles, "has_older": has_older, "filters": filters}
    return render(request, "conversations/_bubbles.html", context)


def seen(conversation: Conversation, by: User) -> None:
    """Read here, and soon at the marketplace."""
    conversation.mark_read(by)
    transaction.on_commit(lambda: nudge(tell_read, str(conversation.pk)))


def panel_of(request: ChatRequest) -> str:
    """The panel beside the thread that this person chose last."""
    return str(request.session.get("panel", ""))


def find(request: ChatRequest, pk: UUID) -> Conversation:
    """Through the user: foreign and missing are one 404."""
    return get_object_or_404(Conversation.objects.visible_to(request.user).with_parts(), pk=pk)
