"""What is chosen when a chat is snoozed or given to somebody, checked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations import agents, handing_over, snoozing
from conversations.models import Conversation
from forstok_chat.accounts.models import Membership, Seller, User

LONGEST_NOTE = 500
OWN = "own"


class NoteForm(forms.Form):
    """Anything with a few words to whoever comes next."""

    note = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, required=False)

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"]
        return note.replace("\x00", "")


class AssignForm(NoteForm):
    """To whom a chat is given: somebody else who sees its shop."""

    to = forms.ModelChoiceField(
        Membership.objects.none(),
        to_field_name="uuid",
        error_messages={"required": _("Choose a colleague."), "invalid_choice": _("Choose a colleague.")},
    )

    def __init__(self, conversation: Conversation, by: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = agents.of_shop(conversation.shop).exclude(user=by)
        if conversation.holder is not None:
            others = others.exclude(user=conversation.holder)
        self.fields["to"].queryset = others  # type: ignore[attr-defined]
        self.agents = agents.with_loads(conversation.seller_id, others)


class HandOverForm(NoteForm):
    """To whom all chats of a person go, at one seller; nobody chosen: to everybody."""

    to = forms.ModelChoiceField(
        Membership.objects.none(),
        to_field_name="uuid",
        required=False,
        error_messages={"invalid_choice": _("Choose a colleague.")},
    )

    def __init__(self, seller: Seller, by: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seller, self.number = seller, handing_over.served_by(by, seller).count()
        others = agents.of_seller(seller).exclude(user=by)
        self.fields["to"].queryset = others  # type: ignore[attr-defined]
        self.agents = agents.with_loads(seller.pk, others)


class SnoozeForm(NoteForm):
    """`until` is one of the offered times, or OWN: then `at` says when, in the time of the shop."""

    until = forms.CharField()
    at = forms.DateTimeField(
        label=_("Another time"),
        required=False,
        error_messages={"invalid": _("Choose a day and a time.")},
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}),
    )

    def __init__(self, conversation: Conversation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = conversation.shop.zone
        self.choices = list(snoozing.choices(self.zone))

    def full_clean(self) -> None:
        with timezone.override(self.zone):
            super().full_clean()

    def clean_until(self) -> str:
        until: str = self.cleaned_data["until"]
        if until not in {OWN, *(choice.slug for choice in self.choices)}:
            raise forms.ValidationError(_("Choose a day and a time."))
        return until

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("until") == OWN and not self.errors:
            self.check(self.cleaned_data.get("at"))
        return self.cleaned_data

    def check(self, at: datetime | None) -> None:
        if at is None:
            self.add_error("at", _("Choose a day and a time."))
        elif at < timezone.now() + timedelta(minutes=1):
            self.add_error("at", _("This time has passed. Choose a later one."))
        elif at > timezone.now() + snoozing.LONGEST:
            self.add_error("at", _("Choose a time within a year."))

    @property
    def chosen(self) -> datetime:
        """When it comes back."""
        offered = {choice.slug: choice.at for choice in self.choices}
        at: datetime = offered.get(self.cleaned_data["until"]) or self.cleaned_data["at"]
        return at
