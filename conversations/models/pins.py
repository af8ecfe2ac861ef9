"""Chats that somebody keeps at the top of their own list."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation
from forstok_chat.accounts.models import User


class Pin(models.Model):
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="pins")
    user = models.ForeignKey(User, models.CASCADE, related_name="pins")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("pin")
        verbose_name_plural = _("pins")
        constraints = [models.UniqueConstraint(fields=["user", "conversation"], name="pinned_once")]

    def __str__(self) -> str:
        return f"{self.user} {self.conversation_id}"
