"""Who may serve the chats of a shop: all who may chat there. Who of them is here, and how much each has to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from conversations.models import Conversation
from forstok_chat.accounts.models import Membership, Seller, User
from forstok_chat.accounts.permissions import Permission
from marketplaces.models import Shop


@dataclass(frozen=True)
class Agent:
    membership: Membership
    waiting: int  # buyers of theirs who wait for an answer, in all shops of the seller

    @property
    def user(self) -> User:
        return self.membership.user


def of_seller(seller: Seller) -> QuerySet[Membership]:
    """All who answer buyers there; their names in order."""
    found = Membership.objects.allowing(Permission.CHAT).filter(seller=seller)
    return found.select_related("user").order_by("user__name", "pk")


def of_shop(shop: Shop) -> QuerySet[Membership]:
    """Those of them who see it, as `Shop.objects.visible_to` has it."""
    named = Membership.shops.through.objects.filter(shop__in=filter(None, (shop.pk, shop.moved_to_id)))
    sees_it = Q(sees_all_shops=True) | Q(pk__in=named.values("membership"))
    return of_seller(shop.seller).filter(sees_it)


def with_loads(seller: UUID, memberships: Iterable[Membership]) -> list[Agent]:
    """Those who are here first."""
    waiting = loads(seller)
    agents = [Agent(each, waiting.get(each.user_id, 0)) for each in memberships]
    return sorted(agents, key=lambda agent: not agent.user.is_here)


def loads(seller: UUID) -> dict[int, int]:
    """How many buyers wait for each person. What is answered or put off is no work now, whether resolved or not."""
    waiting = Conversation.objects.filter(waiting_since__isnull=False, snoozed_until=None)
    served = waiting.filter(seller=seller, status="served").exclude(assignee=None)
    return dict(served.values_list("assignee").annotate(number=Count("pk")).order_by())
