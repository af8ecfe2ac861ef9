"""Pictures and videos, copied here and served from our own origin: fetched once, checked by their content.

    keep ──> WAITING ──> STORED
                └──────> REFUSED    gone, foreign, too large, or not what it says it is
Those of a conversation are fetched by themselves; those of products only when somebody looks.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from pathlib import PurePosixPath
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from marketplaces.content import File
from marketplaces.download import download
from marketplaces.errors import MarketplaceError, NotAuthorized, Rejected, Temporary, Uncertain
from marketplaces.models import MediaFile, Shop
from marketplaces.models.media import id_of
from marketplaces.pictures import NotUsable, check_picture, clean_picture, is_video
from marketplaces.registry import connector_for

logger = logging.getLogger(__name__)

State = MediaFile.State
# Longer than any download lasts, so that one process does it.
LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 6


def keep(shop: Shop, urls: Iterable[str], *, is_urgent: bool) -> None:
    """Remember these files. Urgent ones are fetched by themselves, as their addresses may not last."""
    now = timezone.now() if is_urgent else None
    wanted = [
        MediaFile(pk=id_of(shop.pk, url), shop=shop, url=url, next_attempt_at=now)
        for url in dict.fromkeys(urls)
        if url.startswith(("https://", "http://"))
    ]
    MediaFile.objects.bulk_create(wanted, ignore_conflicts=True)
    if is_urgent:  # known from a product, now in a conversation
        idle = MediaFile.objects.filter(pk__in=[media.pk for media in wanted], state=State.WAITING)
        idle.filter(next_attempt_at=None).update(next_attempt_at=now)


def claim(pk: UUID | str, *, for_somebody_looking: bool = False) -> MediaFile | None:
    """Take the turn to fetch it; None when it is settled or somebody else is at it."""
    now = timezone.now()
    due = Q(next_attempt_at__lte=now)
    if for_somebody_looking:
        due |= Q(next_attempt_at=None)
    waiting = MediaFile.objects.filter(due, pk=pk, state=State.WAITING)
    if not waiting.update(next_attempt_at=now + LEASE):
        return None
    return MediaFile.objects.select_related("shop").get(pk=pk)


def fetch(media: MediaFile) -> None:
    """Fetch a claimed one and settle it, or note when to try again."""
    shop = media.shop
    connector = shop.connector
    try:
        body = download(
            media.url,
            hosts=connector.media_hosts,
            own_origin=shop.app_in_use().keys["api_url"],
            most_bytes=max(connector.image_limit, connector.video_limit),
            access=connector_for(shop).file_access(),
        )
        store(media, body)
    except (Temporary, NotAuthorized, Uncertain) as error:
        postpone(media, error)
    except (Rejected, NotUsable) as error:
        refuse(media, error)


def store(media: MediaFile, body: bytes) -> None:
    """Raises NotUsable."""
    if is_video(body):
        media.content_type = "video/mp4"
        media.file.save("video.mp4", ContentFile(body), save=False)
    else:
        picture = check_picture(body)
        media.content_type, media.width, media.height = picture.content_type, picture.width, picture.height
        media.file.save(f"picture{picture.ending}", ContentFile(body), save=False)
        media.small.save("small.jpg", ContentFile(picture.small), save=False)
    media.size, media.state, media.problem = len(body), State.STORED, ""
    media.save()


def postpone(media: MediaFile, error: MarketplaceError) -> None:
    media.attempts += 1
    if media.attempts >= MOST_ATTEMPTS:
        return refuse(media, error)
    media.next_attempt_at = timezone.now() + timedelta(seconds=4**media.attempts)
    media.problem = str(error)
    media.save(update_fields=["attempts", "next_attempt_at", "problem"])
    return None


def refuse(media: MediaFile, error: Exception) -> None:
    logger.warning("media %s cannot be kept: %s", media.pk, error)
    media.state, media.problem = State.REFUSED, str(error)[:1000]
    media.save(update_fields=["state", "problem"])


def due() -> list[UUID]:
    waiting = MediaFile.objects.filter(state=State.WAITING, next_attempt_at__lte=timezone.now())
    return list(waiting.order_by("next_attempt_at").values_list("pk", flat=True)[:200])


# What agents send


def take_upload(shop: Shop, body: bytes) -> MediaFile:
    """A picture or video from an agent, checked and stored. Raises NotUsable."""
    if is_video(body):
        if len(body) > shop.connector.video_limit:
            raise NotUsable("the video is too large")
        file = File("video.mp4", "video/mp4", body)
    else:
        file = clean_picture(body, shop.connector.image_limit)
    media = MediaFile(shop=shop)
    store(media, file.body)
    return media


def discard(media: MediaFile) -> None:
    """An upload that was not sent: the row, and with the transaction its files."""
    names = [str(each.name) for each in (media.file, media.small) if each]
    media.delete()
    for name in names:
        transaction.on_commit(partial(media.file.storage.delete, name))


def as_file(media: MediaFile) -> File:
    """What is handed over to the marketplace."""
    with media.file.open("rb") as stored:
        return File(PurePosixPath(str(stored.name)).name, media.content_type, stored.read())
