"""How the chats of a shop find their agents, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.models import AssignmentPolicy


class PolicyForm(forms.ModelForm[AssignmentPolicy]):
    everywhere = forms.BooleanField(label=_("The same for all my shops"), required=False)

    class Meta:
        model = AssignmentPolicy
        fields = ("mode", "most_chats", "gone_minutes")
        widgets = {
            "mode": forms.RadioSelect,
            "most_chats": forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
            "gone_minutes": forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
        }

    @property
    def policy(self) -> dict[str, Any]:
        """As a row has it, whichever shop's it is."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}
