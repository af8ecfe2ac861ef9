"""One thing done to many chats, as a row: a worker may die in the middle and another goes on.

BulkAction ─── BulkItem     one chat of it: what is to be done, what came of it, and how it was before

    RUNNING ──> DONE ──> UNDOING ──> UNDONE
    WAITING ──> DONE ──────────────> BACK        LEFT_OUT, STAYED: not done, not undone, with the reason
"""

from __future__ import annotations

import uuid
from collections import Counter

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation
from conversations.models.status_change import UNDONE_WITHIN, StatusChange
from conversations.models.tags import Tag
from forstok_chat.accounts.models import User


class BulkAction(models.Model):
    """`leased_until`: a worker is at it until then. `language`: of its person, for the reasons."""

    class Verb(models.TextChoices):
        RESOLVE = "resolve", _("Mark as resolved")
        ASSIGN = "assign", _("Assign to")
        RELEASE = "release", _("Release")
        TAG = "tag", _("Put a tag on")
        UNTAG = "untag", _("Take a tag off")
        READ = "read", _("Mark as read")

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(User, models.CASCADE, related_name="bulk_actions")
    verb = models.CharField(max_length=8, choices=Verb.choices)
    to = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    tag = models.ForeignKey(Tag, models.SET_NULL, null=True, blank=True, related_name="+")
    resolves_waiting = models.BooleanField(default=False)
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    leased_until = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        indexes = [
            models.Index(
                fields=["leased_until"],
                condition=models.Q(state__in=["running", "undoing"]),
                name="bulk_actions_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.RUNNING, self.State.UNDOING}

    @property
    def is_undoing(self) -> bool:
        return self.state == self.State.UNDOING

    @property
    def can_be_undone(self) -> bool:
        is_fresh = self.created_at > timezone.now() - UNDONE_WITHIN
        return self.state == self.State.DONE and is_fresh and bool(self.counts[BulkItem.State.DONE])

    @property
    def counts(self) -> Counter[str]:
        """How many chats stand how, and how many there are in all ("total")."""
        alike = dict(self.items.order_by().values_list("state").annotate(number=models.Count("pk")))
        return Counter({**alike, "total": sum(alike.values())})

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why some were left out or stayed, and how many."""
        out = self.items.filter(state__in=[BulkItem.State.LEFT_OUT, BulkItem.State.STAYED]).order_by()
        alike = out.values_list("reason").annotate(number=models.Count("pk"))
        return sorted(alike, key=lambda each: -each[1])


class BulkItem(models.Model):
    """`status`, `assignee`: how the chat stood when it was chosen, so that what somebody has moved meanwhile is left
    alone. `change`: what was done. `seen_*`, `read_*`: what counted as read before and after."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        LEFT_OUT = "left_out", _("Left out")
        BACK = "back", _("Undone")
        STAYED = "stayed", _("Stayed")

    action = models.ForeignKey(BulkAction, models.CASCADE, related_name="items")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="+")
    status = models.CharField(max_length=10)
    assignee = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=200, blank=True)
    change = models.ForeignKey(StatusChange, models.SET_NULL, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True)
    seen_sequence = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    read_sequence = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("chat of a bulk action")
        verbose_name_plural = _("chats of bulk actions")
        constraints = [
            models.UniqueConstraint(fields=["action", "conversation"], name="once_in_a_bulk_action")
        ]
        indexes = [models.Index(fields=["action", "state", "id"], name="bulk_items_by_state")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.state}"
