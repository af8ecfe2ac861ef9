"""The orders of the list. Each goes by one of a conversation's times, so that a page has a place where the next begins.

A new order is one line in SORTINGS. Conversations that have no place in an order are not shown in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from conversations.models import Conversation
from conversations.querysets import ConversationQuerySet

Narrowing = Callable[[ConversationQuerySet], ConversationQuerySet]


@dataclass(frozen=True)
class Sorting:
    """`field`: the time that it goes by; `keep`: those that have one."""

    label: str | Promise
    field: str
    is_newest_first: bool = True
    keep: Narrowing = ConversationQuerySet.all

    def sort(self, found: ConversationQuerySet) -> ConversationQuerySet:
        sign = "-" if self.is_newest_first else ""
        return found.order_by(f"{sign}{self.field}", f"{sign}id")

    def below(self, found: ConversationQuerySet, place: tuple[datetime, UUID]) -> ConversationQuerySet:
        """Those under this place of the list."""
        at, pk = place
        further = "lt" if self.is_newest_first else "gt"
        return found.filter(
            Q(**{f"{self.field}__{further}": at}) | Q(**{self.field: at, f"pk__{further}": pk})
        )

    def time_of(self, conversation: Conversation) -> datetime | None:
        at: datetime | None = getattr(conversation, self.field)
        return at

    def place_of(self, conversation: Conversation) -> str:
        """For the address of the next page."""
        at = self.time_of(conversation)
        return f"{at.isoformat()}_{conversation.pk}" if at is not None else ""


SORTINGS = {
    "newest": Sorting(_("Newest first"), "last_message_at"),
    "waiting": Sorting(
        _("Waiting longest"), "waiting_since", is_newest_first=False, keep=ConversationQuerySet.waiting
    ),
    "due": Sorting(_("Least time left"), "due_at", is_newest_first=False, keep=ConversationQuerySet.due),
}


def read_place(text: str) -> tuple[datetime, UUID] | None:
    """Read the place of a page back; None for nonsense."""
    at, _, pk = text.partition("_")
    try:
        moment = parse_datetime(at)
        return (moment.astimezone(UTC), UUID(pk)) if moment is not None else None
    except (ValueError, OverflowError):
        return None
