"""Putting what an agent sends into the queue, and drawing it at once as what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRefresh

from conversations import guard, outbox, presence, screen, search, unsent, unsent_files
from conversations.dispatch import Draft
from conversations.filters import Filters, uuid_or_none
from conversations.forms import ComposerForm
from conversations.models import Conversation, Message
from conversations.tasks import deliver, nudge
from conversations.views.guarding import hold
from conversations.views.thread import find
from forstok_chat.http import ChatRequest


def send(
    request: ChatRequest,
    conversation: Conversation,
    drafts: Sequence[tuple[Draft, UUID]],
    also: Mapping[str, Any] | None = None,
    form: ComposerForm | None = None,
) -> HttpResponse:
    """All of them or none, each with its client id; none while there is news that this person has not seen. `also`:
    what else the answer draws, as its context. `form`: the composer that they come from."""
    if not conversation.shop.is_active:  # disconnected meanwhile: the page is drawn anew and says so
        return HttpResponseClientRefresh() if request.htmx else thread_of(conversation)
    try:
        bubbles = queue(request, conversation, drafts)
    except guard.Unseen as unseen:
        return hold(request, conversation, unseen.news, form)
    presence.type_in(request.user, conversation, is_typing=False)
    if not request.htmx:
        return thread_of(conversation)
    conversation = find(request, conversation.pk)
    filters = Filters.from_query(request.user, request.GET)
    search.attach([conversation], filters.search)
    return render(
        request,
        "conversations/send.oob.html",
        {
            **(also or {}),
            "conversation": conversation,
            "bubbles": screen.dressed(conversation, [each for each in bubbles if not each.is_hidden]),
            # Cancelled before this was repeated.
            "bubbles_gone": [each for each in bubbles if each.is_hidden],
            "chosen": unsent_files.of(conversation, request.user),
            "filters": filters,
        },
    )


@transaction.atomic
def queue(
    request: ChatRequest, conversation: Conversation, drafts: Sequence[tuple[Draft, UUID]]
) -> list[Message]:
    """Raises guard.Unseen."""
    guard.check(conversation.locked(), request.user, drafts, request.POST.getlist(guard.FIELD))
    bubbles = [outbox.enqueue(conversation, request.user, draft, key) for draft, key in drafts]
    unsent.forget(conversation, request.user, [key for _draft, key in drafts])
    transaction.on_commit(lambda: nudge(deliver, str(conversation.pk)))
    return bubbles


def thread_of(conversation: Conversation) -> HttpResponse:
    return redirect("conversations:thread", conversation.pk)


def client_id(request: ChatRequest, thing: str) -> UUID:
    """The same for the same thing of the same form, so that a double click sends once."""
    form = uuid_or_none(request.POST.get("client_id", "")) or uuid4()
    return uuid5(form, thing)
