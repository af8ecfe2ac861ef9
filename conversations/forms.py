"""What people type, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from conversations.canned.offers import check_not_a_shortcut
from conversations.canned.placeholders import check_filled
from conversations.canned.sending import chosen as canned_reply_of
from conversations.models import CannedReply, Conversation, UnsentFile
from marketplaces.models import Product, Shop

# A marketplace whose limit is not known still gets no novels.
LONGEST_TEXT = 5000
# Pictures or products of one send.
MOST_AT_ONCE = 10
MB = 1024 * 1024


class ComposerForm(forms.Form):
    """A reply. `client_id` is made by the browser, so that a double click sends once."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        max_length=LONGEST_TEXT,
        error_messages={"required": _("Write something first.")},
        widget=forms.Textarea,
    )

    def __init__(
        self,
        conversation: Conversation,
        *args: object,
        chosen: Sequence[UnsentFile] = (),
        **kwargs: object,
    ) -> None:
        """`chosen`: the pictures that go with it, before it; then it needs no text."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.conversation = conversation
        self.limit = conversation.shop.connector.text_limit
        self.chosen = chosen
        self.fields["text"].required = not chosen

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
        check_filled(text)
        check_not_a_shortcut(self.conversation, text)
        return text

    @cached_property
    def canned(self) -> CannedReply | None:
        """The canned reply that the text began as."""
        return canned_reply_of(self.conversation, self.data)


class UnsentForm(forms.Form):
    """What is typed, as it is, longer than any marketplace takes included."""

    client_id = forms.UUIDField()
    text = forms.CharField(required=False, strip=False, max_length=LONGEST_TEXT * 4)


class RevisionForm(ComposerForm):
    """Another text for a reply that is there already."""

    client_id = None  # type: ignore[assignment]


class ProductsForm(forms.Form):
    """Products of this shop to be sent as cards, several at once."""

    product = forms.ModelMultipleChoiceField(
        Product.objects.none(),
        to_field_name="remote_id",
        error_messages={"required": _("Choose a product first.")},
    )

    def __init__(self, shop: Shop, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        on_sale = shop.products.on_sale().exclude(stock=0).select_related("shop")
        self.fields["product"].queryset = on_sale  # type: ignore[attr-defined]

    def clean_product(self) -> list[Product]:
        chosen = list(self.cleaned_data["product"])
        if len(chosen) > MOST_AT_ONCE:
            raise forms.ValidationError(
                ngettext_lazy("Send at most %(most)d at once.", "Send at most %(most)d at once.", "most"),
                params={"most": MOST_AT_ONCE},
            )
        return chosen


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files of one input."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return [super(FilesField, self).clean(each, initial) for each in data or [None]]
