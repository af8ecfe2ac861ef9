"""What a leader sees of the team. Only of people that they look after may more be changed than seen."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, QuerySet, Value, When

from forstok_chat.accounts.models import Invitation, Membership, User
from forstok_chat.accounts.permissions import Permission, Role
from marketplaces.models import Shop

BY_ROLE = Case(*(When(role=role, then=Value(place)) for place, role in enumerate(Role)))


@dataclass(frozen=True)
class Standing:
    """One seller's team, as its leader sees it."""

    leader: Membership
    members: list[Membership]
    invitations: list[Invitation]


def leaderships(user: User) -> QuerySet[Membership]:
    """Where this user leads at least agents."""
    found = Membership.objects.filter(user=user).allowing(Permission.LEAD_AGENTS)
    return found.select_related("seller", "user").prefetch_related("shops").order_by("seller__name")


def standing(leader: Membership) -> Standing:
    members = Membership.objects.filter(seller=leader.seller_id).select_related("user", "seller")
    members = members.prefetch_related("shops").order_by("-left_at", BY_ROLE, "user__name", "pk")
    open_ones = Invitation.objects.open().filter(seller=leader.seller_id).select_related("invited_by")
    open_ones = open_ones.prefetch_related("shops").order_by("-created_at")
    return Standing(
        leader,
        [led(member, leader) for member in members],
        [each for each in open_ones if leader.leads(each)],
    )


def led(member: Membership, leader: Membership) -> Membership:
    member.is_led = leader.leads(member)  # type: ignore[attr-defined]  # for the template
    return member


def shops_to_give(leader: Membership) -> QuerySet[Shop]:
    """The shops that this leader may open to others."""
    return Shop.objects.visible_to(leader.user).filter(seller=leader.seller_id, moved_to=None)
