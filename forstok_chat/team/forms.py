"""Role and shops of a member, or of somebody who is invited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forstok_chat.accounts.models import Membership
from forstok_chat.accounts.permissions import Role
from forstok_chat.team.standings import shops_to_give

ALL, CHOSEN = "all", "chosen"


class AccessForm(forms.Form):
    """`leader` gives no role and no shop that they may not give."""

    def __init__(self, leader: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role, role.label) for role in Role if leader.may_give(role)]
        scopes = [(ALL, _("All shops, also those that are added later")), (CHOSEN, _("Only chosen shops"))]
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=roles, widget=forms.RadioSelect)
        self.fields["scope"] = forms.ChoiceField(
            label=_("Shops"),
            choices=scopes if leader.sees_all_shops else scopes[1:],
            widget=forms.RadioSelect,
        )
        self.fields["shops"] = forms.ModelMultipleChoiceField(
            shops_to_give(leader),
            label=_("Chosen shops"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    @property
    def access(self) -> dict[str, Any]:
        """As memberships and invitations have it."""
        data = self.cleaned_data
        is_all = data["scope"] == ALL
        return {
            "role": Role(data["role"]),
            "sees_all_shops": is_all,
            "shops": [] if is_all else list(data["shops"]),
        }

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("scope") == CHOSEN and not self.errors and not data.get("shops"):
            self.add_error("shops", _("Choose at least one shop."))
        return data


def access_of(member: Membership) -> dict[str, Any]:
    """What the form shows of a member at first."""
    scope = ALL if member.sees_all_shops else CHOSEN
    return {"role": member.role, "scope": scope, "shops": [shop.pk for shop in member.shops.all()]}


class InvitationForm(AccessForm):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off", "autocapitalize": "none"}),
    )
    field_order = ("email", "role", "scope", "shops")

    def __init__(self, leader: Membership, *args: Any, **kwargs: Any) -> None:
        super().__init__(leader, *args, **kwargs)
        self.seller = leader.seller

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        member = self.seller.memberships.filter(user__email__iexact=email).first()
        if member is not None and member.is_active:
            raise ValidationError(_("This person is on the team already."))
        if member is not None:
            raise ValidationError(_("This person was on the team before. Let them in again from the list."))
        if self.seller.invitations.open().filter(email=email).exists():
            raise ValidationError(
                _("This address is invited already. Send the invitation again from the list.")
            )
        return email
