"""Behind the link of an invitation: a new person sets name and password, one whom we know signs in and joins."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from forstok_chat.accounts import sessions
from forstok_chat.accounts.forms import WelcomeForm
from forstok_chat.accounts.models import Invitation, User
from forstok_chat.accounts.models.invitation import InvitationUsed
from forstok_chat.http import posted


@require_http_methods(["GET", "POST"])
@never_cache
@sensitive_post_parameters()
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = Invitation.objects.of_token(token).select_related("seller", "invited_by").first()
    if found is None:
        return render(request, "accounts/invitation_used.html", status=410)
    known = User.objects.filter(email__iexact=found.email).first()
    context = {"invitation": found, "token": token, "known": known}
    try:
        if known is None:
            return welcome(request, found, context)
        if request.user != known:
            return render(
                request, "accounts/invitation.html", context, status=200 if request.method == "GET" else 403
            )
        if request.method == "POST":
            found.accept(known)
            return joined(request, found)
    except InvitationUsed:
        return render(request, "accounts/invitation_used.html", status=410)
    return render(request, "accounts/invitation.html", context)


def welcome(request: HttpRequest, found: Invitation, context: dict[str, object]) -> HttpResponse:
    """Somebody new. The mail has proved the address."""
    form = WelcomeForm(posted(request), instance=User(email=found.email))
    if not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "accounts/invitation.html", context | {"form": form}, status=status)
    with transaction.atomic():
        user = form.save()
        found.accept(user)
    sessions.begin(request, user)
    return joined(request, found)


def joined(request: HttpRequest, found: Invitation) -> HttpResponse:
    messages.success(request, _("Welcome to %(seller)s.") % {"seller": found.seller})
    return redirect("dashboard")
