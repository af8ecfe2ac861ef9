"""All chats of an agent given away at once, at the end of a shift; one row, so that it is undone as one."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.models.status_change import UNDONE_WITHIN, StatusChange
from forstok_chat.accounts.models import Seller, User


class HandOver(models.Model):
    """`to`: nobody means everybody. Its changes are those of the single chats."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seller = models.ForeignKey(Seller, models.CASCADE, related_name="+")
    by = models.ForeignKey(User, models.CASCADE, related_name="hand_overs")
    to = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    changes = models.ManyToManyField(StatusChange, related_name="+")
    undone_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")

    def __str__(self) -> str:
        return f"{self.by} → {self.to or '*'}"

    @property
    def can_be_undone(self) -> bool:
        return self.undone_at is None and self.created_at > timezone.now() - UNDONE_WITHIN
