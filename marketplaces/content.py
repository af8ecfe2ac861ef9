"""What crosses the gate between a connector and the rest: frozen values, no rows, no requests.

Ids are texts everywhere (the marketplaces' exceed 2^53); times are aware datetimes in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")


class Kind(StrEnum):
    """What a bubble holds. `payload` of a message has the fields named here, each may be missing."""

    TEXT = "text"  # attachment: the id of something attached of which the marketplace tells nothing else
    IMAGE = "image"  # url, thumbnail_url, width, height (pixels)
    VIDEO = "video"  # url, thumbnail_url, width, height (pixels), seconds
    STICKER = "sticker"  # package, sticker
    PRODUCT = "product"  # product, name, price, picture_url, url
    ORDER = "order"  # order
    SYSTEM = "system"  # label; bot traffic and the marketplace's own cards, never an answer by the shop
    UNKNOWN = "unknown"  # label, attachment; kept whole in `raw`


def is_bare_attachment(kind: str, payload: Mapping[str, Any]) -> bool:
    """Something is attached to this bubble, and the marketplace told its id alone."""
    return kind in (Kind.TEXT, Kind.UNKNOWN) and bool(payload.get("attachment"))


@dataclass(frozen=True)
class Room:
    """The two addresses of a conversation: marketplaces send to the room or to the buyer."""

    conversation: str
    buyer: str


@dataclass(frozen=True)
class RemoteConversation:
    """A conversation as the marketplace lists it.

    `version` changes whenever something was said; equal versions mean nothing new.
    `last_message_at` is None when the marketplace does not tell; `last_message_id` is that message's, "" where it
    is not told (then times have to be exact enough to tell two messages apart).
    `platform`: where the buyer writes from, a marketplace's slug, where one connector brings buyers of several.
    `can_reply`: None when the marketplace does not tell; `lock_code` explains a False (a code, as in Rejected).
    """

    remote_id: str
    buyer_id: str
    buyer_name: str = ""
    buyer_avatar_url: str = ""
    last_message_at: datetime | None = None
    last_message_id: str = ""
    version: str = ""
    unread_count: int = 0
    is_pinned: bool = False
    platform: str = ""
    can_reply: bool | None = None
    lock_code: str = ""

    @property
    def room(self) -> Room:
        return Room(self.remote_id, self.buyer_id)


@dataclass(frozen=True)
class IncomingMessage:
    """One bubble as the marketplace tells it, of either side.

    `sequence` orders bubbles of the same instant (a number that grows with the marketplace's ids).
    `is_automatic`: sent by the marketplace or a bot for the shop; does not count as an answer.
    `about`: what the buyer was looking at, where told: {"product": id} or {"order": id}.
    `refusal`: the marketplace's code for having taken it away after accepting it; "" for a delivered one.
    `is_hidden`: the marketplace tells it but shows it to nobody; kept, never shown, never an answer.
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
    refusal: str = ""
    is_hidden: bool = False
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
class File:
    """A picture or video to hand over to a marketplace, already checked.

    `public_url`: where the marketplace may fetch it itself for a while; "" where nobody can.
    """

    name: str
    content_type: str
    body: bytes
    public_url: str = ""

    def __repr__(self) -> str:
        return f"File({self.name!r}, {len(self.body)} bytes)"


@dataclass(frozen=True)
class FileAccess:
    """Query and headers to add when a file of the marketplace is fetched; secret, for its own hosts only."""

    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Quota:
    """So many calls a day, counted under this key (throttle.count)."""

    key: str
    most: int


@dataclass(frozen=True)
class Uploaded:
    """What a marketplace made of a file: `payload` has the fields of its Kind, and under "upload" whatever
    the marketplace wants to hear again when it is sent. `is_ready`: False while it is still being worked on."""

    payload: Mapping[str, Any]
    is_ready: bool = True


class OrderStatus(StrEnum):
    UNPAID = "unpaid"
    PENDING = "pending"  # paid, held back by the marketplace
    TO_SHIP = "to_ship"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    RETURNING = "returning"
    COMPLETED = "completed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class OrderLine:
    """One product of an order. `price` for one piece; None where not told."""

    product: str
    name: str
    quantity: int = 1
    variation: str = ""
    price: Decimal | None = None
    picture_url: str = ""


@dataclass(frozen=True)
class RemoteOrder:
    """An order as the marketplace tells it. `total` is None until it is known; `remote_status` its own word."""

    remote_id: str
    buyer_id: str
    status: OrderStatus
    ordered_at: datetime
    updated_at: datetime
    buyer_name: str = ""
    remote_status: str = ""
    total: Decimal | None = None
    currency: str = "IDR"
    carrier: str = ""
    tracking: str = ""
    lines: tuple[OrderLine, ...] = ()


@dataclass(frozen=True)
class RemoteProduct:
    """A product as the marketplace tells it. Prices differ between its variations, so there are two;
    `stock` over all variations, None where not told. `is_listed`: buyers can see and buy it."""

    remote_id: str
    name: str
    updated_at: datetime
    sku: str = ""
    lowest_price: Decimal | None = None
    highest_price: Decimal | None = None
    currency: str = "IDR"
    stock: int | None = None
    is_listed: bool = True
    picture_url: str = ""
    url: str = ""


@dataclass(frozen=True)
class Tokens:
    """`expires_at` is when the access token ends.

    `owner`: who consented; shops of one owner share the pair and are refreshed together, "" where each shop
    has a pair of its own. `shop_key`: what the marketplace wants to see beside the token for this shop.
    `authorized_until`: when the consent itself ends, where the marketplace tells it with the tokens.
    """

    access: str
    expires_at: datetime
    refresh: str = ""
    owner: str = ""
    shop_key: str = ""
    authorized_until: datetime | None = None

    def __repr__(self) -> str:
        return f"Tokens(expires_at={self.expires_at!r})"


@dataclass(frozen=True)
class Grant:
    """What a seller's consent gave us: one token pair and the shops (remote ids) it opens.

    `shop_keys`: by shop, see Tokens.
    """

    tokens: Tokens
    shops: tuple[str, ...]
    shop_keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ShopFacts:
    """What the marketplace says of a shop. `authorized_until` where the consent has an end."""

    remote_id: str
    name: str = ""
    authorized_until: datetime | None = None


class PushKind(StrEnum):
    MESSAGE = "message"  # something was said in `conversation`; `message` when the push tells it whole
    CHANGED = "changed"  # something changed in `conversation`, or somewhere in the shop
    ORDER = "order"  # `order` of this shop changed
    AUTHORIZED = "authorized"
    EXPIRING = "expiring"  # the consent of these `shops` ends at `until`
    DISCONNECTED = "disconnected"
    IGNORED = "ignored"  # nothing for us


@dataclass(frozen=True)
class Hint:
    """What only a push tells of a bubble: the reading that brings it has its id and time, but not these."""

    kind: Kind
    text: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    is_from_buyer: bool = True


@dataclass(frozen=True)
class PushEvent:
    """One push, read. `shop` is the marketplace's id of the shop, "" where the push does not tell or tells
    of several, which are in `shops` then. `notification`: the marketplace's id of this push, the same when it
    comes again; "" where pushes have none."""

    kind: PushKind
    shop: str = ""
    conversation: RemoteConversation | None = None
    message: IncomingMessage | None = None
    hint: Hint | None = None
    order: str = ""
    shops: tuple[str, ...] = ()
    until: datetime | None = None
    detail: str = ""
    notification: str = ""


class PushHealth(StrEnum):
    """How the marketplace sees our answers to its pushes."""

    NORMAL = "normal"
    WARNING = "warning"  # too many were not answered
    SUSPENDED = "suspended"  # it has stopped pushing


@dataclass(frozen=True)
class LostPushes:
    """Pushes that found us away, oldest first, as bodies. `mark` confirms them; "" when there are none."""

    bodies: tuple[bytes, ...] = ()
    mark: str = ""
    has_more: bool = False
