"""Pictures and videos, kept here: what a marketplace's address shows today may be gone tomorrow."""

from __future__ import annotations

import uuid
from pathlib import PurePosixPath
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplaces.models.shops import Shop


def place_of(media: MediaFile, name: str) -> str:
    """Spread over folders; the name is ours, only the ending tells what it is."""
    return f"{media.shop_id}/{media.pk.hex[:2]}/{media.pk.hex}{PurePosixPath(name).suffix}"


def small_place_of(media: MediaFile, name: str) -> str:
    return place_of(media, f"{name}").replace(media.pk.hex + ".", media.pk.hex + "-small.")


class MediaFile(models.Model):
    """A file at a marketplace that we copy, or one that an agent uploaded (then `url` is empty).

    The id of a copy follows from its shop and address (`id_of`), so what draws it needs no query.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Not fetched yet")
        STORED = "stored", _("Stored")
        REFUSED = "refused", _("Refused")  # not a picture or video, too large, gone

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="media")
    url = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    file = models.FileField(upload_to=place_of, blank=True)
    small = models.FileField(upload_to=small_place_of, blank=True)
    content_type = models.CharField(max_length=50, blank=True)
    size = models.PositiveIntegerField(default=0, help_text=_("Bytes"))
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("Fetched by itself from then on; empty: only when it is looked at."),
    )
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager[MediaFile]] = models.Manager()

    class Meta:
        verbose_name = _("media file")
        verbose_name_plural = _("media files")
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="waiting"), name="media_to_fetch")
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_video(self) -> bool:
        return self.content_type.startswith("video/")


def id_of(shop_id: uuid.UUID, url: str) -> uuid.UUID:
    """The id that the copy of this address has in this shop."""
    return uuid.uuid5(shop_id, url)
