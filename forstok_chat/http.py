"""Types of the requests that views receive."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict
from django_htmx.middleware import HtmxDetails

from forstok_chat.accounts.models import User


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: nothing before it was sent, and what was sent even when that is empty."""
    return request.POST if request.method == "POST" else None


class ChatRequest(HttpRequest):
    """A request of a signed-in user."""

    user: User
    htmx: HtmxDetails
