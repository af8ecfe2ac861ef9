"""Signing in, and what people change of themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm, PasswordResetForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forstok_chat.accounts import mail
from forstok_chat.accounts.models import User


class SignInForm(AuthenticationForm):
    def confirm_login_allowed(self, user: User) -> None:
        """The password was right, so this may be told."""
        super().confirm_login_allowed(user)
        if not user.is_expected:
            raise ValidationError(
                _("You are on no team at the moment. Ask the owner of your shops to let you in."),
                code="no_team",
            )


class NewPasswordMailForm(PasswordResetForm):
    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        """Whether a mail left is not told: that would tell strangers which addresses we know."""
        try:
            mail.send("new_password", to_email, context)
        except mail.NotSent:
            return


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("name",)


class WelcomeForm(BaseUserCreationForm):
    """An invited person's name and password; the address is that of the invitation."""

    class Meta:
        model = User
        fields = ("name",)
        field_classes: dict[str, type[forms.Field]] = {}
