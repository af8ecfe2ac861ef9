"""The interface to one marketplace. A connector can do what it overrides; nothing is declared twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Protocol

from django.utils.translation import gettext_noop

from marketplaces.content import (
    File,
    FileAccess,
    Grant,
    IncomingMessage,
    LostPushes,
    Page,
    PushEvent,
    PushHealth,
    Quota,
    Receipt,
    RemoteConversation,
    RemoteOrder,
    RemoteProduct,
    Room,
    ShopFacts,
    Tokens,
    Uploaded,
)
from marketplaces.errors import Unsupported
from marketplaces.http import Bucket, Http

__all__ = ["ABILITIES", "Connector", "KeyField", "SyncPolicy", "TokenSource", "gettext_noop"]

# What a marketplace may have or not; everything else a connector must have.
ABILITIES = (
    "send_text",
    "send_image",
    "send_video",
    "send_sticker",
    "send_product",
    "send_order",
    "mark_read",
    "get_conversation",
    "list_products",
    "list_orders",
    "orders_of_buyer",
    "authorized_shops",
    "lost_pushes",
)


@dataclass(frozen=True)
class KeyField:
    """One app key: `name` as in the environment (without the marketplace's prefix), `label` in English, marked
    with gettext_noop. A secret is never shown again. `choices`: the only values beside the platform's own."""

    name: str
    label: str
    is_secret: bool = False
    is_required: bool = True
    is_number: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class SyncPolicy:
    """How often to look for what no push has told: a marketplace's manners, as values."""

    watched: timedelta  # while somebody looks at the shop's chats
    active: timedelta  # while buyers write to it
    quiet: timedelta


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
    key_fields: ClassVar[tuple[KeyField, ...]]
    #: "shop": each shop has tokens of its own. "app": one token speaks for every shop of the app.
    token_scope: ClassVar[Literal["shop", "app"]] = "shop"
    #: Tokens are refreshed so long before their end. Zero where new ones are only handed out after it.
    refresh_before: ClassVar[timedelta] = timedelta(minutes=30)
    #: The seller leaves for the marketplace's own login. False: one click, the integration is reused.
    needs_consent: ClassVar[bool] = True
    #: A consent given before, for another shop or another purpose, is enough: then activating is one click, too.
    reuses_consent: ClassVar[bool] = False
    #: Everybody is sent back to one address that is registered at the marketplace, with our state beside.
    registers_callback: ClassVar[bool] = False
    #: The marketplace (its slug) at which shops go on when this one is shut; "" where none follows.
    succeeded_by: ClassVar[str] = ""
    #: Where buyers may write from (RemoteConversation.platform) -> its name, where one connector brings several.
    platforms: ClassVar[Mapping[str, str]] = {}
    #: Longest text in characters (code points). None: not known.
    text_limit: ClassVar[int | None] = None
    #: Largest picture and video in bytes.
    image_limit: ClassVar[int] = 10 * 1024 * 1024
    video_limit: ClassVar[int] = 30 * 1024 * 1024
    #: Hosts that pictures and videos may be fetched from; ".example.com" means every host below it. The host of
    #: the app's own address is always one.
    media_hosts: ClassVar[tuple[str, ...]] = ()
    #: Orders are listed for at most so long a time at once.
    order_window: ClassVar[timedelta] = timedelta(days=15)
    #: Orders and products can be listed by what changed. False: they are listed anew, less often.
    lists_updates: ClassVar[bool] = True
    #: Pictures are not handed over, the marketplace fetches them from File.public_url. Where it does not, agents
    #: may send that address as a text.
    fetches_pictures: ClassVar[bool] = False
    #: Bubbles stand in the order of their numbers (`sequence`), whatever their times say.
    orders_by_number: ClassVar[bool] = False
    sync_policy: ClassVar[SyncPolicy] = SyncPolicy(
        watched=timedelta(seconds=15), active=timedelta(seconds=30), quiet=timedelta(seconds=120)
    )
    #: How long a message may take to appear in a reading after it was accepted.
    settling_time: ClassVar[timedelta] = timedelta(seconds=10)
    #: How long after a send a reply is looked at again, as it may be taken away although it was accepted.
    rechecks: ClassVar[tuple[timedelta, ...]] = ()
    #: Those of its error codes that close a room for replies, until it says otherwise.
    lock_codes: ClassVar[frozenset[str]] = frozenset()
    #: The marketplace's error code -> an English sentence for the agent, marked with gettext_noop.
    explanations: ClassVar[Mapping[str, str]] = {}
    #: The label of a SYSTEM message -> in a few English words, marked with gettext_noop, what it is about.
    notices: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *, keys: Mapping[str, str], shop: str, tokens: TokenSource, http: Http) -> None:
        self.keys = keys
        self.shop = shop
        self.tokens = tokens
        self.http = http

    # The app

    @classmethod
    def required_keys(cls) -> list[str]:
        return [field.name for field in cls.key_fields if field.is_required]

    @classmethod
    def check_keys(cls, keys: Mapping[str, str], http: Http) -> None:
        """Ask the marketplace whether it knows these. Raises Rejected, NotAuthorized, Temporary, Uncertain."""
        raise Unsupported("checking app keys")

    @classmethod
    def authorized_shops(cls, keys: Mapping[str, str], http: Http) -> tuple[ShopFacts, ...]:
        """Every shop that the app may speak for now (without names)."""
        raise Unsupported("a list of authorized shops")

    @classmethod
    def push_health(cls, keys: Mapping[str, str], http: Http) -> PushHealth:
        raise Unsupported("the state of pushes")

    @classmethod
    def lost_pushes(cls, keys: Mapping[str, str], http: Http) -> LostPushes:
        """The oldest pushes that found us away."""
        raise Unsupported("lost pushes")

    @classmethod
    def confirm_lost_pushes(cls, keys: Mapping[str, str], mark: str, http: Http) -> None:
        """Drop them there up to this mark: they are stored here."""
        raise Unsupported("lost pushes")

    # Connecting

    @classmethod
    def consent_url(cls, keys: Mapping[str, str], callback_url: str, state: str) -> str:
        """Where the seller signs in and agrees. `callback_url` already carries our state. A marketplace that
        sends everybody back to one registered address has to carry `state` along itself."""
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

    def get_conversation(self, conversation: str) -> RemoteConversation:
        """One conversation as the list has it: asked once for a room that a push names without its buyer."""
        raise Unsupported("single conversations")

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

    @classmethod
    def read_stored_push(cls, body: bytes) -> PushEvent:
        """As read_push, without a signature: it was verified when it came, or a call of ours has brought it.
        Raises BadWebhook."""
        raise NotImplementedError

    def file_access(self) -> FileAccess:
        """What this shop's pictures and videos want to see before they can be fetched. Raises NotAuthorized."""
        return FileAccess()

    # Orders and products

    def list_orders(
        self, since: datetime, until: datetime, cursor: str | None = None, *, by_update: bool
    ) -> Page[RemoteOrder]:
        """Orders placed (or changed, `by_update`) in this time, at most `order_window` long."""
        raise Unsupported("orders")

    def get_orders(self, orders: Sequence[str]) -> tuple[RemoteOrder, ...]:
        """These orders, at most 50; those that the marketplace does not know are left out."""
        raise Unsupported("orders")

    def orders_of_buyer(self, buyer: str) -> tuple[RemoteOrder, ...]:
        """The newest orders of this buyer in this shop."""
        raise Unsupported("orders of a buyer")

    def list_products(self, since: datetime | None, cursor: str | None = None) -> Page[RemoteProduct]:
        """Products changed since then, or all; those taken off the shelf as well (`is_listed`)."""
        raise Unsupported("products")

    def get_products(self, products: Sequence[str]) -> tuple[RemoteProduct, ...]:
        """These products, at most 50; those that the marketplace does not know are left out."""
        raise Unsupported("products")

    # Reading marks

    def mark_read(self, room: Room, message: str) -> None:
        """The shop has read this room up to this message."""
        raise Unsupported("marking as read")

    def send_bucket(self) -> Bucket:
        """The rate limit that sends of this shop count against, whatever their kind."""
        raise NotImplementedError

    def quota(self) -> Quota | None:
        """How many calls a day the marketplace allows this shop; None where there is no such limit."""
        return None

    # Sending. Raises Rejected, NotAuthorized, Temporary (nothing was delivered) or Uncertain (perhaps it was)

    def send_text(self, room: Room, text: str) -> Receipt:
        raise Unsupported("text messages")

    def upload_image(self, file: File) -> Uploaded:
        """Hand over a picture, to be sent next. Nothing is delivered by it, so never Uncertain."""
        raise Unsupported("pictures")

    def send_image(self, room: Room, picture: Uploaded) -> Receipt:
        raise Unsupported("pictures")

    def upload_video(self, file: File) -> Uploaded:
        """As upload_image. It may come back not ready; then ask `uploaded_video` until it is."""
        raise Unsupported("videos")

    def uploaded_video(self, video: Uploaded) -> Uploaded:
        """How far the marketplace is with it. Raises Rejected when it cannot use it."""
        raise Unsupported("videos")

    def send_video(self, room: Room, video: Uploaded) -> Receipt:
        raise Unsupported("videos")

    def send_sticker(self, room: Room, package: str, sticker: str) -> Receipt:
        raise Unsupported("stickers")

    def send_product(self, room: Room, product: str) -> Receipt:
        raise Unsupported("product cards")

    def send_order(self, room: Room, order: str) -> Receipt:
        raise Unsupported("order cards")

    # Abilities

    @classmethod
    def can(cls, ability: str) -> bool:
        ours, base = getattr(cls, ability), getattr(Connector, ability)
        return getattr(ours, "__func__", ours) is not getattr(base, "__func__", base)

    @classmethod
    def abilities(cls) -> frozenset[str]:
        return frozenset(ability for ability in ABILITIES if cls.can(ability))
