"""The raw body of a push, for people: laid out, and without secrets."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

from django.db.models import Q

from conversations.models import Push
from marketplaces.models import Credential
from marketplaces.registry import connector_class

HIDDEN = "•••"
LONGEST = 100_000  # characters
# Names under which a secret may stand. Not `code`: that tells the kind of a push.
SECRET_NAME = re.compile(
    r"token|secret|passw|cipher|credential|cookie|authorization$|(^|_)(api|app|partner|push)?_?key$"
    r"|(^|_)sign(ature)?$|(^|_)auth_?code$",
    re.IGNORECASE,
)
# The same in the query of an address.
IN_ADDRESS = re.compile(
    r"([?&][\w-]*(?:token|secret|sign|signature|key|cipher|code)=)[^&\s\"'<>\\]+", re.IGNORECASE
)
# Shorter values are words that stand in many places.
SHORTEST_SECRET = 6


def readable(push: Push) -> str:
    """JSON is laid out; anything else comes as it is, as far as it is text."""
    text = bytes(push.body).decode(errors="replace")
    with suppress(ValueError):
        text = json.dumps(without_secrets(json.loads(text)), indent=2, ensure_ascii=False)
    for secret in secrets_of(push):
        text = text.replace(secret, HIDDEN)
    text = IN_ADDRESS.sub(rf"\g<1>{HIDDEN}", text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def without_secrets(told: Any) -> Any:
    if isinstance(told, dict):
        return {
            name: HIDDEN if value and SECRET_NAME.search(name) else without_secrets(value)
            for name, value in told.items()
        }
    return [without_secrets(item) for item in told] if isinstance(told, list) else told


def secrets_of(push: Push) -> list[str]:
    """The very values that we know, wherever they stand; the longest first, as one may be part of another."""
    fields = connector_class(push.app.marketplace).key_fields
    known = [push.app.keys.get(field.name, "") for field in fields if field.is_secret]
    whose = Q(shop=None) | Q(shop=push.shop) if push.shop_id else Q(shop=None)
    for credential in Credential.objects.filter(whose, app=push.app):
        known += texts_in(credential.tokens)
    return sorted({each for each in known if len(each) >= SHORTEST_SECRET}, key=len, reverse=True)


def texts_in(tokens: dict[str, Any]) -> list[str]:
    return [value for value in tokens.values() if isinstance(value, str)]
