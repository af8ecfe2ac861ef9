"""When a conversation's answer is due. Kept by `deriving.derive_all`, so the list is ordered by an index."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from conversations.events import record
from marketplaces.models import ReplyRule

if TYPE_CHECKING:
    from conversations.models.conversation import Conversation

BATCH = 200
NEVER = (None, None)


class Rules:
    """The rules of each marketplace, each looked for once."""

    def __init__(self) -> None:
        self.of: dict[str, list[ReplyRule]] = {}

    def at(self, marketplace: str, moment: datetime) -> ReplyRule | None:
        """The one that holds then; None where the marketplace sets no time."""
        if marketplace not in self.of:
            self.of[marketplace] = list(ReplyRule.objects.filter(marketplace=marketplace).newest_first())
        day = ReplyRule.day_of(moment)
        return next((rule for rule in self.of[marketplace] if rule.valid_from <= day), None)


def deadline_of(conversation: Conversation, rules: Rules) -> tuple[datetime, datetime] | tuple[None, None]:
    """From when on the answer is due soon, and when it is due: by the rule of the time when the buyer began to wait.
    Nothing while nobody waits, or where the marketplace sets no time."""
    if conversation.waiting_since is None:
        return NEVER
    rule = rules.at(conversation.shop.marketplace, conversation.waiting_since)
    since = conversation.waiting_since if rule is None else waiting_by(conversation, rule)
    if rule is None or since is None:
        return NEVER
    end = rule.end(since, conversation.shop.zone)
    return end - rule.soon, end


def waiting_by(conversation: Conversation, rule: ReplyRule) -> datetime | None:
    """Since when the buyer waits in the marketplace's eyes: an automatic reply may have answered already."""
    if not rule.counts_automatic:
        return conversation.waiting_since
    theirs = conversation.unanswered()
    automatic = conversation.messages.automatic().newest_first().first()
    if automatic is not None:
        theirs = theirs.after(automatic.sent_at, automatic.sequence)
    first = theirs.oldest_first().first()
    return first.sent_at if first is not None else None


def recompute(marketplace: str) -> int:
    """After a rule was changed: all of its marketplace that wait, in batches. How many have another deadline now."""
    from conversations.models import Conversation  # which uses this module

    waiting = Conversation.objects.filter(shop__marketplace=marketplace, waiting_since__isnull=False)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    return sum(recompute_batch(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))


@transaction.atomic
def recompute_batch(ids: list) -> int:
    """All locks first, then the seller's turn: the order in which everybody takes them."""
    from conversations.models import Conversation

    rows = Conversation.objects.filter(pk__in=ids).select_related("shop").order_by("pk")
    changed, rules = [], Rules()
    for conversation in list(rows.select_for_update(no_key=True, of=("self",))):
        soon_at, at = deadline_of(conversation, rules)
        if (conversation.due_soon_at, conversation.due_at) != (soon_at, at):
            conversation.due_soon_at, conversation.due_at = soon_at, at
            conversation.save(update_fields=["due_soon_at", "due_at"])
            changed.append(conversation)
    for conversation in changed:
        record(conversation)
    return len(changed)
