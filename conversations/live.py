"""What changed for this user since a cursor. The Event rows are the truth, so a browser that slept, lost its
network or met a restarted server catches up exactly. No templates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from conversations.models import Conversation, ConversationNote, Event, Message, PrunedEvents
from forstok_chat.accounts.models import Membership, User
from forstok_chat.accounts.permissions import Permission
from marketplaces.models import Shop

# More than this is not told one by one: the list and the thread are drawn as a whole.
MOST_EVENTS = 500


@dataclass(frozen=True)
class Cursor:
    """The last event seen of each seller (ids grow in commit order only within a seller): "uuid:id,uuid:id"."""

    seen: dict[UUID, int]

    @classmethod
    def now(cls, user: User) -> Self:
        """Everything up to now counts as seen. Take it before reading what is drawn."""
        sellers = sellers_of(user)
        newest = {
            seller: Event.objects.filter(seller=seller).order_by("-pk").values_list("pk", flat=True).first()
            for seller in sellers
        }
        gone = pruned_through(sellers)
        return cls({seller: pk or gone.get(seller, 0) for seller, pk in newest.items()})

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for nonsense: then everything has to be drawn again. Empty for who belongs to no seller."""
        if not text:
            return cls({})
        try:
            pairs = [part.split(":") for part in text.split(",")]
            return cls({UUID(seller): int(newest) for seller, newest in pairs})
        except ValueError:
            return None

    def __str__(self) -> str:
        return ",".join(f"{seller}:{newest}" for seller, newest in self.seen.items())


@dataclass
class Changes:
    """What to draw again. `is_too_much`: rather everything."""

    cursor: Cursor
    conversations: set[UUID] = field(default_factory=set)
    messages: set[int] = field(default_factory=set)
    notes: set[UUID] = field(default_factory=set)
    shops: set[UUID] = field(default_factory=set)
    is_too_much: bool = False

    def __bool__(self) -> bool:
        return self.is_too_much or bool(self.conversations or self.messages or self.shops)

    def rows(self, user: User) -> list[Conversation]:
        found = Conversation.objects.filter(pk__in=self.conversations)
        return list(found.as_seen_by(user))

    def bubbles_of(self, conversation: Conversation) -> list[Message]:
        found = conversation.messages.shown().filter(pk__in=self.messages)
        return list(found.with_parts().oldest_first())

    def notes_of(self, conversation: Conversation) -> list[ConversationNote]:
        """Those that were deleted, too."""
        return list(conversation.notes.filter(pk__in=self.notes).with_parts().oldest_first())

    def bubbles_hidden_in(self, conversation: Conversation) -> list[Message]:
        """Shown before, perhaps, and to nobody any more."""
        return list(conversation.messages.filter(pk__in=self.messages, is_hidden=True))


def changes_since(user: User, cursor: Cursor) -> Changes:
    """Each changed thing once, whatever happened to it. Only of shops that this user may see now."""
    sellers = sellers_of(user)
    seen = {seller: cursor.seen.get(seller) for seller in sellers}
    if None in seen.values():  # a new membership: what came before it is not on the screen yet
        return too_much(user)
    visible = set(Shop.objects.visible_to(user).values_list("pk", flat=True))
    changes = Changes(Cursor(dict(cursor.seen)))
    for seller, newest in seen.items():
        events = Event.objects.filter(seller=seller, shop__in=visible, pk__gt=newest).order_by("pk")[
            : MOST_EVENTS + 1
        ]
        for count, event in enumerate(events):
            if count == MOST_EVENTS:
                return too_much(user)
            changes.cursor.seen[seller] = event.pk
            changes.shops.add(event.shop_id)
            if event.conversation_id:
                changes.conversations.add(event.conversation_id)
            if event.message_id:
                changes.messages.add(event.message_id)
            if event.note_id:
                changes.notes.add(event.note_id)
    # Asked last: what was there when it was read may have been removed a moment before.
    if any(cursor.seen[seller] < gone for seller, gone in pruned_through(sellers).items()):
        return too_much(user)
    return changes


def too_much(user: User) -> Changes:
    """Everything, as of now."""
    return Changes(Cursor.now(user), is_too_much=True)


def pruned_through(sellers: list[UUID]) -> dict[UUID, int]:
    """The newest event of each seller that is gone; nothing of those whose events are all here."""
    marks = PrunedEvents.objects.filter(seller__in=sellers)
    return dict(marks.values_list("seller", "through"))


def sellers_of(user: User) -> list[UUID]:
    jobs = Membership.objects.filter(user=user).allowing(Permission.CHAT)
    return list(jobs.order_by("seller").values_list("seller", flat=True))
