"""Canned replies beside the composer: the list that "/" opens, and the pictures that belong to them."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_safe

from conversations.canned.offers import offers
from conversations.models import CannedPicture, CannedReply
from conversations.views.media import HARMLESS
from conversations.views.thread import find
from forstok_chat.http import ChatRequest


@require_GET
@login_required
def canned(request: ChatRequest, pk: UUID) -> HttpResponse:
    """The replies that fit what stands in the composer, filled in for this conversation. `text`: what stands there."""
    conversation = find(request, pk)
    written = request.GET.get("text", "")
    context = {
        "conversation": conversation,
        "offers": offers(conversation, written),
        "is_asked": written.startswith("/"),
    }
    return render(request, "conversations/canned/_offers.html", context)


@require_safe
@login_required
@cache_control(private=True, max_age=31_536_000, immutable=True)
def canned_picture(request: ChatRequest, pk: UUID) -> FileResponse:
    """The small copy, to everybody who may use its reply."""
    replies = CannedReply.objects.usable_by(request.user)
    picture = get_object_or_404(CannedPicture, pk=pk, reply__in=replies)
    return FileResponse(picture.small.open("rb"), content_type="image/jpeg", headers=HARMLESS)
