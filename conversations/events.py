"""Tell open screens what changed: an Event row is the truth, a Redis message only a nudge to look.

Within a seller, ids must grow in the order in which transactions become visible, or a screen that has seen
event 8 would never look for event 7 that commits later. So writers of one seller take turns from here to
their commit: `record` is the last step of a transaction.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db import connection, transaction
from redis import RedisError

from forstok_chat.redis import redis

if TYPE_CHECKING:
    from uuid import UUID

    from conversations.models import Conversation, ConversationNote, Message
    from marketplaces.errors import MarketplaceError
    from marketplaces.models import Shop

logger = logging.getLogger(__name__)


EVERY_SELLER = "live:*"


def channel(seller: UUID) -> str:
    return f"live:{seller}"


def record(conversation: Conversation, messages: Iterable[Message] = ()) -> None:
    """This conversation changed, and these bubbles of it. Needs a transaction; call it last."""
    record_each([(conversation, list(messages))])


def record_each(changes: Sequence[tuple[Conversation, Sequence[Message]]]) -> None:
    """The same of several, with their bubbles. Sellers take their turns in one order, so nobody waits in a ring."""
    from conversations.models import Event

    by_seller: dict[UUID, list[Event]] = defaultdict(list)
    for conversation, messages in changes:
        place = {"shop_id": conversation.shop_id, "conversation": conversation}
        drawn: list[Message | None] = [*messages] or [None]
        for message in drawn:
            by_seller[conversation.seller_id].append(
                Event(seller_id=conversation.seller_id, message=message, **place)
            )
    for seller in sorted(by_seller):
        write(by_seller[seller])


def record_all(conversations: Iterable[Conversation]) -> None:
    """The same of several, none of whose bubbles changed."""
    record_each([(each, []) for each in conversations])


def record_shop(shop: Shop) -> None:
    """Something about the shop itself changed: its import, its connection."""
    from conversations.models import Event

    write([Event(seller_id=shop.seller_id, shop=shop)])


def disconnect(shop: Shop, error: MarketplaceError) -> None:
    """The marketplace no longer lets us speak for this shop: note it and tell the screens."""
    shop.disconnect(str(error))
    with transaction.atomic():
        record_shop(shop)


def record_note(note: ConversationNote) -> None:
    """A note was written, changed or deleted. Needs a transaction; call it last."""
    from conversations.models import Event

    chat = note.conversation
    write([Event(seller_id=chat.seller_id, shop_id=chat.shop_id, conversation=chat, note=note)])


def write(events: list) -> None:
    from conversations.models import Event

    seller = events[0].seller_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [seller.int & (2**63 - 1)])
    Event.objects.bulk_create(events)
    transaction.on_commit(lambda: nudge(seller))


def nudge(seller: UUID) -> None:
    """Losing this loses nothing: screens also look by themselves."""
    try:
        redis().publish(channel(seller), "changed")
    except RedisError:
        logger.warning("no nudge: Redis does not answer")
