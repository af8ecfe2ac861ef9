"""The team: who is on it, what each may see, who is invited. For owners, and for supervisors as far as agents go."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from forstok_chat.accounts import mail
from forstok_chat.accounts.models import Invitation, LastOwner, Membership
from forstok_chat.http import ChatRequest, posted
from forstok_chat.team import changes
from forstok_chat.team import invitations as inviting
from forstok_chat.team.forms import AccessForm, InvitationForm, access_of
from forstok_chat.team.standings import leaderships, standing


@require_GET
@login_required
def team(request: ChatRequest) -> HttpResponse:
    standings = [standing(leader) for leader in leaderships(request.user)]
    if not standings:
        raise Http404
    return render(request, "team/team.html", {"standings": standings})


@require_http_methods(["GET", "POST"])
@login_required
def invitations(request: ChatRequest, seller: UUID) -> HttpResponse:
    leader = get_object_or_404(leaderships(request.user), seller=seller)
    form = InvitationForm(leader, posted(request), initial={"role": "agent", "scope": "all"})
    if form.is_valid():
        email = form.cleaned_data["email"]
        try:
            inviting.invite(leader, email, **form.access)
            messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": email})
        except mail.NotSent as problem:
            messages.error(request, not_sent(problem, email))
        except IntegrityError:  # a double click: the first one has done it
            pass
        return redirect("team:team")
    context = {"form": form, "seller": leader.seller}
    return render(request, "team/invitation.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def invitation_mail(request: ChatRequest, pk: UUID) -> HttpResponse:
    """Once more, with a new link."""
    invitation, leader = own_invitation(request, pk)
    try:
        inviting.invite_again(invitation, leader)
        messages.success(
            request, _("The invitation to %(email)s is on its way.") % {"email": invitation.email}
        )
    except mail.NotSent as problem:
        messages.error(request, not_sent(problem, invitation.email))
    return redirect("team:team")


@require_POST
@login_required
def withdrawal(request: ChatRequest, pk: UUID) -> HttpResponse:
    invitation, _leader = own_invitation(request, pk)
    invitation.delete()
    messages.success(request, _("The invitation to %(email)s is withdrawn.") % {"email": invitation.email})
    return redirect("team:team")


@require_http_methods(["GET", "POST"])
@login_required
def member(request: ChatRequest, uuid: UUID) -> HttpResponse:
    found, leader = led_member(request, uuid)
    form = AccessForm(leader, posted(request), initial=access_of(found))
    if form.is_valid():
        try:
            handed_back = changes.change(found, by=request.user, **form.access)
        except LastOwner:
            form.add_error(None, last_owner())
        else:
            messages.success(request, _("%(name)s: saved.") % {"name": found.user} + told(handed_back))
            return redirect("team:team")
    context = {"member": found, "form": form, "is_self": found.user == request.user}
    return render(request, "team/member.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def deactivation(request: ChatRequest, uuid: UUID) -> HttpResponse:
    found, _leader = led_member(request, uuid)
    try:
        handed_back = changes.end(found, by=request.user)
    except LastOwner:
        messages.error(request, last_owner())
        return redirect("team:member", uuid)
    messages.success(
        request, _("%(name)s has no access any more.") % {"name": found.user} + told(handed_back)
    )
    return redirect("team:team")


@require_POST
@login_required
def reactivation(request: ChatRequest, uuid: UUID) -> HttpResponse:
    found, _leader = led_member(request, uuid)
    found.resume()
    messages.success(request, _("%(name)s has access again.") % {"name": found.user})
    return redirect("team:team")


def led_member(request: ChatRequest, uuid: UUID) -> tuple[Membership, Membership]:
    """Somebody whom this user looks after, and as what. All others are not there."""
    found = get_object_or_404(Membership.objects.select_related("user", "seller"), uuid=uuid)
    leader = get_object_or_404(leaderships(request.user), seller=found.seller_id)
    if not leader.leads(found):
        raise Http404
    return found, leader


def own_invitation(request: ChatRequest, pk: UUID) -> tuple[Invitation, Membership]:
    found = get_object_or_404(Invitation.objects.open().select_related("seller"), pk=pk)
    leader = get_object_or_404(leaderships(request.user), seller=found.seller_id)
    if not leader.leads(found):
        raise Http404
    return found, leader


def last_owner() -> str:
    return _("There must stay an owner who sees all shops. Make somebody else an owner first.")


def not_sent(problem: mail.NotSent, email: str) -> str:
    if isinstance(problem, mail.TooManyMails):
        return _("No mail was sent to %(email)s: too many have left already. Try again later.") % {
            "email": email
        }
    return _("The mail to %(email)s could not be sent. Try again later.") % {"email": email}


def told(handed_back: int) -> str:
    if not handed_back:
        return ""
    text = ngettext(
        "%(count)d conversation is unserved again.",
        "%(count)d conversations are unserved again.",
        handed_back,
    )
    return " " + text % {"count": handed_back}
