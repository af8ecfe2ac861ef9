"""A picture for whoever has its signed address: no session, no cookie, no redirect."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from conversations import public_links
from conversations.views.media import whole


@require_safe
@cache_control(private=True, max_age=3600)
def public_media(request: HttpRequest, token: str) -> FileResponse:
    """Forged, old, foreign and missing are one 404."""
    file = public_links.file_of(token)
    if file is None:
        raise Http404
    try:
        answer = whole(file.file, file)
    except FileNotFoundError:
        raise Http404 from None
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
