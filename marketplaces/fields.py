"""A model field whose value is encrypted at rest, with rotating keys."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@cache
def fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


class EncryptedJSONField(models.TextField):
    """A JSON object kept as a Fernet token. FIELD_KEYS: the first encrypts, all decrypt.

    A value that no key opens raises InvalidToken: better no page than a page with garbage for a secret.
    """

    # What rows give and take, for the type checker.
    _pyi_private_get_type: dict[str, str]  # type: ignore[assignment]
    _pyi_private_set_type: dict[str, str]  # type: ignore[assignment]

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        return fernet(tuple(settings.FIELD_KEYS)).encrypt(json.dumps(value).encode()).decode()

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        if value is None:
            return None
        return json.loads(fernet(tuple(settings.FIELD_KEYS)).decrypt(value))

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Dumps and fixtures never carry the secret."""
        return ""
