"""Ask a shop's marketplace what is new: the backstop behind pushes that never came."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from conversations.models import Conversation
from conversations.reading import LAG, read
from forstok_chat.accounts.models import Membership
from marketplaces.connector import Connector
from marketplaces.content import RemoteConversation
from marketplaces.errors import Rejected
from marketplaces.models import Shop

logger = logging.getLogger(__name__)

# Looked at again each time: the marketplace's clock and ours differ.
OVERLAP = timedelta(minutes=10)
# Somebody wrote so lately that more may come.
BUSY_FOR = timedelta(hours=1)


def sync_shop(shop: Shop, connector: Connector) -> None:
    """Read every conversation that changed since the last complete sync, then remember how far we are: people
    are told that everything up to there is here, so the mark waits for every room of the list.

    Raises MarketplaceError half way; what was read stays, the mark does not move, the next sync goes on.
    """
    started_at = timezone.now()
    since = (shop.synced_through_at or shop.activated_at or started_at) - OVERLAP
    cursor: str | None = None
    asked: set[str | None] = set()  # cursors may go in a ring
    is_whole = True
    while cursor not in asked:
        asked.add(cursor)
        page = connector.list_conversations(cursor)
        for remote in changed(shop, page.items, since):
            is_whole &= read_whole(shop, connector, remote)
        cursor = page.next
        if cursor is None or reaches_behind(page.items, since):
            break
    if is_whole:
        earlier = Q(synced_through_at=None) | Q(synced_through_at__lt=started_at)  # another sync may be ahead
        Shop.objects.filter(earlier, pk=shop.pk).update(synced_through_at=started_at)


def read_whole(shop: Shop, connector: Connector, remote: RemoteConversation) -> bool:
    """Whether all that the list tells of it is here now. One room that the marketplace refuses to show (deleted,
    say) must not hide the others, nor hold the mark for ever: it is let go like a message that never shows."""
    try:
        conversation = read(shop, connector, remote)
    except Rejected as error:
        logger.warning("room %s of shop %s cannot be read: %s", remote.remote_id, shop.pk, error)
        return remote.last_message_at is None or remote.last_message_at < timezone.now() - LAG
    return not remote.version or conversation.remote_version == remote.version


def changed(shop: Shop, listed: tuple[RemoteConversation, ...], since: datetime) -> list[RemoteConversation]:
    """Those whose version we have not read, oldest first. Rooms from before the activation stay outside."""
    versions = dict(
        Conversation.objects.filter(
            shop=shop, remote_id__in=[remote.remote_id for remote in listed]
        ).values_list("remote_id", "remote_version")
    )
    return [
        remote
        for remote in reversed(listed)
        if versions.get(remote.remote_id) != remote.version
        and (
            remote.remote_id in versions or remote.last_message_at is None or remote.last_message_at >= since
        )
    ]


def reaches_behind(listed: tuple[RemoteConversation, ...], since: datetime) -> bool:
    """Pinned rows come first whatever their age, so they do not count."""
    return any(
        remote.last_message_at is not None and remote.last_message_at < since
        for remote in listed
        if not remote.is_pinned
    )


def due_shops() -> list[Shop]:
    """Active shops whose turn it is; each turn is given once, the next one comes by the marketplace's policy."""
    now = timezone.now()
    due = Shop.objects.active().filter(is_due(now))
    return [shop for shop in due if take_turn(shop, now)]


def take_turn(shop: Shop, now: datetime) -> bool:
    mine = Shop.objects.filter(is_due(now), pk=shop.pk)
    return mine.update(next_sync_at=now + interval(shop, now)) == 1


def is_due(now: datetime) -> Q:
    """Its time has come, or nobody has set one."""
    return Q(next_sync_at=None) | Q(next_sync_at__lte=now)


def interval(shop: Shop, now: datetime) -> timedelta:
    """How long until the shop is asked again: by who looks at it, and by how busy it is."""
    policy = shop.connector.sync_policy
    if is_watched(shop):
        return policy.watched
    busy = Conversation.objects.filter(shop=shop, last_message_at__gt=now - BUSY_FOR)
    return policy.active if busy.exists() else policy.quiet


def is_watched(shop: Shop) -> bool:
    """Somebody who may see this shop has the inbox open."""
    colleagues = Membership.objects.filter(seller=shop.seller_id).online()
    return colleagues.filter(Q(sees_all_shops=True) | Q(shops=shop)).exists()


def somebody_came(shops: Iterable[Shop]) -> None:
    """The shops of a person who has just opened the inbox need not wait for the end of a quiet time."""
    now = timezone.now()
    quiet = [shop.pk for shop in shops if shop.is_active and is_later(shop, now)]
    if quiet:
        Shop.objects.filter(pk__in=quiet, next_sync_at__gt=now).update(next_sync_at=now)


def is_later(shop: Shop, now: datetime) -> bool:
    """Whether its turn comes later than it would while somebody looks."""
    return shop.next_sync_at is not None and shop.next_sync_at > now + shop.connector.sync_policy.watched
