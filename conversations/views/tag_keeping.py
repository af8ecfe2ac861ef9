"""Keeping tags: the list, one of them, its removal. For owners and supervisors."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from conversations import tagging
from conversations.models import Tag
from conversations.tag_forms import TagForm
from forstok_chat.accounts.models import Seller
from forstok_chat.accounts.permissions import Permission
from forstok_chat.http import ChatRequest, posted


@require_GET
@login_required
def tag_list(request: ChatRequest) -> HttpResponse:
    counted = Prefetch("tags", Tag.objects.counted())
    sellers = list(kept_sellers(request).prefetch_related(counted))
    if not sellers:
        raise Http404
    return render(request, "conversations/tags/tags.html", {"sellers": sellers})


@require_http_methods(["GET", "POST"])
@login_required
def new_tag(request: ChatRequest, seller: UUID) -> HttpResponse:
    found = get_object_or_404(kept_sellers(request), pk=seller)
    return edit(request, TagForm(found, posted(request)))


@require_http_methods(["GET", "POST"])
@login_required
def tag(request: ChatRequest, pk: UUID) -> HttpResponse:
    found = kept(request, pk)
    return edit(request, TagForm(found.seller, posted(request), instance=found))


@require_http_methods(["GET", "POST"])
@login_required
def tag_deletion(request: ChatRequest, pk: UUID) -> HttpResponse:
    """GET: asks, and says how many chats have it. POST: it is gone, and off all of them."""
    found = kept(request, pk)
    if request.method == "GET":
        return render(request, "conversations/tags/deletion.html", {"tag": found})
    tagging.remove(found)
    messages.success(request, _("The tag “%(tag)s” is deleted.") % {"tag": found})
    return redirect("conversations:tag-list")


def edit(request: ChatRequest, form: TagForm) -> HttpResponse:
    if form.is_valid():
        try:
            with transaction.atomic():
                form.save()
                tagging.redraw(form.instance)
        except IntegrityError:  # a double click, or a colleague with the same name: the first one has done it
            return redirect("conversations:tag-list")
        messages.success(request, _("The tag “%(tag)s” is saved.") % {"tag": form.instance})
        return redirect("conversations:tag-list")
    context = {"form": form, "tag": None if form.instance._state.adding else form.instance}
    return render(request, "conversations/tags/tag.html", context, status=422 if form.errors else 200)


def kept(request: ChatRequest, pk: UUID) -> Tag:
    return get_object_or_404(Tag.objects.kept_by(request.user).select_related("seller").counted(), pk=pk)


def kept_sellers(request: ChatRequest) -> QuerySet[Seller]:
    """Whose tags this user keeps."""
    jobs = request.user.jobs.allowing(Permission.KEEP_TAGS)
    return Seller.objects.filter(pk__in=jobs.values("seller")).order_by("name")
