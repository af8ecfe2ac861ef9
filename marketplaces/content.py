"""What crosses the gate between a connector and the rest: frozen values, no rows, no requests.

Ids are texts everywhere (the marketplaces' exceed 2^53); times are aware datetimes in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")


class Kind(StrEnum):
    """What a bubble holds. `payload` of a message has the fields named here, each may be missing."""

    TEXT = "text"
    IMAGE = "image"  # url, thumbnail_url
    VIDEO = "video"  # url, thumbnail_url, seconds
    STICKER = "sticker"  # package, sticker
    PRODUCT = "product"  # product, name, price, picture_url, url
    ORDER = "order"  # order
    SYSTEM = "system"  # label; bot traffic and the marketplace's own cards, never an answer by the shop
    UNKNOWN = "unknown"  # label; kept whole in `raw`


@dataclass(frozen=True)
class Room:
    """The two addresses of a conversation: marketplaces send to the room or to the buyer."""

    conversation: str
    buyer: str


@dataclass(frozen=True)
class RemoteConversation:
    """A conversation as the marketplace lists it.

    `version` changes whenever something was said; equal versions mean nothing new.
    `last_message_at` is None when the marketplace does not tell.
    """

    remote_id: str
    buyer_id: str
    buyer_name: str = ""
    buyer_avatar_url: str = ""
    last_message_at: datetime | None = None
    version: str = ""
    unread_count: int = 0
    is_pinned: bool = False

    @property
    def room(self) -> Room:
        return Room(self.remote_id, self.buyer_id)


@dataclass(frozen=True)
class IncomingMessage:
    """One bubble as the marketplace tells it, of either side.

    `sequence` orders bubbles of the same instant (a number that grows with the marketplace's ids).
    `is_automatic`: sent by the marketplace or a bot for the shop; does not count as an answer.
    `about`: what the buyer was looking at, where told: {"product": id} or {"order": id}.
    """

    remote_id: str
    is_from_buyer: bool
    sent_at: datetime
    sequence: int
    kind: Kind = Kind.TEXT
    text: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    sender_name: str = ""
    is_automatic: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Newest first. `next` is the marketplace's cursor for older ones, None at the end."""

    items: tuple[Item, ...]
    next: str | None = None


@dataclass(frozen=True)
class Receipt:
    """The marketplace's answer to a send. Without `remote_id` only reading back proves the delivery."""

    remote_id: str | None = None
    sent_at: datetime | None = None
    sequence: int | None = None


@dataclass(frozen=True)
class Tokens:
    """`expires_at` is when the access token ends."""

    access: str
    expires_at: datetime
    refresh: str = ""

    def __repr__(self) -> str:
        return f"Tokens(expires_at={self.expires_at!r})"


@dataclass(frozen=True)
class Grant:
    """What a seller's consent gave us: one token pair and the shops (remote ids) it opens."""

    tokens: Tokens
    shops: tuple[str, ...]


@dataclass(frozen=True)
class ShopFacts:
    """What the marketplace says of a shop. `authorized_until` where the consent has an end."""

    remote_id: str
    name: str = ""
    authorized_until: datetime | None = None


class PushKind(StrEnum):
    MESSAGE = "message"  # something was said in `conversation`; `message` when the push tells it whole
    CHANGED = "changed"  # something changed in `conversation`, or somewhere in the shop
    AUTHORIZED = "authorized"
    DISCONNECTED = "disconnected"
    IGNORED = "ignored"  # nothing for us


@dataclass(frozen=True)
class PushEvent:
    """One push, read. `shop` is the marketplace's id of the shop, "" where the push does not tell."""

    kind: PushKind
    shop: str = ""
    conversation: RemoteConversation | None = None
    message: IncomingMessage | None = None
    detail: str = ""
