"""The pictures of canned replies: kept once for the seller, copied into a shop when they first go out there."""

from __future__ import annotations

from functools import partial

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from conversations.dispatch import Draft
from conversations.models import CannedPicture, CannedReply
from marketplaces import media
from marketplaces.content import Kind
from marketplaces.models import MediaFile, Shop
from marketplaces.models.media import id_of
from marketplaces.pictures import check_picture, clean_picture

# What is kept, before a marketplace takes it smaller.
LIMIT = 10 * 1024 * 1024
MOST = 5


def keep(reply: CannedReply, body: bytes) -> CannedPicture:
    """Raises NotUsable."""
    clean = clean_picture(body, LIMIT)
    picture = CannedPicture(reply=reply)
    picture.file.save(clean.name, ContentFile(clean.body), save=False)
    picture.small.save("small.jpg", ContentFile(check_picture(clean.body).small), save=False)
    picture.save()
    return picture


def discard(picture: CannedPicture) -> None:
    """The row, and the files once that holds. Copies in shops stay: their bubbles show them."""
    for file in (picture.file, picture.small):
        transaction.on_commit(partial(file.storage.delete, str(file.name)))
    picture.delete()


def drafts(reply: CannedReply, shop: Shop) -> list[Draft]:
    """A bubble for each picture; none where the marketplace takes none."""
    if not shop.connector.can("send_image"):
        return []
    return [Draft(Kind.IMAGE, attachment=copy_for(shop, picture)) for picture in reply.pictures.all()]


def copy_for(shop: Shop, picture: CannedPicture) -> MediaFile:
    """As this shop's marketplace takes it, made once: its id follows from both."""
    pk = id_of(shop.pk, f"canned:{picture.pk}")
    found = MediaFile.objects.filter(pk=pk).first()
    if found is not None:
        return found
    with picture.file.open("rb") as file:
        clean = clean_picture(file.read(), shop.connector.image_limit)
    copy = MediaFile(pk=pk, shop=shop)
    try:
        with transaction.atomic():
            media.store(copy, clean.body)
    except IntegrityError:  # a colleague was as fast
        return MediaFile.objects.get(pk=pk)
    return copy
