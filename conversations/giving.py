"""Chats whose buyer waits are given to agents who are here, as their shop's policy says. A sweep; no network.

Givers of one seller take turns (an advisory lock), after the lock of the conversation and before that of the events,
so that nobody is given more than the policy allows and the turns are fair. A person who takes the chat meanwhile has
it: whoever locks it first.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from conversations import agents
from conversations.agents import Agent
from conversations.models import AssignmentPolicy, Conversation, Verb
from conversations.querysets import ConversationQuerySet
from forstok_chat.accounts.models import ONLINE_FOR, User
from marketplaces.models import Shop

# The reason that history has for it.
GIVEN = gettext_noop("given automatically")
AT_ONCE = 200
# Tells these advisory locks from those of the events, which have one number.
LOCK = 1
Mode = AssignmentPolicy.Mode
Status = Conversation.Status


def give_waiting() -> None:
    """Those who wait longest first. A shop whose agents have no room is left alone until the next sweep: however many
    wait there, the others have their turn, and a full team costs one look at each shop."""
    tried: list[UUID] = []
    full: set[UUID] = set()
    while len(tried) < AT_ONCE:
        left = waiting().exclude(pk__in=tried).exclude(shop__in=full)
        found = left.order_by("waiting_since").values_list("pk", "shop").first()
        if found is None:
            return
        pk, shop = found
        tried.append(pk)
        if not give(pk):
            full.add(shop)


def waiting() -> ConversationQuerySet:
    """In shops that give chats out, where somebody of the seller is here."""
    return Conversation.objects.filter(
        status=Status.UNSERVED,
        waiting_since__isnull=False,
        snoozed_until=None,
        shop__state=Shop.State.ACTIVE,
        shop__assignment_policy__mode__in=[Mode.ROUND_ROBIN, Mode.LEAST_LOADED],
        seller__in=sellers_with_somebody_here(),
    )


def sellers_with_somebody_here() -> QuerySet[User, Any]:
    here = User.objects.filter(seen_at__gt=timezone.now() - ONLINE_FOR, away_since=None)
    return here.filter(memberships__left_at=None).values("memberships__seller")


@transaction.atomic
def give(pk: UUID) -> bool:
    """To whoever is to have it, if it waits still. False when nobody of its shop has room."""
    conversation = waiting_and_locked(pk)
    if conversation is None:
        return True
    take_turns(conversation.seller_id)
    policy = AssignmentPolicy.objects.filter(shop=conversation.shop_id).first()
    if policy is None:
        return False
    agents_here = with_room(conversation, policy.most_chats)
    agent = chosen(policy, [each for each in agents_here if each.user.pk != given_back_by(conversation)])
    if agent is not None:
        policy.last_given_to = agent.user
        policy.save(update_fields=["last_given_to"])
        conversation.move(Status.SERVED, by=None, assignee=agent.user, reason=GIVEN)
    return bool(agents_here)


def waiting_and_locked(pk: UUID) -> Conversation | None:
    """Somebody who is moving it just now needs no help."""
    found = Conversation.objects.filter(pk=pk, status=Status.UNSERVED, waiting_since__isnull=False)
    free = found.select_for_update(no_key=True, skip_locked=True, of=("self",))
    return free.select_related("shop").first()


def take_turns(seller: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, seller.int & (2**31 - 1)])


def with_room(conversation: Conversation, most_chats: int) -> list[Agent]:
    """Who is here and serves fewer."""
    found = agents.with_loads(conversation.seller_id, agents.of_shop(conversation.shop))
    return [agent for agent in found if agent.user.is_here and agent.waiting < most_chats]


def given_back_by(conversation: Conversation) -> int | None:
    """Whoever has just released it does not get it again."""
    last = conversation.last_change()
    return last.by_id if last is not None and last.verb == Verb.RELEASE else None


def chosen(policy: AssignmentPolicy, found: list[Agent]) -> Agent | None:
    """The next in turn after the last one; where the fewest count, the next in turn among those who have them."""
    if not found:
        return None
    if policy.mode == Mode.LEAST_LOADED:
        fewest = min(agent.waiting for agent in found)
        found = [agent for agent in found if agent.waiting == fewest]
    last = policy.last_given_to_id or 0
    return min(found, key=lambda agent: (agent.user.pk <= last, agent.user.pk))
