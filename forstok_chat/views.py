"""The page after sign-in, and the sign of life for operators."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.csrf import csrf_failure
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from conversations.filters import Filters
from conversations.overview import overview
from forstok_chat.http import ChatRequest
from marketplaces.appkeys import push_troubles
from marketplaces.models import Shop


@require_GET
@login_required
def dashboard(request: ChatRequest) -> HttpResponse:
    filters = Filters(request.user)
    manageable = Shop.objects.manageable_by(request.user)
    context = {
        "now": timezone.localtime(),
        **vars(overview(filters)),
        "manageable": set(manageable.values_list("pk", flat=True)),
        "push_troubles": push_troubles(request.user),
    }
    return render(request, "dashboard.html", context)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form older than the last sign-in, in another tab perhaps. A live page is drawn anew; what was written in it
    is kept in the browser."""
    if getattr(request, "htmx", False):
        return HttpResponse(status=403, headers={"HX-Refresh": "true"})
    return csrf_failure(request, reason)


@require_GET
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
