"""Questions about conversations. Everything a person sees is found through `visible_to`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from forstok_chat.accounts.models import User
from marketplaces.models import Shop

if TYPE_CHECKING:
    from conversations.models import Conversation  # noqa: F401  (the row type, as text, below)


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: User) -> ConversationQuerySet:
        return self.filter(shop__in=Shop.objects.visible_to(user))

    def in_shops(self, shops: Iterable[Shop]) -> ConversationQuerySet:
        """The same for who has asked already which shops these are. The seller is for the indexes."""
        known = list(shops)
        return self.filter(
            seller__in={shop.seller_id for shop in known}, shop__in=[shop.pk for shop in known]
        )

    # Each viewer sees every conversation in exactly one of these four

    def mine(self, user: User) -> ConversationQuerySet:
        return self.filter(status="served", assignee=user)

    def served(self, user: User) -> ConversationQuerySet:
        """By somebody else."""
        return self.filter(status="served").exclude(assignee=user)

    def unserved(self) -> ConversationQuerySet:
        return self.filter(status="unserved")

    def resolved(self) -> ConversationQuerySet:
        return self.filter(status="resolved")

    def snoozed(self) -> ConversationQuerySet:
        """Out of sight in the tab that they are in, until their time comes or their buyer writes."""
        return self.filter(snoozed_until__isnull=False)

    def in_tab(self, tab: str, user: User) -> ConversationQuerySet:
        tabs = {
            "mine": lambda: self.mine(user),
            "served": lambda: self.served(user),
            "unserved": self.unserved,
            "resolved": self.resolved,
        }
        return tabs[tab]() if tab in tabs else self.all()

    def unread(self) -> ConversationQuerySet:
        return self.filter(unread_count__gt=0)

    def waiting(self) -> ConversationQuerySet:
        """Whose buyer waits for an answer that somebody here means to give soon."""
        return self.filter(waiting_since__isnull=False, snoozed_until=None).exclude(status="resolved")

    def due(self) -> ConversationQuerySet:
        """Whose marketplace wants an answer by a certain time (deadlines/due.py)."""
        return self.filter(due_at__isnull=False).exclude(status="resolved")

    def due_soon(self) -> ConversationQuerySet:
        now = timezone.now()
        return self.due().filter(due_soon_at__lte=now, due_at__gt=now)

    def overdue(self) -> ConversationQuerySet:
        return self.due().filter(due_at__lte=timezone.now())

    def newest_first(self) -> ConversationQuerySet:
        return self.order_by("-last_message_at", "-id")

    def with_parts(self) -> ConversationQuerySet:
        """All that a row of the list shows, in one query."""
        return self.select_related("shop", "assignee", "last_message")

    def mentioning(self, user: User) -> ConversationQuerySet:
        """With a note that names this person and that they have not seen."""
        from conversations.models import NoteMention

        unseen = NoteMention.objects.filter(user=user, seen_at=None)
        return self.filter(pk__in=unseen.values("note__conversation"))

    def as_seen_by(self, user: User) -> ConversationQuerySet:
        """With all that a row of the list shows to this person."""
        return (
            self.with_parts()
            .with_unsent_of(user)
            .with_mentions_of(user)
            .with_pins_of(user)
            .prefetch_related("tags")
        )

    def with_mentions_of(self, user: User) -> ConversationQuerySet:
        """And whether a note calls this person here."""
        from conversations.models import NoteMention

        unseen = NoteMention.objects.filter(note__conversation=models.OuterRef("pk"), user=user, seen_at=None)
        return self.annotate(is_mentioned=models.Exists(unseen))

    def with_pins_of(self, user: User) -> ConversationQuerySet:
        """And whether it is at the top of this person's list."""
        from conversations.models import Pin

        mine = Pin.objects.filter(conversation=models.OuterRef("pk"), user=user)
        return self.annotate(is_pinned=models.Exists(mine))

    def with_unsent_of(self, user: User) -> ConversationQuerySet:
        """And what this person has begun to write there."""
        from conversations.models import UnsentText

        mine = UnsentText.objects.filter(conversation=models.OuterRef("pk"), user=user)
        return self.annotate(unsent_text=models.Subquery(mine.values("text")))
