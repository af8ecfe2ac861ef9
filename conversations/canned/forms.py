"""What owners and supervisors write down as a canned reply, checked and kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from conversations.canned import pictures
from conversations.canned.placeholders import check_known
from conversations.forms import LONGEST_TEXT, MB, FilesField
from conversations.models import CannedPicture, CannedReply
from forstok_chat.accounts.models import Seller, User
from marketplaces.models import Shop
from marketplaces.pictures import NotUsable, check_picture


class CannedReplyForm(forms.Form):
    """`shops`: those whose wording this person may change; others keep theirs."""

    shortcut = forms.CharField(
        label=_("Shortcut"),
        max_length=31,
        validators=[RegexValidator(r"^/?[\w-]+$", _("Letters, digits and hyphens only, without spaces."))],
    )
    title = forms.CharField(label=_("Title"), max_length=100)
    text = forms.CharField(
        label=_("Text"), max_length=LONGEST_TEXT, validators=[check_known], widget=forms.Textarea
    )
    picture = FilesField(label=_("Add pictures"), required=False)

    def __init__(
        self, seller: Seller, shops: Sequence[Shop], reply: CannedReply | None, data: Any, files: Any
    ) -> None:
        self.seller, self.shops, self.reply = seller, shops, reply
        super().__init__(data, files, initial=told_by(reply) if reply else None)
        for shop in shops:
            self.fields[field_of(shop)] = forms.CharField(
                label=shop.name,
                max_length=LONGEST_TEXT,
                required=False,
                validators=[check_known],
                widget=forms.Textarea,
            )

    def wordings(self) -> list[tuple[Shop, forms.BoundField]]:
        return [(shop, self[field_of(shop)]) for shop in self.shops]

    def clean_shortcut(self) -> str:
        shortcut: str = self.cleaned_data["shortcut"].removeprefix("/").lower()
        others = CannedReply.objects.filter(seller=self.seller, shortcut=shortcut)
        if self.reply is not None:
            others = others.exclude(pk=self.reply.pk)
        if others.exists():
            raise forms.ValidationError(_("There is one called so already. Choose another shortcut."))
        return shortcut

    def clean_text(self) -> str:
        return as_sent(self.cleaned_data["text"])

    def clean_picture(self) -> list[bytes]:
        files = [self.checked(file) for file in self.cleaned_data["picture"] if file is not None]
        kept = len(self.staying())
        if files and kept + len(files) > pictures.MOST:
            raise forms.ValidationError(
                ngettext_lazy(
                    "A canned reply has at most %(most)d picture.",
                    "A canned reply has at most %(most)d pictures.",
                    "most",
                ),
                params={"most": pictures.MOST},
            )
        return files

    def checked(self, file: UploadedFile) -> bytes:
        if (file.size or 0) > pictures.LIMIT:
            raise forms.ValidationError(
                _("“%(name)s” is too large. Pictures may have %(image)d MB."),
                params={"name": file.name, "image": pictures.LIMIT // MB},
            )
        body: bytes = file.read()
        try:
            check_picture(body)
        except NotUsable as error:
            raise forms.ValidationError(
                _("“%(name)s” is no picture. Choose a JPEG, PNG, GIF or WebP."), params={"name": file.name}
            ) from error
        return body

    def leaving(self) -> list[CannedPicture]:
        """The pictures that were ticked to be taken out."""
        chosen = set(self.data.getlist("without")) if self.is_bound else set()  # type: ignore[attr-defined]
        return [each for each in self.existing() if str(each.pk) in chosen]

    def staying(self) -> list[CannedPicture]:
        gone = self.leaving()
        return [each for each in self.existing() if each not in gone]

    def existing(self) -> list[CannedPicture]:
        return list(self.reply.pictures.all()) if self.reply else []

    @transaction.atomic
    def save(self, by: User) -> CannedReply:
        reply = self.reply or CannedReply(seller=self.seller)
        leaving = self.leaving()
        for name in ("shortcut", "title", "text"):
            setattr(reply, name, self.cleaned_data[name])
        reply.changed_by = by
        reply.save()
        for shop in self.shops:
            self.save_wording(reply, shop)
        for picture in leaving:
            pictures.discard(picture)
        for body in self.cleaned_data["picture"]:
            pictures.keep(reply, body)
        return reply

    def save_wording(self, reply: CannedReply, shop: Shop) -> None:
        text = as_sent(self.cleaned_data[field_of(shop)])
        if text and text != reply.text:
            reply.wordings.update_or_create(shop=shop, defaults={"text": text})
        else:
            reply.wordings.filter(shop=shop).delete()


def field_of(shop: Shop) -> str:
    return f"wording-{shop.pk}"


def told_by(reply: CannedReply) -> dict[str, str]:
    own = {f"wording-{each.shop_id}": each.text for each in reply.wordings.all()}
    return {"shortcut": reply.shortcut, "title": reply.title, "text": reply.text} | own


def as_sent(text: str) -> str:
    """Line ends as the marketplaces count them; nothing that PostgreSQL does not take."""
    return text.replace("\r\n", "\n").replace("\x00", "")
