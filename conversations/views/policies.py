"""How the chats of each shop find their agents: for who may set it there."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from conversations.models import AssignmentPolicy
from conversations.policy_forms import PolicyForm
from forstok_chat.accounts.permissions import Permission
from forstok_chat.http import ChatRequest, posted
from marketplaces.models import Shop


@require_GET
@login_required
def policies(request: ChatRequest) -> HttpResponse:
    shops = shops_of(request)
    if not request.user.jobs.allowing(Permission.SET_ASSIGNMENT).exists():
        raise Http404
    found = [AssignmentPolicy.of(shop) for shop in shops.select_related("assignment_policy")]
    return render(request, "conversations/policies.html", {"policies": found})


@require_http_methods(["GET", "POST"])
@login_required
def policy(request: ChatRequest, pk: UUID) -> HttpResponse:
    shop = get_object_or_404(shops_of(request), pk=pk)
    form = PolicyForm(posted(request), instance=AssignmentPolicy.of(shop))
    if form.is_valid():
        save(form, list(shops_of(request)) if form.cleaned_data["everywhere"] else [shop])
        messages.success(request, _("How chats are shared out is saved."))
        return redirect("conversations:policies")
    context = {"shop": shop, "form": form}
    return render(request, "conversations/policy.html", context, status=422 if form.errors else 200)


@transaction.atomic
def save(form: PolicyForm, shops: list[Shop]) -> None:
    for shop in shops:
        AssignmentPolicy.objects.update_or_create(shop=shop, defaults=form.policy)


def shops_of(request: ChatRequest) -> QuerySet[Shop]:
    """Where this person may set it."""
    return Shop.objects.allowing(request.user, Permission.SET_ASSIGNMENT).filter(moved_to=None)
