"""Activating a shop's chat and stopping it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from forstok_chat.http import ChatRequest
from marketplaces import activation as activations
from marketplaces.activation import ActivationFailed
from marketplaces.models import Activation, Shop


@require_POST
@login_required
def activation(request: ChatRequest, pk: UUID) -> HttpResponse:
    """Begin: off to the marketplace's login, or active at once."""
    shop = get_object_or_404(Shop.objects.manageable_by(request.user), pk=pk)
    try:
        consent_url = activations.begin(shop, request.user, callback_url)
    except ActivationFailed as error:
        messages.error(request, str(error))
        return to_shop(shop)
    if consent_url is not None:
        return HttpResponseRedirect(consent_url)
    return activated(request, shop)


@require_GET
@login_required
def activation_callback(request: ChatRequest, pk: UUID) -> HttpResponse:
    """Finish: the marketplace sends the seller back here."""
    attempt = own_attempt(request, pk)
    try:
        is_done = activations.finish(attempt, request.GET.dict())
    except ActivationFailed as error:
        messages.error(request, str(error))
        return to_shop(attempt.shop)
    if not is_done:
        return redirect("marketplaces:granted-shops", pk=attempt.pk)
    return activated(request, attempt.shop)


@require_GET
@login_required
def registered_callback(request: ChatRequest) -> HttpResponse:
    """The same for marketplaces that send everybody back to one registered address, with our state beside."""
    try:
        state = UUID(request.GET.get("state", ""))
    except ValueError:
        raise Http404 from None
    return activation_callback(request, state)


@require_POST
@login_required
def deactivation(request: ChatRequest, pk: UUID) -> HttpResponse:
    shop = get_object_or_404(Shop.objects.manageable_by(request.user), pk=pk)
    activations.deactivate(shop)
    messages.success(request, _("Chat of “%(shop)s” is switched off. Its history stays.") % {"shop": shop})
    return to_shop(shop)


def own_attempt(request: ChatRequest, pk: UUID) -> Activation:
    """Somebody else's state is no state."""
    mine = Activation.objects.filter(user=request.user, shop__in=Shop.objects.manageable_by(request.user))
    return get_object_or_404(mine.select_related("shop__seller", "user"), pk=pk)


def activated(request: ChatRequest, shop: Shop) -> HttpResponse:
    messages.success(request, _("Chat of “%(shop)s” is active.") % {"shop": shop})
    return to_shop(shop)


def to_shop(shop: Shop) -> HttpResponse:
    return redirect(reverse("conversations:inbox") + f"?shop={shop.pk}")


def callback_url(attempt: Activation) -> str:
    return settings.PUBLIC_URL + reverse("marketplaces:activation-callback", args=[attempt.pk])
