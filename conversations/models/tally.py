"""How many conversations there are of each sort, so that a count costs the same with a million of them.

The rows are written by a trigger on the conversations' table (migration `tallies`), whatever changes a row there, in
the same transaction: `number` may be below zero, and what counts is the sum of all rows of one sort. Rows are only
ever added, so writers never wait for each other; `tallies.compact` adds them up.
"""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation
from forstok_chat.accounts.models import User
from marketplaces.models import Shop


class TallyQuerySet(models.QuerySet["Tally"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(shop__in=Shop.objects.visible_to(user))


class Tally(models.Model):
    """No constraint to its shop and agent: both may be gone before the trigger has taken their rows off."""

    shop = models.ForeignKey(Shop, models.DO_NOTHING, related_name="+", db_constraint=False)
    platform = models.SlugField(blank=True)
    status = models.CharField(max_length=10, choices=Conversation.Status.choices)
    assignee = models.ForeignKey(User, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    is_unread = models.BooleanField()
    number = models.BigIntegerField()

    objects: ClassVar[TallyQuerySet] = TallyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")

    def __str__(self) -> str:
        return f"{self.status} {self.number}"
