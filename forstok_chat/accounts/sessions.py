"""Where people are signed in (SESSION_ENGINE): Django's own store in the database, with the person beside it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY, login
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.dateparse import parse_datetime
from redis import RedisError

from forstok_chat.accounts.devices import device
from forstok_chat.accounts.models import Session, User
from forstok_chat.redis import redis

logger = logging.getLogger(__name__)

BACKEND = "django.contrib.auth.backends.ModelBackend"
SIGNED_IN = "signed_in"
ENDED = "ended:"
EVERY_PERSON = f"{ENDED}*"


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        row.user_id = data.get(SESSION_KEY)
        return row


@dataclass(frozen=True)
class SignedIn:
    """One place where a person is signed in. `mark` names it in addresses, as its key is a secret."""

    key: str
    mark: str
    device: str
    address: str
    since: datetime | None
    is_this: bool


def begin(request: HttpRequest, user: User) -> None:
    """Sign in here, and note from where."""
    login(request, user, backend=BACKEND)
    request.session[SIGNED_IN] = {
        "agent": request.headers.get("User-Agent", "")[:300],
        "address": request.META.get("REMOTE_ADDR", ""),
        "since": timezone.now().isoformat(),
    }


def of(request: HttpRequest) -> list[SignedIn]:
    """All places where this person is signed in, this one first, then the newest."""
    rows = Session.objects.filter(user=request.user.pk, expire_date__gt=timezone.now())
    found = [signed_in(row, request.session.session_key) for row in rows]
    found.sort(key=lambda each: each.since.isoformat() if each.since else "", reverse=True)
    return sorted(found, key=lambda each: not each.is_this)


def signed_in(row: Session, this: str | None) -> SignedIn:
    noted = row.get_decoded().get(SIGNED_IN, {})
    return SignedIn(
        key=row.session_key,
        mark=salted_hmac("signed in", row.session_key).hexdigest()[:32],
        device=device(noted.get("agent", "")),
        address=noted.get("address", ""),
        since=parse_datetime(noted.get("since", "")),
        is_this=row.session_key == this,
    )


def of_user(user: User) -> QuerySet[Session]:
    return Session.objects.filter(user=user)


def end(user: User, sessions: QuerySet[Session]) -> None:
    """Sign out there, and close the live streams that stand open: one that still holds comes back by itself."""
    sessions.filter(user=user).delete()
    try:
        redis().publish(channel(user.pk), "ended")
    except RedisError:
        logger.warning("open streams are not told: Redis does not answer")


def channel(user_pk: int) -> str:
    """Where the streams of a person hear that sessions have ended."""
    return f"{ENDED}{user_pk}"
