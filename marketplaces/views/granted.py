"""One consent opened several shops: the owner picks which to activate."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from forstok_chat.http import ChatRequest
from marketplaces import activation as activations
from marketplaces.activation import ActivationFailed, NothingPicked, Picked
from marketplaces.models import Activation
from marketplaces.views.activation import own_attempt, to_shop


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def granted_shops(request: ChatRequest, pk: UUID) -> HttpResponse:
    attempt = own_attempt(request, pk)
    try:
        if request.method == "POST":
            return told(request, attempt, activations.pick(attempt, request.POST.getlist("shops")))
        offers, hidden = activations.to_pick(attempt)
    except NothingPicked:
        messages.error(request, _("Pick at least one shop."))
        return redirect("marketplaces:granted-shops", pk=attempt.pk)
    except ActivationFailed as error:
        messages.error(request, str(error))
        return to_shop(attempt.shop)
    is_missing = attempt.shop not in [offer.shop for offer in offers]
    context = {"activation": attempt, "offers": offers, "hidden": hidden, "is_missing": is_missing}
    return render(request, "marketplaces/granted_shops.html", context)


@require_POST
@login_required
def cancellation(request: ChatRequest, pk: UUID) -> HttpResponse:
    attempt = own_attempt(request, pk)
    activations.cancel(attempt)
    messages.info(request, _("No shop was activated."))
    return to_shop(attempt.shop)


def told(request: ChatRequest, attempt: Activation, picked: Picked) -> HttpResponse:
    """What worked and what did not, then on to a shop that is active now."""
    names = ", ".join(f"“{shop}”" for shop in picked.activated)
    if names:
        messages.success(request, _("Chat is active: %(shops)s.") % {"shops": names})
    for name, why in picked.failed:
        messages.error(request, _("“%(shop)s” was not activated. %(why)s") % {"shop": name, "why": why})
    is_chosen = attempt.shop in picked.activated or not picked.activated
    return to_shop(attempt.shop if is_chosen else picked.activated[0])
