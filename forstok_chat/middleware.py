"""What all pages have in common on the way in and out."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect


def sign_in_again(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """An expired login inside a fragment sends the whole page to sign-in, not a form into a bubble."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_fragment = getattr(request, "htmx", False)
        sign_in = resolve_url(settings.LOGIN_URL)
        if is_fragment and response.status_code == 302 and response["Location"].startswith(sign_in):
            return HttpResponseClientRedirect(sign_in)
        return response

    return middleware
