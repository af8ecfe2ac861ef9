"""Wrong passwords lock an address for a while (django-axes, configured in the settings). The way out is the mailbox."""

from __future__ import annotations

from typing import Any

from axes.utils import reset
from django.http import HttpRequest

from forstok_chat.accounts.models import User


def address(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Whose password was tried: addresses are told apart without regard to case."""
    typed = (credentials or {}).get("username") or (request.POST.get("username") if request else "")
    return str(typed or "").strip().lower()[:254]


def unlock(user: User) -> None:
    """Whoever reads the mailbox of the address is its person."""
    reset(username=user.email.lower())
