"""What a view is called and whose it is, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from conversations.models import SavedView
from conversations.saved_views import MOST
from forstok_chat.accounts.models import Seller, User
from forstok_chat.accounts.permissions import Permission


class ViewNameForm(forms.Form):
    name = forms.CharField(max_length=40, error_messages={"required": _("Give the view a name.")})

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].replace("\x00", "").split())


class SavedViewForm(ViewNameForm):
    """`seller`: whose team gets it; nobody's: it is one's own."""

    seller = forms.ModelChoiceField(Seller.objects.none(), required=False)

    def __init__(self, user: User, query: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.query = user, query
        jobs = user.jobs.allowing(Permission.SHARE_VIEWS)
        teams = Seller.objects.filter(pk__in=jobs.values("seller")).order_by("name")
        self.fields["seller"].queryset = teams  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        seller = self.cleaned_data.get("seller")
        there = SavedView.objects.filter(seller=seller, user=None if seller else self.user)
        if there.count() >= MOST:
            raise forms.ValidationError(
                ngettext_lazy("There is room for %(most)d view.", "There is room for %(most)d views.", MOST),
                params={"most": MOST},
            )
        return self.cleaned_data

    def save(self) -> SavedView:
        seller = self.cleaned_data["seller"]
        return SavedView.objects.create(
            user=None if seller else self.user,
            seller=seller,
            name=self.cleaned_data["name"],
            query=self.query,
            place=MOST,
        )
