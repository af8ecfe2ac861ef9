"""Sessions that know whose they are, so that they can be shown to their person and ended by others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from forstok_chat.accounts.models.people import User

if TYPE_CHECKING:
    from forstok_chat.accounts.sessions import SessionStore


class Session(AbstractBaseSession):
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        from forstok_chat.accounts.sessions import SessionStore

        return SessionStore
