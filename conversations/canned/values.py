"""What the placeholders stand for in one conversation."""

from __future__ import annotations

from django.db.models import Q

from conversations import cards
from conversations.models import Conversation
from marketplaces.content import Kind
from marketplaces.models import Product


def values_of(conversation: Conversation) -> dict[str, str]:
    """Placeholder -> text, "" for what is not known. Order and tracking are of the buyer's newest order in this shop,
    product and stock of the product that the buyer asked about last."""
    order = cards.orders_of(conversation).first()
    product = last_asked_about(conversation)
    return {
        "buyer": conversation.buyer_name,
        "shop": conversation.shop.name,
        "order": order.remote_id if order is not None else "",
        "tracking": order.tracking if order is not None else "",
        "product": product.name if product is not None else "",
        "stock": str(product.stock) if product is not None and product.stock is not None else "",
    }


def last_asked_about(conversation: Conversation) -> Product | None:
    """None where the buyer named none, or where it is not known here yet."""
    named = conversation.messages.from_buyer().filter(Q(kind=Kind.PRODUCT) | Q(about__has_key="product"))
    message = named.newest_first().first()
    if message is None:
        return None
    ids = cards.names(message)
    asked = ids.get("product") or ids.get("about_product")
    return conversation.shop.products.filter(remote_id=asked).first()
