"""The side of an open conversation: the buyer's orders, the shop's products, the buyer. No HTTP."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.db import transaction
from django.db.models import Case, When
from django.utils.translation import gettext_lazy as _

from conversations import cards, quotas
from conversations.models import Conversation, Message
from conversations.tasks import fetch_orders_of_buyer, fetch_wanted_products, nudge
from marketplaces import catalogue, media
from marketplaces.models import Feed, Order, Product, Shop

PANELS = {"orders": _("Orders"), "products": _("Products"), "buyer": _("Buyer")}
FIRST = "orders"

PRODUCTS = 30
# However many were drawn, so many are drawn anew.
MOST_PRODUCTS = 300
ORDERS = 20
STICKERS = 24


@dataclass(frozen=True)
class Products:
    """A page of the picker. `below` is how many stand above the next one, None at the end."""

    found: list[Product]
    search: str
    below: int | None
    shown: int  # how many stand in the picker down to the end of this page
    is_complete: bool  # the whole catalogue has been copied once
    is_growing: bool  # more products, or newer prices and stock, are under way

    @property
    def look(self) -> str:
        """The same as long as the page would be drawn the same."""
        drawn = [[getattr(product, name) for name in sorted(catalogue.SHOWN)] for product in self.found]
        ids = [product.remote_id for product in self.found]
        return f"{crc32(repr((ids, drawn, self.below, self.is_complete, self.is_growing)).encode()):x}"


def panel(
    conversation: Conversation,
    name: str,
    *,
    search: str = "",
    above: str = "",
    shown: str = "",
    sent: int = 0,
) -> dict[str, Any]:
    """The context of one panel, with the tabs above it. `above`: how many products stand above this page;
    `shown`: how many a picker shows that is drawn anew; `sent`: how many were just sent from it."""
    name = name if name in PANELS else FIRST
    context: dict[str, Any] = {
        "conversation": conversation,
        "panels": PANELS,
        "panel": name,
        "panel_template": f"conversations/panels/{name}.html",
        # Drawn again where it is on the screen, and only there.
        "panel_place": f"outerHTML:#panel[data-conversation='{conversation.pk}'][data-panel='{name}']",
        "sent": sent,
    }
    if name == "orders":
        context |= orders(conversation)
    elif name == "buyer":
        context |= {"quota": quotas.use_of(conversation.shop)}
    elif name == "products":
        size = min(max(PRODUCTS, count_in(shown)), MOST_PRODUCTS)
        context |= {
            "products": products(conversation.shop, search, count_in(above), size),
            "asked": asked_about(conversation),
        }
    return context | {"send_id": uuid.uuid4()}


def orders(conversation: Conversation) -> dict[str, Any]:
    refresh_orders(conversation)
    found = list(cards.orders_of(conversation)[:ORDERS])
    keep_pictures(conversation.shop, (line["picture_url"] for order in found for line in order.lines))
    return {
        "orders": found,
        "orders_complete": is_copied(conversation.shop, Feed.Kind.ORDERS),
    }


def refresh_orders(conversation: Conversation) -> None:
    """Where the marketplace can list a buyer's orders, have them fetched behind the back of whoever looks."""
    shop, buyer = conversation.shop, conversation.buyer_id
    can_ask = shop.is_active and buyer and shop.connector.can("orders_of_buyer")
    if can_ask and cards.is_first_ask(conversation.pk, ["all"]):
        nudge(fetch_orders_of_buyer, str(conversation.pk))


def count_in(text: str) -> int:
    """A number out of an address; 0 for nonsense."""
    return int(text) if text.isdecimal() and len(text) < 7 else 0


def products(shop: Shop, search: str, above: int, size: int) -> Products:
    """Those that can be sent first. Prices and stock that somebody looks at are made fresh behind their back."""
    matching = shop.products.on_sale().matching(search)
    sold_out_last = Case(When(stock=0, then=1), default=0)
    page = list(matching.order_by(sold_out_last, "name", "pk")[above : above + size + 1])
    found = page[:size]
    keep_pictures(shop, (product.picture_url for product in found))
    refresh_stale(shop, found)
    is_complete = is_copied(shop, Feed.Kind.PRODUCTS)
    return Products(
        found=found,
        search=search,
        below=above + size if len(page) > size else None,
        shown=above + len(found),
        is_complete=is_complete,
        is_growing=is_growing(shop, found, is_complete=is_complete),
    )


def refresh_stale(shop: Shop, shown: Iterable[Product]) -> None:
    """Have newer prices and stock fetched behind the back of whoever looks."""
    if shop.is_active and catalogue.want(shop, [product.remote_id for product in shown]):
        transaction.on_commit(lambda: nudge(fetch_wanted_products, str(shop.pk)))


def is_growing(shop: Shop, shown: Iterable[Product], *, is_complete: bool) -> bool:
    """Whether a picker that stays open will soon have more to show, or something else: the first copy is not
    through, a shop without products puts one on sale, newer prices are on their way."""
    if not shop.is_active or not shop.connector.can("list_products"):
        return False
    if not is_complete or not shop.products.on_sale().exists():
        return True
    return shop.products.filter(
        remote_id__in=[product.remote_id for product in shown], wanted_at__isnull=False
    ).exists()


def asked_about(conversation: Conversation) -> Message | None:
    """The buyer's newest bubble that names a product or an order; None where the marketplace told nothing."""
    named = conversation.messages.from_buyer().naming_something().newest_first().first()
    if named is not None:
        cards.attach(conversation.shop, [named])
    return named


def stickers(shop: Shop) -> list[dict[str, Any]]:
    """Those that buyers or colleagues have sent in this shop, newest first: no marketplace lists them."""
    rows = Message.objects.filter(conversation__shop=shop, kind="sticker").newest_first()
    found = {
        (row["package"], row["sticker"]): row
        for row in rows.values_list("payload", flat=True)[:300]
        if row.get("package") and row.get("sticker")
    }
    return list(found.values())[:STICKERS]


def is_copied(shop: Shop, kind: Feed.Kind) -> bool:
    return Feed.objects.filter(shop=shop, kind=kind, through_at__isnull=False).exists()


def keep_pictures(shop: Shop, urls: Iterable[str]) -> None:
    """So that they are served from here; fetched when a browser asks for them."""
    media.keep(shop, filter(None, urls), is_urgent=False)


def order_of(conversation: Conversation, remote_id: str) -> Order | None:
    return cards.orders_of(conversation).filter(remote_id=remote_id).first()
