"""The interface to one marketplace. A connector can do what it overrides; nothing is declared twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Literal, Protocol

from django.utils.translation import gettext_noop

from marketplaces.content import (
    Grant,
    IncomingMessage,
    Page,
    PushEvent,
    Receipt,
    RemoteConversation,
    Room,
    ShopFacts,
    Tokens,
)
from marketplaces.errors import Unsupported
from marketplaces.http import Http

__all__ = ["ABILITIES", "Connector", "SyncPolicy", "TokenSource", "gettext_noop"]

# What the screen may ask for; everything else a connector must have.
ABILITIES = ("send_text",)


@dataclass(frozen=True)
class SyncPolicy:
    """How often to look for what no push has told: a marketplace's manners, as a value."""

    every: timedelta


class TokenSource(Protocol):
    """Where a connector finds its tokens. The real one locks the row while it refreshes."""

    def current(self) -> Tokens:
        """The tokens to use now, refreshed before their end. Raises NotAuthorized without any."""

    def renew(self, refused: Tokens) -> Tokens:
        """Tokens other than those the marketplace has just refused. Raises NotAuthorized."""


class Connector:
    """Speaks to one marketplace on behalf of one shop.

    Overriding: the attributes and the methods of the first two groups are needed, the abilities are
    optional. `can` should not be overridden.
    """

    slug: ClassVar[str]
    name: ClassVar[str]
    #: Names of the app keys it needs, as in the environment (without the marketplace's prefix).
    required_keys: ClassVar[tuple[str, ...]]
    #: "shop": each shop has tokens of its own. "app": one token speaks for every shop of the app.
    token_scope: ClassVar[Literal["shop", "app"]] = "shop"
    #: Tokens are refreshed so long before their end. Zero where new ones are only handed out after it.
    refresh_before: ClassVar[timedelta] = timedelta(minutes=30)
    #: The seller leaves for the marketplace's own login. False: one click, the integration is reused.
    needs_consent: ClassVar[bool] = True
    #: Longest text in characters (code points). None: not known.
    text_limit: ClassVar[int | None] = None
    sync_policy: ClassVar[SyncPolicy] = SyncPolicy(every=timedelta(seconds=20))
    #: How long a message may take to appear in a reading after it was accepted.
    settling_time: ClassVar[timedelta] = timedelta(seconds=10)
    #: The marketplace's error code -> an English sentence for the agent, marked with gettext_noop.
    explanations: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *, keys: Mapping[str, str], shop: str, tokens: TokenSource, http: Http) -> None:
        self.keys = keys
        self.shop = shop
        self.tokens = tokens
        self.http = http

    # Connecting

    @classmethod
    def consent_url(cls, keys: Mapping[str, str], callback_url: str) -> str:
        """Where the seller signs in and agrees. The callback URL already carries our state."""
        raise Unsupported("consent")

    @classmethod
    def exchange(cls, keys: Mapping[str, str], callback: Mapping[str, str], http: Http) -> Grant:
        """Turn the query of the marketplace's redirect into tokens. Raises Rejected, Temporary, Uncertain."""
        raise Unsupported("consent")

    @classmethod
    def refresh(cls, keys: Mapping[str, str], shop: str, tokens: Tokens | None, http: Http) -> Tokens:
        """New tokens. The old refresh token is spent by this call, so the caller holds the row's lock."""
        raise NotImplementedError

    def facts(self) -> ShopFacts:
        """What the marketplace says of this shop; also the proof that we may speak for it."""
        raise NotImplementedError

    # Receiving

    def list_conversations(self, cursor: str | None = None) -> Page[RemoteConversation]:
        """Conversations, newest first (pinned ones may come before)."""
        raise NotImplementedError

    def list_messages(self, conversation: str, cursor: str | None = None) -> Page[IncomingMessage]:
        """Bubbles of both sides, newest first."""
        raise NotImplementedError

    @classmethod
    def read_push(
        cls, keys: Mapping[str, str], headers: Mapping[str, str], body: bytes, callback_url: str
    ) -> PushEvent:
        """Verify and read one push; header names in lower case. Raises BadWebhook.

        A class method, as the shop is only known afterwards. Unknown pushes come back as IGNORED.
        """
        raise NotImplementedError

    # Abilities

    def send_text(self, room: Room, text: str) -> Receipt:
        """Raises Rejected, NotAuthorized, Temporary (nothing was delivered) or Uncertain (perhaps it was)."""
        raise Unsupported("text messages")

    @classmethod
    def can(cls, ability: str) -> bool:
        return getattr(cls, ability) is not getattr(Connector, ability)

    @classmethod
    def abilities(cls) -> frozenset[str]:
        return frozenset(ability for ability in ABILITIES if cls.can(ability))
