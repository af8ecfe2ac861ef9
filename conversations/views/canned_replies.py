"""Keeping canned replies: the list, one of them, what it becomes in a real conversation. For owners and supervisors."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations.canned import pictures
from conversations.canned.forms import CannedReplyForm, field_of
from conversations.canned.lengths import too_long
from conversations.canned.placeholders import EXPLAINED, fill, unfilled
from conversations.canned.values import values_of
from conversations.filters import uuid_or_none
from conversations.models import CannedReply, Conversation
from forstok_chat.accounts.models import Membership, Seller
from forstok_chat.accounts.permissions import Permission
from forstok_chat.http import ChatRequest, posted
from marketplaces.models import Shop

# Conversations to choose among for a preview, the newest.
EXAMPLES = 10


@require_GET
@login_required
def canned_replies(request: ChatRequest) -> HttpResponse:
    sellers = kept_sellers(request)
    if not sellers:
        raise Http404
    found = CannedReply.objects.kept_by(request.user).prefetch_related("wordings__shop", "pictures")
    replies: dict[UUID, list[CannedReply]] = {}
    for reply in found:
        replies.setdefault(reply.seller_id, []).append(reply)
    standings = [(seller, replies.get(seller.pk, [])) for seller in sellers]
    return render(request, "conversations/canned/replies.html", {"standings": standings})


@require_http_methods(["GET", "POST"])
@login_required
def new_canned_reply(request: ChatRequest, seller: UUID) -> HttpResponse:
    found = next((each for each in kept_sellers(request) if each.pk == seller), None)
    if found is None:
        raise Http404
    return edit(request, found, None)


@require_http_methods(["GET", "POST"])
@login_required
def canned_reply(request: ChatRequest, pk: UUID) -> HttpResponse:
    reply = kept(request, pk)
    return edit(request, reply.seller, reply)


@require_POST
@login_required
def canned_reply_deletion(request: ChatRequest, pk: UUID) -> HttpResponse:
    """What was sent with it stays in the chats."""
    reply = kept(request, pk)
    for picture in reply.pictures.all():
        pictures.discard(picture)
    reply.delete()
    messages.success(request, _("%(reply)s is deleted.") % {"reply": reply})
    return redirect("conversations:canned-replies")


@require_POST
@login_required
def canned_preview(request: ChatRequest) -> HttpResponse:
    """What is written in the form, with the values of the chosen conversation; in its shop's own words."""
    sellers = kept_sellers(request)
    visible = Conversation.objects.visible_to(request.user).filter(seller__in=sellers).with_parts()
    conversation = get_object_or_404(visible, pk=uuid_or_none(request.POST.get("conversation", "")))
    text = request.POST.get(field_of(conversation.shop)) or request.POST.get("text", "")
    filled = fill(text, values_of(conversation))
    context = {"conversation": conversation, "filled": filled, "unfilled": unfilled(filled)}
    return render(request, "conversations/canned/_preview.html", context)


def edit(request: ChatRequest, seller: Seller, reply: CannedReply | None) -> HttpResponse:
    shops = list(Shop.objects.visible_to(request.user).filter(seller=seller, moved_to=None))
    form = CannedReplyForm(seller, shops, reply, posted(request), request.FILES or None)
    if form.is_valid():
        try:
            saved = form.save(request.user)
        except (
            IntegrityError
        ):  # a double click, or a colleague with the same shortcut: the first one has done it
            return redirect("conversations:canned-replies")
        messages.success(request, _("%(reply)s: saved.") % {"reply": saved})
        for warning in too_long(saved, shops):
            messages.warning(request, str(warning))
        return redirect("conversations:canned-replies")
    examples = Conversation.objects.visible_to(request.user).filter(seller=seller)
    context = {
        "form": form,
        "reply": reply,
        "seller": seller,
        "too_long": too_long(reply, shops) if reply else [],
        "examples": examples.select_related("shop").newest_first()[:EXAMPLES],
        "placeholders": EXPLAINED,
    }
    return render(request, "conversations/canned/reply.html", context, status=422 if form.errors else 200)


def kept(request: ChatRequest, pk: UUID) -> CannedReply:
    replies = CannedReply.objects.kept_by(request.user).select_related("seller")
    return get_object_or_404(replies.prefetch_related("wordings", "pictures"), pk=pk)


def kept_sellers(request: ChatRequest) -> list[Seller]:
    """Whose canned replies this user keeps."""
    jobs = Membership.objects.filter(user=request.user).allowing(Permission.KEEP_CANNED_REPLIES)
    return list(Seller.objects.filter(pk__in=jobs.values("seller")).order_by("name"))
