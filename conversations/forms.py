"""What people type, checked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from conversations.canned.offers import check_not_a_shortcut
from conversations.canned.placeholders import check_filled
from conversations.canned.sending import chosen
from conversations.models import CannedReply, Conversation
from marketplaces.media import take_upload
from marketplaces.models import MediaFile, Product, Shop
from marketplaces.pictures import NotUsable, is_video

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

    def __init__(self, conversation: Conversation, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.conversation = conversation
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
        check_filled(text)
        check_not_a_shortcut(self.conversation, text)
        return text

    @cached_property
    def canned(self) -> CannedReply | None:
        """The canned reply that the text began as."""
        return chosen(self.conversation, self.data)


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


class FilesForm(forms.Form):
    """Pictures and videos to be sent, several at once: all are checked before any is stored."""

    file = FilesField(
        error_messages={
            "required": _("Choose a picture first."),
            "empty": _("The file is empty. Choose another one."),
        }
    )

    def __init__(self, shop: Shop, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.shop = shop

    def clean_file(self) -> list[MediaFile]:
        """Their copies as the marketplace takes them, stored."""
        files: list[UploadedFile] = self.cleaned_data["file"]
        if len(files) > MOST_AT_ONCE:
            raise forms.ValidationError(
                ngettext_lazy("Send at most %(most)d at once.", "Send at most %(most)d at once.", "most"),
                params={"most": MOST_AT_ONCE},
            )
        for file in files:
            self.check_size(file)
        return [self.stored(file) for file in files]

    def check_size(self, file: UploadedFile) -> None:
        limit = max(self.shop.connector.image_limit, self.shop.connector.video_limit)
        if (file.size or 0) > limit:
            raise forms.ValidationError(
                _("“%(name)s” is too large. Pictures may have %(image)d MB, videos %(video)d MB."),
                params={
                    "name": file.name,
                    "image": self.shop.connector.image_limit // MB,
                    "video": self.shop.connector.video_limit // MB,
                },
            )

    def stored(self, file: UploadedFile) -> MediaFile:
        body = file.read()
        if not self.shop.connector.can("send_video" if is_video(body) else "send_image"):
            raise forms.ValidationError(
                _("%(marketplace)s does not take “%(name)s”."),
                params={"marketplace": self.shop.connector.name, "name": file.name},
            )
        try:
            return take_upload(self.shop, body)
        except NotUsable as error:
            raise forms.ValidationError(
                _("“%(name)s” cannot be sent. Choose a JPEG, PNG, GIF or WebP picture or an MP4 video."),
                params={"name": file.name},
            ) from error
