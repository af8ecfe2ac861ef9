"""What people type, checked."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from conversations.models import Conversation

# A marketplace whose limit is not known still gets no novels.
LONGEST_TEXT = 5000


class ComposerForm(forms.Form):
    """A reply. `client_id` is made by the browser, so that a double click sends once."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        max_length=LONGEST_TEXT,
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea,
    )

    def __init__(self, conversation: Conversation, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.limit = conversation.shop.connector.text_limit

    def clean_text(self) -> str:
        """Line ends as the marketplaces count them; length in code points."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").replace("\x00", "")
        if self.limit is not None and len(text) > self.limit:
            raise forms.ValidationError(
                ngettext_lazy(
                    "The marketplace takes at most %(limit)d character.",
                    "The marketplace takes at most %(limit)d characters.",
                    "limit",
                ),
                params={"limit": self.limit},
            )
        return text
