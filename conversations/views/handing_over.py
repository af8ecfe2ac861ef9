"""The end of a shift: all my chats to a colleague or back to everybody, and back again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from conversations import handing_over
from conversations.models import HandOver, NotMoved
from conversations.models.status_change import UNDONE_WITHIN
from conversations.status_forms import HandOverForm
from forstok_chat.accounts.models import Seller
from forstok_chat.accounts.permissions import Permission
from forstok_chat.http import ChatRequest


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def hand_over(request: ChatRequest) -> HttpResponse:
    """A form for each seller that this person works for; `seller` says which one was sent."""
    forms = [form_of(request, seller) for seller in sellers_of(request)]
    sent = next((form for form in forms if form.is_bound), None)
    if sent is not None and sent.is_valid():
        to = sent.cleaned_data["to"]
        done = handing_over.hand_over(
            sent.seller, by=request.user, to=to and to.user, note=sent.cleaned_data["note"]
        )
        messages.success(request, told(done))
        return redirect("conversations:hand-over")
    recent = request.user.hand_overs.filter(created_at__gt=timezone.now() - UNDONE_WITHIN)
    context = {"forms": forms, "recent": recent.select_related("to").order_by("-created_at")}
    status = 422 if request.method == "POST" else 200
    return render(request, "conversations/hand_over.html", context, status=status)


@require_POST
@login_required
def undoing(request: ChatRequest, pk: UUID) -> HttpResponse:
    found = get_object_or_404(request.user.hand_overs.filter(seller__in=sellers_of(request)), pk=pk)
    try:
        back, others = handing_over.undo(found, request.user)
    except NotMoved as why:
        messages.error(request, str(why))
    else:
        messages.success(request, told_undone(back, others))
    return redirect("conversations:hand-over")


def sellers_of(request: ChatRequest) -> QuerySet[Seller]:
    jobs = request.user.jobs.allowing(Permission.CHAT)
    return Seller.objects.filter(pk__in=jobs.values("seller")).order_by("name")


def form_of(request: ChatRequest, seller: Seller) -> HandOverForm:
    is_sent = request.method == "POST" and request.POST.get("seller") == str(seller.pk)
    return HandOverForm(seller, request.user, request.POST if is_sent else None)


def told(done: HandOver) -> str:
    number = done.changes.count()
    if done.to is None:
        text = ngettext("%(count)d chat is unserved again.", "%(count)d chats are unserved again.", number)
        return text % {"count": number}
    theirs = done.changes.filter(assignee=done.to).count()
    text = ngettext(
        "%(name)s now serves %(count)d of your chats.", "%(name)s now serves %(count)d of your chats.", theirs
    )
    sentence = text % {"name": done.to, "count": theirs}
    if number == theirs:
        return sentence
    rest = ngettext(
        "%(count)d chat of a shop that they do not see is unserved again.",
        "%(count)d chats of shops that they do not see are unserved again.",
        number - theirs,
    )
    return f"{sentence} {rest % {'count': number - theirs}}"


def told_undone(back: int, others: int) -> str:
    text = ngettext("%(count)d chat is yours again.", "%(count)d chats are yours again.", back) % {
        "count": back
    }
    if not others:
        return text
    rest = ngettext(
        "%(count)d stays where it is, as something else has happened since.",
        "%(count)d stay where they are, as something else has happened since.",
        others,
    )
    return f"{text} {rest % {'count': others}}"
