"""Saying which shop goes on for one whose marketplace was shut."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from conversations import moves
from conversations.filters import uuid_or_none
from forstok_chat.http import ChatRequest
from marketplaces.models import Shop


@require_http_methods(["GET", "POST"])
@login_required
def successor(request: ChatRequest, pk: UUID) -> HttpResponse:
    """GET: the choice. POST: the chosen one (`to`), or none: it has not moved after all."""
    shop = get_object_or_404(Shop.objects.manageable_by(request.user).select_related("moved_to"), pk=pk)
    if not shop.connector.succeeded_by:
        raise Http404
    choices = moves.successors(shop, request.user)
    if request.method == "GET":
        return render(request, "conversations/successor.html", {"shop": shop, "choices": choices})
    if not request.POST.get("to") and shop.moved_to_id is not None:
        moves.take_back(shop)
        return to_inbox(shop)
    to = uuid_or_none(request.POST.get("to", ""))
    chosen = choices.filter(pk=to).first() if to is not None else None
    if chosen is None or shop.moved_to_id is not None:
        messages.error(request, _("Choose the shop that goes on for this one."))
        return redirect("conversations:successor", pk=shop.pk)
    moves.move(shop, chosen, request.user)
    told = {"old": shop.name, "new": chosen.name}
    messages.success(
        request, _("“%(old)s” goes on as “%(new)s”. Its old chats are there, to be read.") % told
    )
    return to_inbox(chosen)


def to_inbox(shop: Shop) -> HttpResponse:
    return redirect(reverse("conversations:inbox") + f"?shop={shop.pk}")
