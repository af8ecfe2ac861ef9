"""The tags of a chat: which it has, put on and taken off by everybody who answers it."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from conversations import tagging
from conversations.filters import Filters, uuid_or_none
from conversations.models import Tag
from conversations.views.statuses import part
from conversations.views.thread import find
from forstok_chat.http import ChatRequest


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def tags(request: ChatRequest, pk: UUID) -> HttpResponse:
    """GET: the choice. POST: `tag` is put on, or taken off without `on`."""
    conversation = find(request, pk)
    offered = Tag.objects.filter(seller=conversation.seller_id)
    if request.method == "GET":
        return part(request, "conversations/_tag_choice.html", conversation, {"offered": offered})
    tag = get_object_or_404(offered, pk=uuid_or_none(request.POST.get("tag", "")))
    if request.POST.get("on"):
        tagging.put_on(conversation, tag, request.user)
    else:
        tagging.take_off(conversation, tag)
    if not request.htmx:
        return redirect("conversations:thread", pk)
    filters = Filters.from_query(request.user, request.GET)
    context = {"conversation": find(request, pk), "offered": offered, "filters": filters}
    return render(request, "conversations/tags.oob.html", context)
