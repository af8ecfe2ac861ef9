"""The history of a conversation's status: what was done, by whom, when and why."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forstok_chat.accounts.models import User

UNDONE_WITHIN = timedelta(days=1)


class Status(models.TextChoices):
    UNSERVED = "unserved", _("Unserved")
    SERVED = "served", _("Served")
    RESOLVED = "resolved", _("Resolved")


class Verb(models.TextChoices):
    """What somebody did to the status itself. RULE: it followed from something else (docs/statuses.md)."""

    RULE = "rule", _("By a rule")
    SERVE = "serve", _("Taken")
    RELEASE = "release", _("Released")
    ASSIGN = "assign", _("Assigned")
    TRANSFER = "transfer", _("Handed over")
    RESOLVE = "resolve", _("Resolved")
    REOPEN = "reopen", _("Reopened")
    SNOOZE = "snooze", _("Snoozed")
    WAKE = "wake", _("Woken")
    UNDO = "undo", _("Undone")


class StatusChangeQuerySet(models.QuerySet["StatusChange"]):
    def standing(self) -> StatusChangeQuerySet:
        """Those that neither were undone nor undo another: the newest of them says how the conversation stands."""
        return self.filter(undoes=None, undone=None)

    def newest_first(self) -> StatusChangeQuerySet:
        return self.order_by("-pk")

    def with_people(self) -> StatusChangeQuerySet:
        return self.select_related("by", "assignee", "from_assignee", "undone__by", "undoes")


class StatusChange(models.Model):
    """Who moved a conversation, when and why: `reason` is a rule's (translated where it is shown), `note` a person's.
    Without `by` nobody did it. What is undone stays, and the row that undid it points at it."""

    Verb = Verb

    conversation = models.ForeignKey("Conversation", models.CASCADE, related_name="status_changes")
    verb = models.CharField(max_length=8, choices=Verb.choices, default=Verb.RULE)
    old = models.CharField(max_length=10, choices=Status.choices)
    new = models.CharField(max_length=10, choices=Status.choices)
    from_assignee = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    assignee = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    was_snoozed_until = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)
    undoes = models.OneToOneField("self", models.CASCADE, null=True, blank=True, related_name="undone")
    created_at = models.DateTimeField(auto_now_add=True)

    if TYPE_CHECKING:
        undone: StatusChange  # the row that undid it, where there is one

    objects: ClassVar[StatusChangeQuerySet] = StatusChangeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"

    @property
    def is_old(self) -> bool:
        return self.created_at <= timezone.now() - UNDONE_WITHIN

    @property
    def is_by_rule(self) -> bool:
        return self.verb == Verb.RULE
