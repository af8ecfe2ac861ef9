"""Up to when everything that buyers said is here, and which shops are behind.

`Shop.synced_through_at` moves with every complete look at the marketplace's list, many times a minute, so no event
is written for it: it is drawn with what is drawn anyway, and worded so that it stays true. A screen on which
nothing happens tells with its question what it shows, and is drawn anew when that is no longer so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from forstok_chat.accounts.models import User
from marketplaces.models import Shop

# Its messages may be late then. Where nobody looks, a shop is asked this rarely by its policy alone.
BEHIND_AFTER = timedelta(minutes=2)
GRACE = timedelta(seconds=30)
# The first import comes before the first look.
FIRST_LOOK_WITHIN = timedelta(minutes=10)
# No screen shows an older time than this, however little happens on it.
REDRAWN_AFTER = timedelta(minutes=5)


def is_behind(shop: Shop) -> bool:
    """An active shop whose list was not read whole for longer than it should take."""
    if not shop.is_active:
        return False
    now = timezone.now()
    if shop.synced_through_at is None:
        return shop.activated_at is not None and shop.activated_at < now - FIRST_LOOK_WITHIN
    return shop.synced_through_at < now - max(BEHIND_AFTER, shop.connector.sync_policy.quiet + GRACE)


def complete_through(shop: Shop) -> datetime | None:
    """None where there is nothing to say: it is not active, or has just been activated."""
    if not shop.is_active:
        return None
    return shop.synced_through_at or (shop.activated_at if is_behind(shop) else None)


def state_for(user: User) -> str:
    """What a screen of this user tells of its shops, in short: it differs as soon as something else is to be told."""
    return state_of(Shop.objects.visible_to(user).active().filter(moved_to=None))


def state_of(shops: Iterable[Shop]) -> str:
    period = int(timezone.now().timestamp() / REDRAWN_AFTER.total_seconds())
    return " ".join([str(period), *sorted(str(shop.pk) for shop in shops if is_behind(shop))])
