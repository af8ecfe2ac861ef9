"""Signing in, and the ways back in: a new password by mail."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from forstok_chat.accounts import locking, sessions
from forstok_chat.accounts.forms import NewPasswordMailForm, SignInForm


class SignIn(views.LoginView):
    form_class = SignInForm
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        sessions.begin(self.request, form.get_user())
        return HttpResponseRedirect(self.get_success_url())


class NewPasswordMail(views.PasswordResetView):
    """Asks for the address. Known or not, the answer is the same."""

    form_class = NewPasswordMailForm
    template_name = "registration/new_password_mail.html"
    success_url = reverse_lazy("accounts:new-password-mailed")
    extra_email_context = {"public_url": settings.PUBLIC_URL}


class NewPasswordMailed(views.PasswordResetDoneView):
    template_name = "registration/new_password_mailed.html"


class NewPassword(views.PasswordResetConfirmView):
    """Behind the link of the mail, which works once."""

    template_name = "registration/new_password.html"
    success_url = reverse_lazy("accounts:login")

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        answer = super().form_valid(form)
        sessions.end(form.user, sessions.of_user(form.user))
        locking.unlock(form.user)
        messages.success(self.request, _("Your new password is set. Sign in with it."))
        return answer
