"""How a person likes to send: with Enter, or with Ctrl+Enter."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_POST

from forstok_chat.accounts.models import User
from forstok_chat.http import ChatRequest

CHOICES = {"1": True, "0": False}


@require_POST
@login_required
def sending_key(request: ChatRequest) -> HttpResponse:
    enter_sends = CHOICES.get(request.POST.get("enter_sends", ""))
    if enter_sends is None:
        return HttpResponseBadRequest("enter_sends is 1 or 0")
    User.objects.filter(pk=request.user.pk).update(enter_sends=enter_sends)
    return HttpResponse(status=204)
