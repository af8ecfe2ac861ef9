"""What a person chooses on the page of notifications, and what their browser says of itself."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from conversations import web_push
from conversations.models import Alerts


class AlertsForm(forms.ModelForm):
    class Meta:
        model = Alerts
        fields = ("is_on", "which", "shows_text", "has_sound", "quiet_from", "quiet_until", "zone")
        widgets = {
            "which": forms.RadioSelect,
            "quiet_from": forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "input"}),
            "quiet_until": forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "input"}),
            "zone": forms.Select(attrs={"class": "input"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [value for value, _label in self.fields["zone"].choices]  # type: ignore[attr-defined]
        if self.instance.zone not in known:  # a server set to another zone
            self.initial["zone"] = known[0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_until") is None):
            raise ValidationError(_("Quiet hours need both times, or none."))
        return cleaned


class SubscriptionForm(forms.Form):
    """`subscription`: PushSubscription.toJSON() of the browser."""

    subscription = forms.CharField(max_length=4000)

    def clean_subscription(self) -> dict[str, str]:
        try:
            told = json.loads(self.cleaned_data["subscription"])
            keys = {name: str(told["keys"][name]) for name in ("p256dh", "auth")}
            sizes = [len(web_push.decoded(keys[name])) for name in ("p256dh", "auth")]
        except (ValueError, TypeError, KeyError):
            raise ValidationError("not a subscription") from None
        if sizes != [65, 16] or not web_push.is_push_service(str(told["endpoint"])):
            raise ValidationError("not a push service")
        return {"endpoint": str(told["endpoint"]), **keys}

    @property
    def mark(self) -> str:
        endpoint: str = self.cleaned_data["subscription"]["endpoint"]
        return hashlib.sha256(endpoint.encode()).hexdigest()
