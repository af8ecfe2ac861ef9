"""The queue as an agent sees it: where replies stand, and taking one back before it leaves."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from conversations import places, withdrawals
from conversations.forms import RevisionForm
from conversations.models import OutgoingMessage
from conversations.tasks import deliver, nudge
from conversations.views.messages import bubble, find_outgoing
from conversations.views.thread import find
from forstok_chat.http import ChatRequest


@require_GET
@never_cache
@login_required
def waiting(request: ChatRequest, pk: UUID) -> HttpResponse:
    """What changes in a room by waiting alone: the places in its queue."""
    conversation = find(request, pk)
    found = conversation.messages.shown().filter(outgoing__state=OutgoingMessage.State.QUEUED)
    bubbles = list(found.select_related("outgoing").oldest_first())
    places.attach(conversation, bubbles)
    return render(request, "conversations/waiting.oob.html", {"bubbles": bubbles})


@require_POST
@login_required
def cancellation(request: ChatRequest, client_id: UUID) -> HttpResponse:
    """A reply is taken back for good, unless it has left meanwhile."""
    outgoing = find_outgoing(request, client_id)
    if withdrawals.cancel(outgoing, request.user):
        go_on(outgoing)
    else:
        too_late(request)
    return bubble(request, outgoing)


@require_POST
@login_required
def revision(request: ChatRequest, client_id: UUID) -> HttpResponse:
    """Without a text: the reply leaves the queue to be edited. With one: it goes back as that."""
    outgoing = find_outgoing(request, client_id)
    if "text" not in request.POST:
        is_mine = withdrawals.take_out(outgoing, request.user)
        if is_mine:
            go_on(outgoing)
        else:
            too_late(request)
        return bubble(request, outgoing, is_focused=is_mine)
    form = RevisionForm(outgoing.conversation, request.POST)
    if not form.is_valid():
        for error in form.errors.get("text", []):
            notices.error(request, str(error))
    elif withdrawals.put_back(outgoing, form.cleaned_data["text"]):
        go_on(outgoing)
    else:
        too_late(request)
    return bubble(request, outgoing, revised_text=request.POST["text"])


def go_on(outgoing: OutgoingMessage) -> None:
    """It, or the next one, may go."""
    transaction.on_commit(lambda: nudge(deliver, str(outgoing.conversation_id)))


def too_late(request: ChatRequest) -> None:
    notices.warning(request, _("Too late: this reply is already on its way."))
