"""Pictures and videos, to those who may see their shop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from threading import BoundedSemaphore
from time import monotonic, sleep
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from forstok_chat.http import ChatRequest
from marketplaces import media as files
from marketplaces.models import MediaFile, Shop

# Seconds that a browser waits for a picture that is just being fetched.
PATIENCE = 6.0
# So many requests may wait at once: the others of this process stay free for pages.
WAITING = BoundedSemaphore(4)
RANGE = re.compile(r"bytes=(\d+)-(\d*)")
PIECE = 256 * 1024
# Even a file that fooled the checks can do nothing when it is opened by itself.
HARMLESS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


@require_safe
@login_required
@cache_control(private=True, max_age=31_536_000, immutable=True)
def media(request: ChatRequest, pk: UUID) -> HttpResponseBase:
    """The file as the marketplace has it, or whole parts of a video."""
    found = find(request, pk)
    return ranged(found, request.headers["Range"]) if "Range" in request.headers else whole(found.file, found)


@require_safe
@login_required
@cache_control(private=True, max_age=31_536_000, immutable=True)
def small(request: ChatRequest, pk: UUID) -> HttpResponseBase:
    """The small copy of a picture."""
    found = find(request, pk)
    if not found.small:
        raise Http404
    return whole(found.small, found, content_type="image/jpeg")


def find(request: ChatRequest, pk: UUID) -> MediaFile:
    """Through the user: foreign, missing and unusable are one 404."""
    shops = Shop.objects.visible_to(request.user)
    found = get_object_or_404(MediaFile, pk=pk, shop__in=shops)
    if found.state == MediaFile.State.WAITING:
        found = fetched(found)
    if found.state != MediaFile.State.STORED:
        raise Http404
    return found


def fetched(media: MediaFile) -> MediaFile:
    """Fetch it now, or wait a moment for whoever is at it."""
    if not WAITING.acquire(timeout=PATIENCE):
        return media
    try:
        deadline = monotonic() + PATIENCE
        if claimed := files.claim(media.pk, for_somebody_looking=True):
            files.fetch(claimed)
            return claimed
        while media.state == MediaFile.State.WAITING and monotonic() < deadline:
            sleep(0.1)
            media.refresh_from_db()
        return media
    finally:
        WAITING.release()


def whole(file: FieldFile, media: MediaFile, content_type: str = "") -> FileResponse:
    headers = HARMLESS | ({"Accept-Ranges": "bytes"} if media.is_video else {})
    return FileResponse(file.open("rb"), content_type=content_type or media.content_type, headers=headers)


def ranged(media: MediaFile, asked: str) -> HttpResponseBase:
    """One part, as players ask for it to begin before the end is here and to jump."""
    found = RANGE.fullmatch(asked)
    if found is None:
        return whole(media.file, media)
    first, last = int(found[1]), min(int(found[2] or media.size), media.size - 1)
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{media.size}"})
    headers = HARMLESS | {
        "Content-Range": f"bytes {first}-{last}/{media.size}",
        "Content-Length": str(last - first + 1),
    }
    pieces = part(media.file, first, last - first + 1)
    return StreamingHttpResponse(pieces, status=206, content_type=media.content_type, headers=headers)


def part(file: FieldFile, first: int, length: int) -> Iterator[bytes]:
    with file.open("rb") as opened:
        opened.seek(first)
        while length > 0 and (piece := opened.read(min(PIECE, length))):
            length -= len(piece)
            yield piece
