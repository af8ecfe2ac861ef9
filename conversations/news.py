"""Counting, for each person who is pushed to, what came in for them (alerts.py tells them)."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q

from conversations import web_push
from conversations.models import Alerts, Conversation, PushSubscription
from forstok_chat.accounts.models import Membership
from forstok_chat.accounts.permissions import Permission


def note(conversation: Conversation) -> None:
    """A buyer wrote here: count it for those who are pushed to and may see it. In the transaction that stores it."""
    if not web_push.is_set_up():
        return
    people = Membership.objects.filter(Q(sees_all_shops=True) | Q(shops=conversation.shop_id))
    people = people.allowing(Permission.CHAT).filter(seller=conversation.seller_id)
    subscribed = PushSubscription.objects.filter(user=OuterRef("user"))
    wanted = Alerts.objects.filter(Exists(subscribed), is_on=True, user__in=people.values("user"))
    # Locked in one order, or two rooms of the same people could wait for each other.
    rows = list(wanted.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    Alerts.objects.filter(pk__in=rows).update(news=F("news") + 1)
