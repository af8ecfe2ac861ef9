"""Private notes of a chat: written, changed, deleted. Each form works without scripts too."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from conversations import agents
from conversations import notes as team_notes
from conversations.models import Conversation, ConversationNote
from conversations.note_forms import NoteForm
from conversations.views.statuses import part
from conversations.views.thread import find
from forstok_chat.http import ChatRequest, posted


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def notes(request: ChatRequest, pk: UUID) -> HttpResponse:
    """GET: the form. POST: a note of it."""
    conversation = find(request, pk)
    form = NoteForm(conversation, request.user, posted(request), initial={"key": uuid.uuid4()})
    if not form.is_valid():
        return part(request, "conversations/_note_form.html", conversation, {"form": form})
    key, text = form.cleaned_data["key"], form.cleaned_data["text"]
    team_notes.write(conversation, request.user, key, text, form.named)
    return drawn(request, conversation, key, is_new=True)


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def note(request: ChatRequest, pk: UUID, note: UUID) -> HttpResponse:
    """GET: one's own, to be changed, or with `as_it_is` as it is. POST: changed."""
    conversation = find(request, pk)
    if "as_it_is" in request.GET:
        return drawn(request, conversation, note)
    own = find_own(request, conversation, note)
    form = NoteForm(conversation, request.user, posted(request), initial=told_by(own))
    if not form.is_valid():
        return part(request, "conversations/_note_edit.html", conversation, {"form": form, "note": own})
    own.edit(form.cleaned_data["text"], form.named)
    return drawn(request, conversation, note)


@require_POST
@login_required
def note_deletion(request: ChatRequest, pk: UUID, note: UUID) -> HttpResponse:
    conversation = find(request, pk)
    find_own(request, conversation, note).remove()
    return drawn(request, conversation, note)


def find_own(request: ChatRequest, conversation: Conversation, pk: UUID) -> ConversationNote:
    own = conversation.notes.shown().filter(author=request.user)
    return get_object_or_404(own.with_parts(), pk=pk)


def told_by(note: ConversationNote) -> dict[str, Any]:
    named = agents.of_shop(note.conversation.shop).filter(user__in=note.mentions.values("user"))
    return {"key": note.pk, "text": note.text, "person": [each.uuid for each in named]}


def drawn(
    request: ChatRequest, conversation: Conversation, pk: UUID, *, is_new: bool = False
) -> HttpResponse:
    """The note as it is now, or that it is gone."""
    if not request.htmx:
        return redirect("conversations:thread", conversation.pk)
    found = list(conversation.notes.with_parts().filter(pk=pk))
    context = {
        "conversation": conversation,
        "is_new": is_new,
        "bubbles": [],
        "notes": [note for note in found if note.deleted_at is None],
        "notes_gone": [note for note in found if note.deleted_at is not None],
    }
    return render(request, "conversations/notes.oob.html", context)
