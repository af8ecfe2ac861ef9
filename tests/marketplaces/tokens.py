"""Tokens for a connector under test, without rows or encryption."""

from __future__ import annotations

from datetime import UTC, datetime

from marketplaces.content import Tokens
from marketplaces.errors import NotAuthorized

ENDS = datetime(2030, 1, 1, tzinfo=UTC)


class FixedTokens:
    """Hands out the given access tokens one after the other; when the last is refused, there are no more."""

    def __init__(self, *access: str) -> None:
        self.tokens = [Tokens(each, ENDS) for each in access or ("access-token",)]
        self.refused: list[str] = []

    def current(self) -> Tokens:
        return self.tokens[0]

    def renew(self, refused: Tokens) -> Tokens:
        self.refused.append(refused.access)
        self.tokens = [each for each in self.tokens if each != refused]
        if not self.tokens:
            raise NotAuthorized("no more tokens")
        return self.tokens[0]
