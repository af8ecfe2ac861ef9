"""Counting, for each person who is pushed to, what came in for them (alerts.py tells them)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from conversations import web_push
from conversations.models import Alerts, Conversation, PushSubscription
from forstok_chat.accounts.models import Membership
from forstok_chat.accounts.permissions import Permission


def note_all(conversations: Iterable[Conversation]) -> None:
    """Buyers wrote here: count it for those who are pushed to and may see it. In the transaction that stores it."""
    if not web_push.is_set_up():
        return
    news: Counter[int] = Counter()
    for (seller, shop), rooms in Counter((each.seller_id, each.shop_id) for each in conversations).items():
        for person in who_is_pushed_to(seller, shop):
            news[person] += rooms
    # Locked in one order, or two rooms of the same people could wait for each other.
    for row in Alerts.objects.select_for_update(of=("self",)).filter(pk__in=news).order_by("pk"):
        Alerts.objects.filter(pk=row.pk).update(news=F("news") + news[row.pk])


def who_is_pushed_to(seller: UUID, shop: UUID) -> list[int]:
    people = Membership.objects.filter(Q(sees_all_shops=True) | Q(shops=shop))
    people = people.allowing(Permission.CHAT).filter(seller=seller)
    subscribed = PushSubscription.objects.filter(user=OuterRef("user"))
    wanted = Alerts.objects.filter(Exists(subscribed), is_on=True, user__in=people.values("user"))
    return list(wanted.values_list("pk", flat=True))
