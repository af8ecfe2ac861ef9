"""Answering: a reply is stored and queued, and drawn at once as what it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap

from conversations import outbox, screen, unsent_files
from conversations.canned import sending as canned
from conversations.dispatch import Draft
from conversations.filters import Filters
from conversations.forms import ComposerForm
from conversations.models import Conversation, OutgoingMessage
from conversations.tasks import deliver, nudge
from conversations.views.inbox import inbox_context
from conversations.views.sending import send
from conversations.views.thread import find, page, panel_of
from forstok_chat.http import ChatRequest
from marketplaces.content import Kind


@require_http_methods(["GET", "POST"])
@login_required
def messages(request: ChatRequest, pk: UUID) -> HttpResponse:
    return create(request, pk) if request.method == "POST" else page(request, pk)


def create(request: ChatRequest, pk: UUID) -> HttpResponse:
    """What was chosen and written, as "in queue" for htmx, the thread's page for a browser without scripts."""
    conversation = find(request, pk)
    chosen = unsent_files.of(conversation, request.user)
    form = ComposerForm(conversation, request.POST, chosen=chosen)
    if not conversation.shop.is_active or not form.is_valid():
        return refuse(request, conversation, form)
    drafts = [(unsent_files.draft_of(each), each.client_id) for each in chosen]
    text, key = form.cleaned_data["text"], form.cleaned_data["client_id"]
    if text:
        drafts.append((Draft(Kind.TEXT, text=text), key))
    drafts += canned.drafts(form.canned, conversation, request.POST, key)
    answer = send(request, conversation, drafts, form=form)
    canned.note_use(form.canned, key)
    return answer


def refuse(request: ChatRequest, conversation: Conversation, form: ComposerForm) -> HttpResponse:
    """What is wrong with it, or with the shop: scripts have its text still, the page comes back with it."""
    if request.htmx:
        context = {"conversation": conversation, "form": form}
        return reswap(render(request, "conversations/refused.oob.html", context, status=422), "none")
    context = inbox_context(request) | screen.thread(conversation, panel_of(request), form)
    return render(request, "conversations/inbox.html", context, status=422)


@require_http_methods(["GET", "POST"])
@login_required
def delivery(request: ChatRequest, client_id: UUID) -> HttpResponse:
    """GET: how far it is. POST: try a failed reply again, or one that only a person could judge."""
    outgoing = find_outgoing(request, client_id)
    if request.method == "POST" and outbox.try_again(outgoing):
        transaction.on_commit(lambda: nudge(deliver, str(outgoing.conversation_id)))
    return bubble(request, outgoing)


@require_POST
@login_required
def confirmation(request: ChatRequest, client_id: UUID) -> HttpResponse:
    """A person has seen in the seller centre that an unclear reply arrived."""
    outgoing = find_outgoing(request, client_id)
    if outbox.confirm(outgoing):
        transaction.on_commit(lambda: nudge(deliver, str(outgoing.conversation_id)))
    return bubble(request, outgoing)


@require_POST
@login_required
def link(request: ChatRequest, client_id: UUID) -> HttpResponse:
    """A picture that the marketplace did not take goes out as a text with its address."""
    outgoing = find_outgoing(request, client_id)
    if outbox.send_link(outgoing):
        transaction.on_commit(lambda: nudge(deliver, str(outgoing.conversation_id)))
    return bubble(request, outgoing)


def find_outgoing(request: ChatRequest, client_id: UUID) -> OutgoingMessage:
    visible = Conversation.objects.visible_to(request.user)
    found = OutgoingMessage.objects.filter(conversation__in=visible).select_related("message", "conversation")
    return get_object_or_404(found, message__client_id=client_id)


def bubble(request: ChatRequest, outgoing: OutgoingMessage, **more: Any) -> HttpResponse:
    """The bubble as it is now, or that it is gone. `more`: what else its templates need."""
    if not request.htmx:
        return redirect("conversations:thread", outgoing.conversation_id)
    conversation = find(request, outgoing.conversation_id)
    message = conversation.messages.with_parts().get(pk=outgoing.message_id)
    context = {
        "conversation": conversation,
        "bubbles": [] if message.is_hidden else screen.dressed(conversation, [message]),
        "bubbles_gone": [message] if message.is_hidden else [],
        "filters": Filters.from_query(request.user, request.GET),
    }
    return render(request, "conversations/send.oob.html", context | more)
