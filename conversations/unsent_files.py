"""Pictures and videos that somebody has chosen: each is checked, drawn anew and kept as soon as it is here, and goes
out with the next reply. One that is no good says why and leaves the others alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.dispatch import Draft
from conversations.forms import MB, MOST_AT_ONCE
from conversations.models import Conversation, UnsentFile
from forstok_chat.accounts.models import User
from marketplaces.content import Kind
from marketplaces.media import discard, take_upload
from marketplaces.models import MediaFile, Shop
from marketplaces.pictures import MOST_PIXELS, Broken, NotUsable, TooManyPixels, is_video


def of(conversation: Conversation, user: User) -> list[UnsentFile]:
    """In the order in which they were chosen."""
    chosen = UnsentFile.objects.filter(conversation=conversation, user=user)
    return list(chosen.select_related("media").order_by("pk"))


def choose(conversation: Conversation, by: User, files: Sequence[UploadedFile]) -> list[str]:
    """Keep those that can be sent; what is wrong with each of the others."""
    problems: list[str] = []
    for file in files:
        try:
            media = stored(conversation.shop, file)
        except ValidationError as error:
            problems += error.messages
        else:
            if not keep(conversation, by, media):
                problems.append(one_too_many(str(file.name)))
    return problems


@transaction.atomic
def keep(conversation: Conversation, by: User, media: MediaFile) -> bool:
    """False when there is no room for it."""
    conversation.locked()  # one at a time, or there would be too many
    if UnsentFile.objects.filter(conversation=conversation, user=by).count() >= MOST_AT_ONCE:
        discard(media)
        return False
    UnsentFile.objects.create(conversation=conversation, user=by, media=media)
    return True


def one_too_many(name: str) -> str:
    told = ngettext(
        "“%(name)s” stays out: at most %(most)d at once.",
        "“%(name)s” stays out: at most %(most)d at once.",
        MOST_AT_ONCE,
    )
    return told % {"name": name, "most": MOST_AT_ONCE}


@transaction.atomic
def remove(chosen: UnsentFile) -> None:
    """Unless it was sent meanwhile."""
    if UnsentFile.objects.filter(pk=chosen.pk).delete()[0]:
        discard(chosen.media)


def draft_of(chosen: UnsentFile) -> Draft:
    return Draft(Kind.VIDEO if chosen.media.is_video else Kind.IMAGE, attachment=chosen.media)


# Checking


def stored(shop: Shop, file: UploadedFile) -> MediaFile:
    """Its copy as the marketplace takes it. Raises ValidationError with a sentence for the agent."""
    connector = shop.connector
    known = {
        "name": file.name,
        "marketplace": connector.name,
        "image": connector.image_limit // MB,
        "video": connector.video_limit // MB,
        "pixels": MOST_PIXELS // 1_000_000,
    }
    if not file.size:
        raise ValidationError(_("“%(name)s” is empty. Choose another one.") % known)
    if file.size > max(connector.image_limit, connector.video_limit):
        raise ValidationError(
            _("“%(name)s” is too large. Pictures may have %(image)d MB, videos %(video)d MB.") % known
        )
    body = file.read()
    if not connector.can("send_video" if is_video(body) else "send_image"):
        raise ValidationError(_("%(marketplace)s does not take “%(name)s”.") % known)
    try:
        return take_upload(shop, body)
    except TooManyPixels as error:
        raise ValidationError(
            _("“%(name)s” has too many pixels. Pictures may have %(pixels)d million.") % known
        ) from error
    except Broken as error:
        raise ValidationError(_("“%(name)s” is damaged. Choose another copy of it.") % known) from error
    except NotUsable as error:
        raise ValidationError(
            _("“%(name)s” cannot be sent. Choose a JPEG, PNG, GIF or WebP picture or an MP4 video.") % known
        ) from error
