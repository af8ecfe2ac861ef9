"""What the team tells itself about a conversation. No message: nothing here leaves for a marketplace, answers a buyer
or moves a chat.

ConversationNote ─── NoteMention     a colleague who is to read it
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.events import record_note
from conversations.models.conversation import Conversation
from forstok_chat.accounts.models import User

LONGEST_NOTE = 2000


class NoteQuerySet(models.QuerySet["ConversationNote"]):
    def shown(self) -> NoteQuerySet:
        return self.filter(deleted_at=None)

    def oldest_first(self) -> NoteQuerySet:
        return self.order_by("created_at", "pk")

    def with_parts(self) -> NoteQuerySet:
        """All that a note shows, in three queries for all of them."""
        return self.select_related("author").prefetch_related("mentions__user")


class ConversationNote(models.Model):
    """Its id comes from the form it was written in, so that a double click writes one. A deleted one keeps its row,
    without its words, until open screens have taken it away."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    # Tells it from a bubble, among which it stands.
    is_note = True

    objects: ClassVar[NoteQuerySet] = NoteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [
            models.Index(
                fields=["conversation", "created_at"],
                condition=models.Q(deleted_at=None),
                name="notes_of_conversation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.author} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def sent_at(self) -> datetime:
        """Its place in the thread, under the name that bubbles have for theirs."""
        return self.created_at

    @transaction.atomic
    def edit(self, text: str, people: Iterable[User]) -> None:
        """Who was named before and has read it is not told again."""
        self.text, self.edited_at = text, timezone.now()
        self.save(update_fields=["text", "edited_at"])
        self.name(people)
        record_note(self)

    @transaction.atomic
    def remove(self) -> None:
        self.text, self.deleted_at = "", timezone.now()
        self.save(update_fields=["text", "deleted_at"])
        self.mentions.all().delete()
        record_note(self)

    def name(self, people: Iterable[User]) -> None:
        """Exactly these are to read it; its author has."""
        named = [person for person in people if person.pk != self.author_id]
        self.mentions.exclude(user__in=named).delete()
        NoteMention.objects.bulk_create(
            [NoteMention(note=self, user=person) for person in named], ignore_conflicts=True
        )


class NoteMention(models.Model):
    """Marks the chat for this person until they have opened it."""

    note = models.ForeignKey(ConversationNote, models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="named_once_in_a_note")]
        indexes = [
            models.Index(fields=["user"], condition=models.Q(seen_at=None), name="mentions_to_be_seen")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.note_id}"
