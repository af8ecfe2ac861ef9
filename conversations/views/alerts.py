"""The page of notifications: what a person is told of, when, and through which browsers."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations import web_push
from conversations.alert_forms import AlertsForm, SubscriptionForm
from conversations.alerts import choices_of
from conversations.models import Alerts, PushSubscription
from forstok_chat.accounts.devices import device
from forstok_chat.http import ChatRequest, posted


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def alerts(request: ChatRequest) -> HttpResponse:
    form = AlertsForm(posted(request), instance=choices_of(request.user))
    if form.is_valid():
        form.instance.language = get_language() or settings.LANGUAGE_CODE
        form.save()
        messages.success(request, _("Your choices are saved."))
        return redirect("conversations:alerts")
    context = {
        "form": form,
        "subscriptions": request.user.push_subscriptions.order_by("-created_at"),
        "session_key": request.session.session_key,
        "push_key": settings.VAPID_PUBLIC_KEY if web_push.is_set_up() else "",
    }
    return render(request, "conversations/alerts.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def subscriptions(request: ChatRequest) -> HttpResponse:
    """This browser is pushed to from now on, whoever it was before. Without a subscription it did not agree."""
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        messages.warning(request, refused())
        return redirect("conversations:alerts")
    Alerts.objects.get_or_create(
        user=request.user, defaults={"language": get_language() or settings.LANGUAGE_CODE}
    )
    PushSubscription.objects.update_or_create(
        mark=form.mark,
        defaults={
            "user": request.user,
            "session_id": request.session.session_key or "",
            "address": form.cleaned_data["subscription"],
            "device": device(request.headers.get("User-Agent", ""))[:100],
        },
    )
    messages.success(request, _("This browser is told from now on, even when no tab is open."))
    return redirect("conversations:alerts")


def refused() -> str:
    if web_push.is_set_up():
        return _(
            "Your browser did not agree. Allow notifications for this site in its settings, then try again."
        )
    return _("If your browser agreed, notifications come while a tab of the chat is open.")


@require_POST
@login_required
def subscription_ending(request: ChatRequest, pk: int) -> HttpResponse:
    get_object_or_404(request.user.push_subscriptions, pk=pk).delete()
    messages.success(request, _("That browser is not told any more."))
    return redirect("conversations:alerts")


@require_GET
def service_worker(request: ChatRequest) -> FileResponse:
    """From the root, as it works for the pages below its own address; asked for anew each time."""
    path = finders.find("js/sw.js")
    if path is None:
        raise Http404
    answer = FileResponse(open(path, "rb"), content_type="text/javascript")  # noqa: SIM115  (closed by the response)
    answer["Cache-Control"] = "no-cache"
    return answer
