"""One buyer with one shop: what is known of the room, and what follows from its messages. Its status: statuses.py."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.events import record
from conversations.models.status_change import Status
from conversations.models.statuses import HasStatus
from conversations.querysets import ConversationQuerySet
from forstok_chat.accounts.models import Seller, User
from marketplaces.content import Room
from marketplaces.models import Shop

if TYPE_CHECKING:
    from conversations.company import Company
    from conversations.models.message import Message, MessageQuerySet
    from conversations.models.tags import Tag, Tagging
    from conversations.search import Hit


class Conversation(HasStatus):
    """One buyer with one shop. `last_*`, `unread_count`, `waiting_since` and `due_*` are derived from the messages."""

    Status = Status

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seller = models.ForeignKey(Seller, models.CASCADE, related_name="conversations")
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="conversations")
    remote_id = models.CharField(max_length=64)
    buyer_id = models.CharField(_("buyer id at the marketplace"), max_length=64)
    buyer_name = models.CharField(_("buyer"), max_length=200, blank=True)
    buyer_avatar_url = models.URLField(max_length=1000, blank=True)
    # Where the buyer writes from, a marketplace's slug, where one shop has buyers of several; "" until known.
    platform = models.SlugField(blank=True)
    # Whether the marketplace lets the shop write now (None: it does not tell), and its code for why not.
    can_reply = models.BooleanField(null=True)
    lock_code = models.CharField(max_length=100, blank=True)
    # When the marketplace was last asked about this room itself.
    looked_up_at = models.DateTimeField(null=True, blank=True)

    last_message = models.ForeignKey("Message", models.SET_NULL, null=True, blank=True, related_name="+")
    last_message_at = models.DateTimeField(default=timezone.now)
    unread_count = models.PositiveIntegerField(default=0)
    waiting_since = models.DateTimeField(null=True, blank=True)
    # When the marketplace wants it answered, and from when on that is soon (deadlines/due.py).
    due_at = models.DateTimeField(null=True, blank=True)
    due_soon_at = models.DateTimeField(null=True, blank=True)
    # The newest bubble that somebody of the team has seen: (sent_at, sequence), as messages are ordered.
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_sequence = models.BigIntegerField(default=0)

    # Kept by reading alone (a push may have overtaken another): the version of the marketplace's list that
    # has been read whole, and the time of the newest bubble that a reading without holes has reached.
    remote_version = models.CharField(max_length=100, blank=True)
    read_through_at = models.DateTimeField(null=True, blank=True)
    reading_due_at = models.DateTimeField(null=True, blank=True)
    # Backwards: whether all that the marketplace has is here; else where its next older page begins (its cursor),
    # when a worker is to read it because somebody waits for it, and why that went wrong (see history.py).
    is_whole = models.BooleanField(default=False)
    older_cursor = models.TextField(blank=True)
    older_wanted_at = models.DateTimeField(null=True, blank=True)
    older_problem = models.TextField(blank=True)
    # What was accepted may be taken away minutes later, so a reply is looked at again until then.
    recheck_at = models.DateTimeField(null=True, blank=True)

    # Its last turn in the queue of replies.
    last_sent_at = models.DateTimeField(null=True, blank=True)

    # Telling the marketplace what we have read: up to which bubble, when to try next.
    told_read_sequence = models.BigIntegerField(default=0)
    tell_read_at = models.DateTimeField(null=True, blank=True)
    tell_read_attempts = models.PositiveIntegerField(default=0)

    created_at = models.DateTimeField(auto_now_add=True)
    tags: models.ManyToManyField[Tag, Tagging] = models.ManyToManyField(
        "Tag", through="Tagging", related_name="conversations"
    )

    # Not a column: by what a search has found it, put here by search.attach.
    hit: Hit | None = None
    # Not a column: what the one who looks has begun to write here (with_unsent_of).
    unsent_text: str | None = None
    # Nor this: who else is in it now, put here by company.attach.
    company: Company | None = None
    # Nor these: what else is marked for the one who looks (as_seen_by).
    is_mentioned: bool = False
    is_pinned: bool = False

    objects: ClassVar[models.Manager[Conversation]] = models.Manager.from_queryset(ConversationQuerySet)()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [models.UniqueConstraint(fields=["shop", "remote_id"], name="one_row_per_conversation")]
        indexes = [
            models.Index(fields=["seller", "-last_message_at", "-id"], name="inbox_of_seller"),
            models.Index(fields=["shop", "-last_message_at", "-id"], name="inbox_of_shop"),
            # Most conversations are resolved and long ago: these hold the others alone.
            models.Index(
                fields=["seller", "status", "-last_message_at", "-id"],
                condition=~models.Q(status="resolved"),
                name="inbox_open",
            ),
            models.Index(
                fields=["seller", "-last_message_at", "-id"],
                condition=models.Q(unread_count__gt=0),
                name="inbox_unread",
            ),
            models.Index(
                fields=["seller", "waiting_since", "id"],
                condition=models.Q(waiting_since__isnull=False),
                name="inbox_waiting",
            ),
            models.Index(
                fields=["seller", "due_at", "id"],
                condition=models.Q(due_at__isnull=False),
                name="inbox_due",
            ),
            models.Index(fields=["shop", "buyer_id"], name="conversations_of_buyer"),
            models.Index(
                fields=["reading_due_at"],
                condition=models.Q(reading_due_at__isnull=False),
                name="reading_due",
            ),
            models.Index(
                fields=["older_wanted_at"],
                condition=models.Q(older_wanted_at__isnull=False),
                name="older_wanted",
            ),
            models.Index(
                fields=["recheck_at"], condition=models.Q(recheck_at__isnull=False), name="recheck_due"
            ),
            models.Index(
                fields=["tell_read_at"], condition=models.Q(tell_read_at__isnull=False), name="tell_read_due"
            ),
            models.Index(
                fields=["snoozed_until"], condition=models.Q(snoozed_until__isnull=False), name="snooze_ends"
            ),
        ]

    def __str__(self) -> str:
        return self.buyer_name or self.buyer_id

    @property
    def room(self) -> Room:
        return Room(self.remote_id, self.buyer_id)

    def locked(self) -> Conversation:
        """This row, locked until the transaction ends; every change of a conversation starts here.

        NO KEY: rows that point at it can still be written meanwhile, which keeps `record` free of deadlocks.
        """
        return Conversation.objects.select_for_update(no_key=True).get(pk=self.pk)

    # Verbs

    @transaction.atomic
    def mark_read(self, by: User) -> bool:
        """Somebody of the team has looked at it. True when the marketplace waits to be told (reading_marks.py)."""
        conversation = self.locked()
        if conversation.last_message is None or not conversation.unread_count:
            return False
        conversation.seen_at = conversation.last_message.sent_at
        conversation.seen_sequence = conversation.last_message.sequence
        conversation.unread_count = 0
        is_told = self.shop.connector.can("mark_read")
        if is_told:
            conversation.tell_read_at, conversation.tell_read_attempts = timezone.now(), 0
        conversation.save(
            update_fields=["seen_at", "seen_sequence", "unread_count", "tell_read_at", "tell_read_attempts"]
        )
        record(conversation)
        return is_told

    def derive(self) -> None:
        """Recompute what follows from the messages: newest bubble, unread, waiting. The same however they came."""
        from conversations.deriving import derive_all

        derive_all([self])

    def unanswered(self) -> MessageQuerySet:
        """What the buyer has said since the shop's last answer."""
        answer = self.messages.answers().newest_first().first()
        theirs = self.messages.from_buyer()
        return theirs if answer is None else theirs.after(answer.sent_at, answer.sequence)

    def unseen(self, messages: MessageQuerySet) -> MessageQuerySet:
        """Those of them that nobody of the team has seen."""
        return messages if self.seen_at is None else messages.after(self.seen_at, self.seen_sequence)

    def first_unread(self) -> Message | None:
        return self.unseen(self.unanswered()).oldest_first().first() if self.unread_count else None

    def settle_imported(self, unread_count: int, listed_at: datetime | None) -> None:
        """After the first import: unread as the marketplace had it when it was listed (its newest bubble being
        of `listed_at`); answered by the shop means served."""
        bubbles = self.messages.from_buyer().newest_first()
        if listed_at is not None:
            bubbles = bubbles.filter(sent_at__lte=listed_at)
        seen = bubbles[unread_count : unread_count + 1].first()
        if seen is not None and self.seen_at is None:
            self.seen_at, self.seen_sequence = seen.sent_at, seen.sequence
            self.save(update_fields=["seen_at", "seen_sequence"])
        self.derive()
        if self.waiting_since is None:
            self.shop_answered()
        record(self)

    def close_for_replies(self, code: str) -> None:
        """The marketplace lets the shop write nothing here for now."""
        Conversation.objects.filter(pk=self.pk).update(can_reply=False, lock_code=code[:100])

    def request_reading(self, at: datetime | None = None) -> None:
        """Somebody said that there is news here: read it from the marketplace soon."""
        Conversation.objects.filter(pk=self.pk).update(reading_due_at=at or timezone.now())
