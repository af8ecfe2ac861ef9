"""Addresses at which an agent's picture can be seen without signing in: by a marketplace that fetches it, by a
buyer who was sent the link. Signed, and good for a while; what is behind one is told by nothing else in it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone

from marketplaces.models import MediaFile

FOR_A_MARKETPLACE = timedelta(days=7)
FOR_A_BUYER = timedelta(days=30)


def signer() -> Signer:
    """A dot, as a colon may end an address where somebody makes links of texts."""
    return Signer(salt="conversations.public_links", sep=".")


def link_to(file: MediaFile, lifetime: timedelta) -> str:
    ends_at = int((timezone.now() + lifetime).timestamp())
    token = signer().sign_object([file.pk.hex, ends_at])
    return settings.PUBLIC_URL + reverse("conversations:public-media", args=[token])


def file_of(token: str) -> MediaFile | None:
    """None for a forged or old one, and for a file that no agent has uploaded."""
    try:
        pk, ends_at = signer().unsign_object(token)
    except BadSignature:
        return None
    if ends_at <= timezone.now().timestamp():
        return None
    return MediaFile.objects.filter(pk=UUID(hex=pk), url="", state=MediaFile.State.STORED).first()
