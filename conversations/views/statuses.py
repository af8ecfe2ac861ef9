"""Whose a conversation is, whether it is done, whether it is out of sight. Each form works without scripts too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations import screen
from conversations.filters import Filters
from conversations.models import BuyerWaits, Conversation, NotMoved
from conversations.status_forms import AssignForm, SnoozeForm
from conversations.views.inbox import inbox_context
from conversations.views.thread import find, panel_of
from forstok_chat.accounts.models import User
from forstok_chat.http import ChatRequest, posted


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def assignment(request: ChatRequest, pk: UUID) -> HttpResponse:
    """GET: to whom it may be given. POST: it is mine, or with `to` a colleague's."""
    conversation = find(request, pk)
    if request.method == "GET" or "to" in request.POST:
        return give(request, conversation)
    return moved(
        request, conversation, lambda: conversation.serve(request.user, instead_of=shown_holder(request))
    )


def give(request: ChatRequest, conversation: Conversation) -> HttpResponse:
    form = AssignForm(conversation, request.user, posted(request))
    if not form.is_valid():
        return part(request, "conversations/_assign.html", conversation, {"form": form})
    to, note = form.cleaned_data["to"].user, form.cleaned_data["note"]
    holder = shown_holder(request)
    return moved(
        request, conversation, lambda: conversation.assign(to, by=request.user, note=note, instead_of=holder)
    )


@require_POST
@login_required
def release(request: ChatRequest, pk: UUID) -> HttpResponse:
    """It is everybody's again."""
    conversation = find(request, pk)
    return moved(
        request, conversation, lambda: conversation.release(request.user, instead_of=shown_holder(request))
    )


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def resolution(request: ChatRequest, pk: UUID) -> HttpResponse:
    """POST: done; while the buyer waits only with `sure`, else it is asked. GET: not asked any more."""
    conversation = find(request, pk)
    if request.method == "GET":
        return told(request, conversation)
    try:
        conversation.resolve(request.user, unless_waiting="sure" not in request.POST)
    except BuyerWaits:
        return ask_whether_resolved(request, conversation)
    return told(request, conversation)


@require_POST
@login_required
def reopening(request: ChatRequest, pk: UUID) -> HttpResponse:
    """Not done after all."""
    conversation = find(request, pk)
    return moved(request, conversation, lambda: conversation.reopen(request.user))


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def snooze(request: ChatRequest, pk: UUID) -> HttpResponse:
    """GET: until when it may be out of sight. POST: it is."""
    conversation = find(request, pk)
    form = SnoozeForm(conversation, posted(request))
    if form.is_valid():
        until, note = form.chosen, form.cleaned_data["note"]
        return moved(request, conversation, lambda: conversation.snooze(until, by=request.user, note=note))
    return part(request, "conversations/_snooze.html", conversation, {"form": form})


@require_POST
@login_required
def waking(request: ChatRequest, pk: UUID) -> HttpResponse:
    """In sight again."""
    conversation = find(request, pk)
    return moved(request, conversation, lambda: conversation.wake(request.user))


@require_GET
@never_cache
@login_required
def changes(request: ChatRequest, pk: UUID) -> HttpResponse:
    """What was done to its status, newest first."""
    conversation = find(request, pk)
    return part(request, "conversations/_changes.html", conversation, history(conversation))


@require_POST
@login_required
def undoing(request: ChatRequest, pk: UUID, change: int) -> HttpResponse:
    """As it was before this change."""
    conversation = find(request, pk)
    found = get_object_or_404(conversation.status_changes, pk=change)
    return moved(request, conversation, lambda: conversation.undo(found, by=request.user))


def history(conversation: Conversation) -> dict[str, Any]:
    """The newest changes, and which of them can be undone."""
    return {
        "changes": conversation.status_changes.with_people().newest_first()[:50],
        "undoable": conversation.undoable_change(),
    }


def shown_holder(request: ChatRequest) -> User | None:
    """Who served it when this person's screen was drawn."""
    pk = request.POST.get("instead_of", "")
    return User.objects.filter(pk=pk).first() if pk.isascii() and pk.isdigit() and len(pk) < 19 else None


def moved(request: ChatRequest, conversation: Conversation, move: Callable[[], object]) -> HttpResponse:
    """Do it; or say why not."""
    try:
        move()
    except NotMoved as why:
        return told(request, conversation, str(why))
    return told(request, conversation)


def told(request: ChatRequest, conversation: Conversation, problem: str = "") -> HttpResponse:
    """The status bar as it is now, its popups closed. The rest of the screen hears of it by the live endpoint."""
    if request.htmx:
        context = {"conversation": find(request, conversation.pk), "problem": problem}
        return render(request, "conversations/status.oob.html", context)
    if problem:
        messages.error(request, problem)
    return redirect("conversations:thread", conversation.pk)


def ask_whether_resolved(request: ChatRequest, conversation: Conversation) -> HttpResponse:
    """In its place on the screen, or for a browser without scripts on the page of the thread."""
    asked = {"conversation": conversation, "asks_whether_resolved": True}
    if request.htmx:
        return render(request, "conversations/status.oob.html", asked)
    form = screen.composer(conversation, request.user)
    thread = screen.thread(conversation, panel_of(request), form)
    return render(request, "conversations/inbox.html", inbox_context(request) | thread | asked)


def part(
    request: ChatRequest, template: str, conversation: Conversation, more: dict[str, Any]
) -> HttpResponse:
    """What stands in a popup of the status bar, or alone on a page. A form that was sent is not right yet."""
    status = 422 if request.method == "POST" else 200
    context = {"conversation": conversation, "filters": Filters.from_query(request.user, request.GET), **more}
    if request.htmx:
        return render(request, template, context, status=status)
    return render(request, "conversations/status_page.html", context | {"part": template}, status=status)
