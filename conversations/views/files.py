"""Sending pictures and videos."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from conversations.dispatch import Draft
from conversations.forms import FilesForm
from conversations.models import Conversation
from conversations.views.sending import client_id, send
from conversations.views.thread import find
from forstok_chat.http import ChatRequest
from marketplaces.content import Kind
from marketplaces.models import MediaFile


@require_POST
@login_required
def files(request: ChatRequest, pk: UUID) -> HttpResponse:
    """Several at once, each a bubble of its own."""
    conversation = find(request, pk)
    form = FilesForm(conversation.shop, request.POST, request.FILES)
    if not form.is_valid():
        return refuse(request, conversation, form)
    chosen = form.cleaned_data["file"]
    drafts = [(draft_of(file), client_id(request, str(place))) for place, file in enumerate(chosen)]
    return send(request, conversation, drafts, {"files_sent": True})


def draft_of(file: MediaFile) -> Draft:
    return Draft(Kind.VIDEO if file.is_video else Kind.IMAGE, attachment=file)


def refuse(request: ChatRequest, conversation: Conversation, form: FilesForm) -> HttpResponse:
    """The choice stays in the browser; only what is wrong with it comes back."""
    problem = " ".join(str(error) for errors in form.errors.values() for error in errors)
    if request.htmx:
        return render(request, "conversations/_files_problem.html", {"problem": problem}, status=422)
    messages.error(request, problem)
    return redirect("conversations:thread", conversation.pk)
