"""Finding conversations by the buyer's name, an order's number or what was said, and saying by which.

Words go through a trigram index over the upper-cased text, which is what Django's `icontains` compares, so it needs
three letters of them. Every part is an EXISTS, which PostgreSQL may also answer for all conversations at once: one
look into the index, whatever the length of the list. Among 180 000 bubbles that takes 30 ms for a rare word and 240 ms
for one that a third of them has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.fields.json import KT

from marketplaces.content import Kind
from marketplaces.models import Order

if TYPE_CHECKING:
    from conversations.models import Conversation, Message
    from conversations.models.message import MessageQuerySet
    from conversations.querysets import ConversationQuerySet

# Characters. Less is looked for in names alone.
LEAST_OF_WORDS = 3


@dataclass(frozen=True)
class Hit:
    """Why a conversation was found, where it is not the name: an order, or a bubble that says it. `bubble`: where
    to look, None for an order that nobody has spoken of."""

    bubble: Message | None
    order: str = ""


def matching(found: ConversationQuerySet, text: str) -> ConversationQuerySet:
    if not text:
        return found
    named = Q(buyer_name__icontains=text)
    if len(text) < LEAST_OF_WORDS:
        return found.filter(named)
    ordered = Order.objects.filter(
        shop=OuterRef("shop"), buyer_id=OuterRef("buyer_id"), remote_id__istartswith=text
    )
    return found.filter(
        named | Exists(ordered) | Exists(said(text)) | Exists(cards(text)) | Exists(about(text))
    )


def said(text: str) -> MessageQuerySet:
    return inside().filter(text__icontains=text)


def cards(text: str) -> MessageQuerySet:
    """Of this very order."""
    return (
        inside().filter(kind=Kind.ORDER).alias(named=KT("payload__order")).filter(named__in=spellings(text))
    )


def about(text: str) -> MessageQuerySet:
    """Written while looking at this very order."""
    return (
        inside()
        .filter(about__has_key="order")
        .alias(named=KT("about__order"))
        .filter(named__in=spellings(text))
    )


def inside() -> MessageQuerySet:
    from conversations.models import Message

    return Message.objects.shown().filter(conversation=OuterRef("pk"))


def spellings(number: str) -> list[str]:
    """Of an order's number, whose letters are capitals everywhere."""
    return [number, number.upper()]


def attach(conversations: Sequence[Conversation], text: str) -> None:
    """Put `hit` on those that were found by something else than the name. Two queries, whatever their number."""
    unnamed = [each for each in conversations if text.upper() not in each.buyer_name.upper()]
    if len(text) < LEAST_OF_WORDS or not unnamed:
        return
    orders, bubbles = orders_of(unnamed, text), bubbles_in(unnamed, text)
    for conversation in unnamed:
        bubble = bubbles.get(conversation.pk)
        order = orders.get((conversation.shop_id, conversation.buyer_id), "") or order_in(bubble, text)
        conversation.hit = Hit(bubble, order) if bubble or order else None


def orders_of(conversations: Sequence[Conversation], text: str) -> dict[tuple[UUID, str], str]:
    """(shop, buyer) -> the newest of their orders whose number begins so."""
    found = Order.objects.filter(
        shop__in={each.shop_id for each in conversations},
        buyer_id__in={each.buyer_id for each in conversations},
        remote_id__istartswith=text,
    )
    rows = found.order_by("ordered_at").values_list("shop_id", "buyer_id", "remote_id")
    return {(shop, buyer): number for shop, buyer, number in rows}


def bubbles_in(conversations: Sequence[Conversation], text: str) -> dict[UUID, Message]:
    """Conversation -> its newest bubble that says it or names such an order."""
    from conversations.models import Message

    names_it = Q(payload__order__istartswith=text) | Q(about__order__istartswith=text)
    found = Message.objects.shown().filter(names_it | Q(text__icontains=text), conversation__in=conversations)
    newest = found.order_by("conversation", "-sent_at", "-sequence", "-pk").distinct("conversation")
    return {each.conversation_id: each for each in newest}


def order_in(bubble: Message | None, text: str) -> str:
    """The order that this bubble was found by; "" where its words were."""
    if bubble is None or text.upper() in bubble.text.upper():
        return ""
    named = [str(told.get("order", "")) for told in (bubble.payload, bubble.about)]
    return next((each for each in named if each.upper().startswith(text.upper())), "")
