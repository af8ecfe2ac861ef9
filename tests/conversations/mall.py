"""A marketplace for tests of what no other has: numbered bubbles, rooms to be looked up, buyers of two places."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.utils import timezone

from forstok_chat.accounts.models import Seller
from marketplaces.connector import Connector
from marketplaces.content import (
    FileAccess,
    IncomingMessage,
    Kind,
    Page,
    PushEvent,
    PushKind,
    Quota,
    Receipt,
    RemoteConversation,
    RemoteOrder,
    Room,
    Tokens,
)
from marketplaces.credentials import store
from marketplaces.errors import MarketplaceError
from marketplaces.http import Bucket
from marketplaces.models import App, Shop

BEGAN = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
CLOSED = "room_closed"


class Mall(Connector):
    """What it answers lies in `world`; what it was asked in `asked`."""

    slug = "mall"
    name = "Mall"
    key_fields = ()
    orders_by_number = True
    platforms = {"tokopedia": "Tokopedia", "tiktok_shop": "TikTok Shop"}
    lock_codes = frozenset({CLOSED})
    explanations = {CLOSED: "The buyer has not written for a long time."}
    media_hosts = ("files.mall.example.test",)

    world: ClassVar[dict[str, Any]] = {}
    asked: ClassVar[list[tuple[str, str]]] = []

    @classmethod
    def answer(cls, name: str, about: str = "") -> Any:
        cls.asked.append((name, about))
        told = cls.world[name]
        if isinstance(told, MarketplaceError):
            raise told
        return told

    def get_conversation(self, conversation: str) -> RemoteConversation:
        return self.answer("room", conversation)

    def list_messages(self, conversation: str, cursor: str | None = None) -> Page[IncomingMessage]:
        pages = self.answer("pages", cursor or "")
        number = int(cursor or 0)
        return Page(tuple(pages[number]), str(number + 1) if number + 1 < len(pages) else None)

    @classmethod
    def read_push(
        cls, keys: Mapping[str, str], headers: Mapping[str, str], body: bytes, callback_url: str
    ) -> PushEvent:
        return cls.read_stored_push(body)

    @classmethod
    def read_stored_push(cls, body: bytes) -> PushEvent:
        return PushEvent(PushKind.IGNORED, notification=body.decode())

    def orders_of_buyer(self, buyer: str) -> tuple[RemoteOrder, ...]:
        return self.answer("orders", buyer)

    def file_access(self) -> FileAccess:
        return FileAccess({"cipher": "c-1"}, {"x-token": "t-1"})

    def quota(self) -> Quota:
        return Quota(f"mall:{self.shop}", 100)

    def send_bucket(self) -> Bucket:
        return Bucket(f"mall:{self.shop}", rate=1000, burst=1000)

    def send_text(self, room: Room, text: str) -> Receipt:
        return self.answer("receipt", text)


def make_mall_shop(seller: Seller) -> Shop:
    app, _is_new = App.objects.get_or_create(
        marketplace="mall", seller=None, defaults={"keys": {"api_url": "https://api.mall.example.test"}}
    )
    shop = Shop.objects.create(
        seller=seller,
        marketplace="mall",
        remote_id="77",
        name="Toko Mall",
        state=Shop.State.ACTIVE,
        activated_at=timezone.now(),
    )
    store(app, shop, Tokens("a", timezone.now() + timedelta(days=7), "r"))
    return shop


def bubble(number: int, text: str = "", *, second: int | None = None, **more: Any) -> IncomingMessage:
    """`second`: of the minute in which all began; by default as its number says."""
    at = BEGAN + timedelta(seconds=number if second is None else second)
    told = {"is_from_buyer": True, "kind": Kind.TEXT} | more
    return IncomingMessage(f"m{number}", sent_at=at, sequence=number, text=text or f"pesan {number}", **told)


def room(**told: Any) -> RemoteConversation:
    return RemoteConversation(**{"remote_id": "r-1", "buyer_id": "", **told})
