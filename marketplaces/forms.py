"""Forms for app keys, built from what each connector says of its keys. Secrets are never shown again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forstok_chat.accounts.models import Seller
from marketplaces import appkeys
from marketplaces.appkeys import Standing
from marketplaces.connector import Connector, KeyField
from marketplaces.errors import MarketplaceError
from marketplaces.models import App
from marketplaces.reasons import reason
from marketplaces.registry import CONNECTORS, connector_class

LONGEST = 500
DIGITS = RegexValidator(r"\A[0-9]{1,20}\Z", gettext_lazy("Digits only, please."))


def form_field(field: KeyField, stored: Mapping[str, str], platform: Mapping[str, str]) -> forms.Field:
    """`stored`: the keys that this form replaces; `platform`: those of the platform's app."""
    label, is_kept = _(field.label), field.is_secret and bool(stored.get(field.name))
    if field.choices:
        # Never a free address: that would be a way to reach machines inside our network.
        options = dict.fromkeys(filter(None, (*field.choices, platform.get(field.name))))
        return forms.ChoiceField(
            label=label,
            choices=[(each, each) for each in options],
            initial=stored.get(field.name),
            widget=forms.Select(attrs={"class": "input"}),
        )
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        required=field.is_required and not is_kept,
        initial=None if field.is_secret else stored.get(field.name),
        validators=[DIGITS] if field.is_number else [],
        help_text=_("Stored. Leave it empty to keep it.") if is_kept else "",
        widget=secret_input(is_kept) if field.is_secret else plain_input(field),
    )


def secret_input(is_kept: bool) -> forms.Widget:
    shown = {"placeholder": "••••••••"} if is_kept else {}
    return forms.PasswordInput(attrs={"class": "input", "autocomplete": "new-password", **shown})


def plain_input(field: KeyField) -> forms.Widget:
    keyboard = {"inputmode": "numeric"} if field.is_number else {}
    return forms.TextInput(attrs={"class": "input", "autocomplete": "off", "spellcheck": "false", **keyboard})


def keys_in(
    connector: type[Connector], typed: Mapping[str, Any], stored: Mapping[str, str]
) -> dict[str, str]:
    """What is to be stored: a secret that was left empty stays as it is."""
    values = {
        field.name: typed.get(field.name) or (stored.get(field.name, "") if field.is_secret else "")
        for field in connector.key_fields
    }
    return {name: value for name, value in values.items() if value}


def checked(connector: type[Connector], keys: Mapping[str, str]) -> None:
    """Raises ValidationError with the marketplace's reason, in the person's words."""
    try:
        appkeys.check(connector, keys)
    except MarketplaceError as error:
        raise forms.ValidationError(reason(connector, error)) from error


class AppKeysForm(forms.Form):
    """A seller's own app at one marketplace."""

    def __init__(self, standing: Standing, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.connector = connector_class(standing.marketplace)
        self.stored: Mapping[str, str] = standing.own.keys if standing.own else {}
        platform = standing.platform.keys if standing.platform else {}
        for field in self.connector.key_fields:
            self.fields[field.name] = form_field(field, self.stored, platform)

    def keys(self) -> dict[str, str]:
        return keys_in(self.connector, self.cleaned_data, self.stored)

    def clean(self) -> dict[str, Any]:
        """The marketplace is asked last, when every field is fine."""
        if not self.errors:
            checked(self.connector, self.keys())
        return self.cleaned_data


class AppAdminForm(forms.ModelForm):
    """The same for support staff; without a seller it is the platform's app. `admin_form` adds the keys."""

    connector: type[Connector]
    stored: Mapping[str, str] = {}

    class Meta:
        model = App
        fields = ("seller",)

    def keys(self) -> dict[str, str]:
        return keys_in(self.connector, self.cleaned_data, self.stored)

    def clean(self) -> dict[str, Any]:
        super().clean()
        is_new = self.instance.pk is None
        if is_new and self.taken(self.cleaned_data.get("seller")):
            raise forms.ValidationError(_("There are keys for this already. Change those."))
        if not self.errors:
            checked(self.connector, self.keys())
        return self.cleaned_data

    def taken(self, seller: Seller | None) -> bool:
        return App.objects.filter(marketplace=self.connector.slug, seller=seller).exists()


def admin_form(marketplace: str, app: App | None) -> type[AppAdminForm]:
    """A form class with the fields of this marketplace. Raises KeyError for one that we do not know."""
    connector = connector_class(marketplace)
    stored = app.keys if app is not None else {}
    platform = App.objects.filter(marketplace=marketplace, seller=None).first()
    values = platform.keys if platform is not None else {}
    fields = {field.name: form_field(field, stored, values) for field in connector.key_fields}
    return type("AppAdminForm", (AppAdminForm,), {"connector": connector, "stored": stored, **fields})


class MarketplaceForm(forms.Form):
    """Which marketplace a new app is at; its keys depend on it."""

    marketplace = forms.ChoiceField(
        choices=lambda: [(slug, connector_class(slug).name) for slug in CONNECTORS]
    )
