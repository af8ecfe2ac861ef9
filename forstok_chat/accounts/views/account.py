"""What a signed-in person sees and changes of themselves."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from forstok_chat.accounts import sessions
from forstok_chat.accounts.forms import NameForm
from forstok_chat.accounts.models import User
from forstok_chat.http import ChatRequest, posted


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def account(request: ChatRequest) -> HttpResponse:
    """The name, the way to the password, and where this person is signed in."""
    # A copy: what was typed wrongly must not show as the name in the topbar.
    form = NameForm(posted(request), instance=User.objects.get(pk=request.user.pk))
    if form.is_valid():
        form.save()
        messages.success(request, _("Your name is saved."))
        return redirect("accounts:account")
    context = {
        "form": form,
        "sessions": sessions.of(request),
        "jobs": request.user.jobs.select_related("seller"),
    }
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def away(request: ChatRequest) -> HttpResponse:
    """On a break, or back from it: the switch of the account menu as it is now, or the page that it was on."""
    request.user.take_a_break(is_away=request.POST.get("is_away") == "1")
    if request.htmx:
        return render(request, "accounts/_away.html")
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure())
    return redirect(came_from if is_ours else "dashboard")


class Password(PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:account")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Whoever else knew the old one is out."""
        answer = super().form_valid(form)
        end_elsewhere(self.request)  # type: ignore[arg-type]  # signed in, or it would not be here
        messages.success(self.request, _("Your new password is set. All other devices are signed out."))
        return answer


@require_POST
@login_required
def session_endings(request: ChatRequest) -> HttpResponse:
    end_elsewhere(request)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("accounts:account")


@require_POST
@login_required
def session_ending(request: ChatRequest, mark: str) -> HttpResponse:
    keys = [each.key for each in sessions.of(request) if each.mark == mark]
    if not keys:
        raise Http404
    sessions.end(request.user, sessions.of_user(request.user).filter(session_key__in=keys))
    messages.success(request, _("That device is signed out."))
    return redirect("accounts:account")


def end_elsewhere(request: ChatRequest) -> None:
    mine = sessions.of_user(request.user)
    sessions.end(request.user, mine.exclude(session_key=request.session.session_key or ""))
