"""One conversation: its bubbles and what stands around them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from conversations import company, history, lookups, notes, pages, screen, search
from conversations.filters import Filters, uuid_or_none
from conversations.models import Conversation, Message
from conversations.pages import Above
from conversations.tasks import look_up_room, nudge, read_older, tell_read
from conversations.views.inbox import inbox_context
from forstok_chat.accounts.models import User
from forstok_chat.http import ChatRequest


@require_GET
@login_required
@vary_on_headers("HX-Request")
def thread(request: ChatRequest, pk: UUID) -> HttpResponse:
    """The whole page, or for htmx the thread alone. Looking at it marks it read. `at`: the bubble to be shown, by its
    client id; without one, or with one of elsewhere, it is the end."""
    conversation = find(request, pk)
    first_unread = conversation.first_unread()
    if is_news(conversation):
        seen(conversation, request.user)
        conversation = find(request, pk)
    if lookups.is_worth_asking(conversation):
        nudge(look_up_room, str(conversation.pk))
    at = bubble_named(conversation, request.GET.get("at", ""))
    form = screen.composer(conversation, request.user)
    context = screen.thread(conversation, panel_of(request), form, found=at, first_unread=first_unread)
    if request.htmx and not request.htmx.history_restore_request:
        filters = Filters.from_query(request.user, request.GET)
        search.attach([conversation], filters.search)
        return render(request, "conversations/thread.oob.html", context | {"filters": filters})
    return render(request, "conversations/inbox.html", inbox_context(request) | context)


@require_GET
@login_required
def page(request: ChatRequest, pk: UUID) -> HttpResponse:
    """The bubbles above `before`, or below `after` (client ids). 204 for who `waits` and still has to."""
    conversation = find(request, pk)
    if after := bubble_named(conversation, request.GET.get("after", "")):
        context = screen.page(conversation, pages.below(conversation, after), since=after.sent_at)
        return bubbles(request, context | {"is_below": True})
    if before := bubble_named(conversation, request.GET.get("before", "")):
        context = screen.page_above(conversation, before)
        is_waiting = "waits" in request.GET and context["above"] == Above.WAITING
        return HttpResponse(status=204) if is_waiting else bubbles(request, context)
    raise Http404


@require_POST
@login_required
def older(request: ChatRequest, pk: UUID) -> HttpResponse:
    """Somebody is at the top of what is here: have the marketplace asked for what was said before."""
    conversation = find(request, pk)
    if history.want(conversation):
        transaction.on_commit(lambda: nudge(read_older, str(pk)))
    before = bubble_named(conversation, request.GET.get("before", ""))
    if before is None:
        raise Http404
    if not request.htmx:
        return redirect(f"{reverse('conversations:thread', args=[pk])}?at={before.client_id}")
    return bubbles(request, screen.page_above(find(request, pk), before))


def bubbles(request: ChatRequest, context: dict[str, Any]) -> HttpResponse:
    context |= {"filters": Filters.from_query(request.user, request.GET)}
    return render(request, "conversations/_bubbles.html", context)


def bubble_named(conversation: Conversation, client_id: str) -> Message | None:
    """A bubble of this conversation; None for nonsense and for those of others."""
    key = uuid_or_none(client_id)
    shown = conversation.messages.shown().with_parts()
    return shown.filter(client_id=key).first() if key is not None else None


def is_news(conversation: Conversation) -> bool:
    """Something here has not been seen, by the team or by the one who looks."""
    return bool(conversation.unread_count or conversation.is_mentioned)


def seen(conversation: Conversation, by: User) -> None:
    """Read here, and soon at the marketplace."""
    notes.mark_seen(conversation, by)
    conversation.mark_read(by)
    transaction.on_commit(lambda: nudge(tell_read, str(conversation.pk)))


def panel_of(request: ChatRequest) -> str:
    """The panel beside the thread that this person chose last."""
    return str(request.session.get("panel", ""))


def find(request: ChatRequest, pk: UUID) -> Conversation:
    """Through the user: foreign and missing are one 404. With all that its row and its head show."""
    visible = Conversation.objects.visible_to(request.user).as_seen_by(request.user)
    return company.attach_lazily(get_object_or_404(visible, pk=pk), request.user)
