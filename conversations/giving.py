"""Chats whose buyer waits are given to agents who are here, as their shop's policy says. A sweep; no network.

Givers of one seller take turns (an advisory lock), after the lock of the conversation and before that of the events,
so that nobody is given more than the policy allows and the turns are fair. A person who takes the chat meanwhile has
it: whoever locks it first.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from conversations import agents
from conversations.agents import Agent
from conversations.models import AssignmentPolicy, Conversation, Verb
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
    """Those who wait longest first."""
    waiting = Conversation.objects.filter(
        status=Status.UNSERVED,
        waiting_since__isnull=False,
        snoozed_until=None,
        shop__state=Shop.State.ACTIVE,
        shop__assignment_policy__mode__in=[Mode.ROUND_ROBIN, Mode.LEAST_LOADED],
        seller__in=sellers_with_somebody_here(),
    )
    for pk in waiting.order_by("waiting_since").values_list("pk", flat=True)[:AT_ONCE]:
        give(pk)


def sellers_with_somebody_here() -> list[UUID]:
    here = User.objects.filter(seen_at__gt=timezone.now() - ONLINE_FOR, away_since=None)
    return list(
        here.filter(memberships__left_at=None).values_list("memberships__seller", flat=True).distinct()
    )


@transaction.atomic
def give(pk: UUID) -> None:
    """To whoever is to have it, if it waits still and anybody has room."""
    conversation = waiting_and_locked(pk)
    if conversation is None:
        return
    take_turns(conversation.seller_id)
    policy = AssignmentPolicy.objects.filter(shop=conversation.shop_id).first()
    if policy is None:
        return
    agent = chosen(policy, candidates(conversation, policy.most_chats))
    if agent is None:
        return
    policy.last_given_to = agent.user
    policy.save(update_fields=["last_given_to"])
    conversation.move(Status.SERVED, by=None, assignee=agent.user, reason=GIVEN)


def waiting_and_locked(pk: UUID) -> Conversation | None:
    """Somebody who is moving it just now needs no help."""
    found = Conversation.objects.filter(pk=pk, status=Status.UNSERVED, waiting_since__isnull=False)
    free = found.select_for_update(no_key=True, skip_locked=True, of=("self",))
    return free.select_related("shop").first()


def take_turns(seller: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, seller.int & (2**31 - 1)])


def candidates(conversation: Conversation, most_chats: int) -> list[Agent]:
    """Who is here, has room, and has not just given it back."""
    last = conversation.last_change()
    refused = last.by_id if last is not None and last.verb == Verb.RELEASE else None
    found = agents.with_loads(conversation.seller_id, agents.of_shop(conversation.shop))
    return [
        agent
        for agent in found
        if agent.user.is_here and agent.waiting < most_chats and agent.user.pk != refused
    ]


def chosen(policy: AssignmentPolicy, found: list[Agent]) -> Agent | None:
    """The next in turn after the last one; where the fewest count, the next in turn among those who have them."""
    if not found:
        return None
    if policy.mode == Mode.LEAST_LOADED:
        fewest = min(agent.waiting for agent in found)
        found = [agent for agent in found if agent.waiting == fewest]
    last = policy.last_given_to_id or 0
    return min(found, key=lambda agent: (agent.user.pk <= last, agent.user.pk))
