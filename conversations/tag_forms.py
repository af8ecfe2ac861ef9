"""What owners and supervisors write down as a tag, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations.models import Tag
from forstok_chat.accounts.models import Seller


class TagForm(forms.ModelForm):
    class Meta:
        model = Tag
        fields = ["name", "colour"]

    def __init__(self, seller: Seller, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.seller = seller

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].replace("\x00", "").split())
        others = Tag.objects.filter(seller=self.instance.seller, name__iexact=name).exclude(
            pk=self.instance.pk
        )
        if others.exists():
            raise forms.ValidationError(_("There is one called so already. Choose another name."))
        return name
