"""Types of the requests that views receive."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from forstok_chat.accounts.models import User


class ChatRequest(HttpRequest):
    """A request of a signed-in user."""

    user: User
    htmx: HtmxDetails
