"""What is written as a private note, and whom it names, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from conversations import agents, notes
from conversations.models import Conversation
from conversations.models.notes import LONGEST_NOTE
from forstok_chat.accounts.models import Membership, User


class NoteForm(forms.Form):
    """`key`: the id of the note that it becomes."""

    key = forms.UUIDField()
    text = forms.CharField(max_length=LONGEST_NOTE, error_messages={"required": _("Write the note first.")})
    person = forms.ModelMultipleChoiceField(
        Membership.objects.none(),
        to_field_name="uuid",
        required=False,
        error_messages={
            "invalid_choice": _("Choose a colleague."),
            "invalid_pk_value": _("Choose a colleague."),
        },
    )

    def __init__(self, conversation: Conversation, by: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = agents.of_shop(conversation.shop).exclude(user=by)
        self.fields["person"].queryset = self.people  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n").replace("\x00", "")

    @property
    def named(self) -> list[User]:
        """Those who were chosen, and those whom the text calls by name."""
        chosen = [each.user for each in self.cleaned_data["person"]]
        everybody = [each.user for each in self.people]
        return [*chosen, *notes.named_in(self.cleaned_data["text"], everybody)]

    @property
    def choices(self) -> list[tuple[Membership, bool]]:
        """Each colleague who sees the shop, and whether they are chosen."""
        chosen = {str(uuid) for uuid in self["person"].value() or []}
        return [(each, str(each.uuid) in chosen) for each in self.people]
