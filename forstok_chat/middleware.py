"""What all pages have in common on the way in and out."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django_htmx.http import reswap


def sign_in_again(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """A fragment for somebody who is signed out is a notice on their page with the way back to it: no form in a bubble,
    and no other page while they write."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        htmx = getattr(request, "htmx", None)
        sign_in = resolve_url(settings.LOGIN_URL)
        if htmx and response.status_code == 302 and response["Location"].startswith(sign_in):
            context = {"oob": True, "came_from": htmx.current_url_abs_path or "/"}
            return reswap(render(request, "_signed_out.html", context, status=401), "none")
        return response

    return middleware
