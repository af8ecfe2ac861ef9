"""What bubbles name: products and orders of the shop. Rows for their cards, and telling screens of changes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet, Window
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import RowNumber
from redis import RedisError

from conversations.events import write
from conversations.models import Conversation, Event, Message
from forstok_chat.redis import redis
from marketplaces import catalogue
from marketplaces.models import Order, Shop

logger = logging.getLogger(__name__)

KEYS = ("product", "order")
# Bubbles of one product or order that are drawn again; older ones are when they are next opened.
MOST_BUBBLES = 50
# For one change of many products. Screens draw themselves anew beyond live.MOST_EVENTS.
MOST_EVENTS = 400
# An order that the marketplace does not know is not asked for at every look.
ASK_AGAIN_AFTER_S = 300
MOST_ASKED = 50


# On a page of bubbles


def names(message: Message) -> dict[str, str]:
    """The ids a bubble names: "product", "order" of its own card, "about_product", "about_order"."""
    named = {f"about_{key}": message.about.get(key) for key in KEYS}
    if message.kind in KEYS:
        named[message.kind] = message.payload.get(message.kind)
    return {part: str(remote_id) for part, remote_id in named.items() if remote_id}


def named_in(messages: Iterable[Message], key: str) -> set[str]:
    parts = (names(message) for message in messages)
    return {remote_id for named in parts for part, remote_id in named.items() if part.endswith(key)}


def attach(shop: Shop, messages: Sequence[Message]) -> None:
    """Put `product`, `order`, `about_product` and `about_order` on each bubble: rows, None where there are none.

    Two queries at most, none for a page that names nothing.
    """
    products = {
        row.remote_id: row for row in shop.products.filter(remote_id__in=named_in(messages, "product"))
    }
    orders = {row.remote_id: row for row in shop.orders.filter(remote_id__in=named_in(messages, "order"))}
    for message in messages:
        named = names(message)
        message.product = products.get(named.get("product", ""))
        message.about_product = products.get(named.get("about_product", ""))
        message.order = orders.get(named.get("order", ""))
        message.about_order = orders.get(named.get("about_order", ""))


def want_missing(shop: Shop, messages: Sequence[Message]) -> None:
    """Have fetched what a page of bubbles names and is not here, and newer prices and stock. Attach first."""
    from conversations.tasks import fetch_named_orders, fetch_wanted_products, nudge  # they use this module

    if not shop.is_active:
        return
    products = named_in(messages, "product")
    if products and shop.connector.can("list_products") and catalogue.want(shop, products):
        nudge(fetch_wanted_products, str(shop.pk))
    missing = [message for message in messages if lacks_order(message)]
    if missing and shop.connector.can("list_orders"):
        for conversation in {message.conversation_id for message in missing}:
            if is_first_ask(conversation, named_in(missing, "order")):
                nudge(fetch_named_orders, str(conversation))


def lacks_order(message: Message) -> bool:
    named = names(message)
    return any(part in named and getattr(message, part) is None for part in ("order", "about_order"))


def is_first_ask(conversation: UUID, orders: Iterable[str]) -> bool:
    """Whether one of these orders was not asked for in the last minutes."""
    try:
        asked = [
            redis().set(f"asked:{conversation}:{order}", 1, nx=True, ex=ASK_AGAIN_AFTER_S) for order in orders
        ]
    except RedisError:
        logger.warning("orders of %s wait for another look: Redis does not answer", conversation)
        return False
    return any(asked)


# In a conversation


def orders_of(conversation: Conversation) -> QuerySet[Order]:
    """This buyer's orders in this shop, and those that the conversation names; newest first."""
    theirs = Q(remote_id__in=orders_named(conversation))
    if conversation.buyer_id:
        theirs |= Q(buyer_id=conversation.buyer_id)
    return Order.objects.filter(theirs, shop=conversation.shop_id).order_by("-ordered_at", "-pk")


def orders_named(conversation: Conversation) -> list[str]:
    """Ids of the orders that bubbles of this conversation name, the newest bubbles' first."""
    named = Message.objects.filter(Q(kind="order") | Q(about__has_key="order"), conversation=conversation)
    rows = named.newest_first().only("kind", "payload", "about")[:500]
    found = (names(message) for message in rows)
    ids = [each for row in found for each in (row.get("order"), row.get("about_order")) if each]
    return list(dict.fromkeys(ids))


def orders_missing(conversation: Conversation) -> list[str]:
    """Orders named in this conversation that are not here yet, the newest bubbles' first."""
    named = orders_named(conversation)
    ours = Order.objects.filter(shop=conversation.shop_id, remote_id__in=named)
    known = set(ours.values_list("remote_id", flat=True))
    return [each for each in named if each not in known][:MOST_ASKED]


# Telling screens


@transaction.atomic
def announce(shop: Shop, *, products: Iterable[str] = (), orders: Iterable[Order] = ()) -> None:
    """These products (ids) and orders changed: open screens draw the bubbles that name them again, and the
    conversations of the orders' buyers. Call it last in a transaction: it takes the seller's turn."""
    orders = list(orders)
    bubbles = bubbles_naming(shop, "product", set(products))
    bubbles |= bubbles_naming(shop, "order", {order.remote_id for order in orders})
    buyers = Conversation.objects.filter(
        shop=shop, buyer_id__in={order.buyer_id for order in orders if order.buyer_id}
    )
    quiet = set(buyers.newest_first().values_list("pk", flat=True)[:MOST_EVENTS]) - set(bubbles.values())
    told = [*((conversation, None) for conversation in quiet), *((bubbles[pk], pk) for pk in bubbles)]
    place = {"seller_id": shop.seller_id, "shop_id": shop.pk}
    if told:
        write([Event(**place, conversation_id=where, message_id=message) for where, message in told])


def bubbles_naming(shop: Shop, key: str, ids: set[str]) -> dict[int, UUID]:
    """message -> conversation: the newest bubbles of this shop that name each of these products or orders."""
    if not ids:
        return {}
    most = max(1, min(MOST_BUBBLES, MOST_EVENTS // len(ids)))
    found: dict[int, UUID] = {}
    for field, condition in (("payload", Q(kind=key)), ("about", Q(about__has_key=key))):
        # Written as in the indexes messages_of_... and messages_about_...
        named = Message.objects.filter(condition).annotate(named=KeyTextTransform(key, field))
        rank = Window(RowNumber(), partition_by=F("named"), order_by=F("sent_at").desc())
        newest = named.filter(named__in=ids, conversation__shop=shop).annotate(rank=rank)
        found.update(newest.filter(rank__lte=most).values_list("pk", "conversation"))
    return found
