"""A seller's own app keys, for the owner."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from forstok_chat.http import ChatRequest
from marketplaces import appkeys
from marketplaces.appkeys import Standing
from marketplaces.forms import AppKeysForm
from marketplaces.registry import CONNECTORS


@require_GET
@login_required
def apps(request: ChatRequest) -> HttpResponse:
    sellers = appkeys.owned_sellers(request.user)
    if not sellers:
        raise Http404
    standings = [(seller, appkeys.standings(seller)) for seller in sellers]
    return render(request, "marketplaces/apps.html", {"standings": standings})


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
@sensitive_post_parameters()
def app(request: ChatRequest, seller: UUID, marketplace: str) -> HttpResponse:
    standing = own_standing(request, seller, marketplace)
    form = AppKeysForm(standing, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        appkeys.save(marketplace, standing.seller, form.keys())
        messages.success(
            request, _("The keys of your app at %(marketplace)s are stored.") % {"marketplace": standing.name}
        )
        return redirect("marketplaces:app", seller=seller, marketplace=marketplace)
    context = {"standing": standing, "form": form}
    return render(request, "marketplaces/app.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def platform_app(request: ChatRequest, seller: UUID, marketplace: str) -> HttpResponse:
    """Back to the platform's app; the own keys are deleted."""
    standing = own_standing(request, seller, marketplace)
    if standing.own is not None:
        appkeys.remove(standing.own)
        messages.success(
            request,
            _("The keys of your app at %(marketplace)s are deleted.") % {"marketplace": standing.name},
        )
    return redirect("marketplaces:app", seller=seller, marketplace=marketplace)


def own_standing(request: ChatRequest, seller: UUID, marketplace: str) -> Standing:
    owned = get_object_or_404(appkeys.owned_sellers(request.user), pk=seller)
    if marketplace not in CONNECTORS:
        raise Http404
    return appkeys.standing(owned, marketplace)
