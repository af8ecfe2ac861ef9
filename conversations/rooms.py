"""The rows of a marketplace's rooms: found or made, locked together, and what is newly told of room and buyer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from conversations.models import Conversation
from conversations.models.message import storable
from marketplaces.content import RemoteConversation
from marketplaces.models import Shop

Room = tuple[Shop, RemoteConversation]


def lock_all(rooms: Sequence[Room]) -> list[Conversation]:
    """The row of each room, locked until the transaction ends; all in one order, so nobody waits in a ring."""
    shops = {shop.pk: shop for shop, _remote in rooms}
    keys = find_all(rooms)
    locked = Conversation.objects.select_for_update(no_key=True, of=("self",)).select_related("assignee")
    rows = {row.pk: row for row in locked.filter(pk__in=keys).order_by("pk")}
    for row in rows.values():
        row.shop = shops[row.shop_id]
    return [rows[key] for key in keys]


def find_all(rooms: Sequence[Room]) -> list[UUID]:
    named = Conversation.objects.filter(
        shop__in={shop.pk for shop, _remote in rooms},
        remote_id__in=[remote.remote_id for _shop, remote in rooms],
    )
    known = {(shop, number): key for key, shop, number in named.values_list("pk", "shop", "remote_id")}
    return [
        known.get((shop.pk, remote.remote_id)) or find_or_create(shop, remote).pk for shop, remote in rooms
    ]


def find_or_create(shop: Shop, remote: RemoteConversation) -> Conversation:
    conversation, _is_new = Conversation.objects.get_or_create(
        shop=shop, remote_id=remote.remote_id, defaults={"seller_id": shop.seller_id, **facts_in(remote)}
    )
    return conversation


def note_facts(conversation: Conversation, remote: RemoteConversation) -> bool:
    """Take over what is newly known of the room and its buyer; whether there was any. The caller holds the lock."""
    told = facts_in(remote)
    if conversation.buyer_id:
        told.pop("buyer_id", None)  # an id, once known, does not change: a push may name the wrong side
    news = {name: value for name, value in told.items() if getattr(conversation, name) != value}
    is_whole = bool(remote.buyer_id) and (remote.can_reply is not None or bool(remote.platform))
    if is_whole:
        conversation.looked_up_at = timezone.now()
    for name, value in news.items():
        setattr(conversation, name, value)
    if news or is_whole:
        conversation.save(update_fields=[*news, "looked_up_at"])
    return bool(news)


def facts_in(remote: RemoteConversation) -> dict[str, Any]:
    """What it tells, as columns; what it leaves out is not among them."""
    told: dict[str, Any] = {
        "buyer_id": storable(remote.buyer_id)[:64],
        "buyer_name": storable(remote.buyer_name)[:200],
        "buyer_avatar_url": storable(remote.buyer_avatar_url)[:1000],
        "platform": remote.platform[:50],
    }
    told = {name: value for name, value in told.items() if value}
    if remote.can_reply is not None:
        told |= {"can_reply": remote.can_reply, "lock_code": remote.lock_code[:100]}
    return told
