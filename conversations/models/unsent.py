"""What somebody has begun to write and not sent."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation
from forstok_chat.accounts.models import User
from marketplaces.models import MediaFile


class UnsentText(models.Model):
    """One per conversation and person, the same on all of their devices. `client_id` is that of the composer it was
    typed in: the reply that it becomes takes it along."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="unsent_texts")
    user = models.ForeignKey(User, models.CASCADE, related_name="unsent_texts")
    client_id = models.UUIDField()
    text = models.TextField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("unsent text")
        verbose_name_plural = _("unsent texts")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user"], name="one_unsent_text_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.conversation_id}"


class UnsentFile(models.Model):
    """A picture or video that was chosen. `client_id` is that of the reply that it becomes."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="unsent_files")
    user = models.ForeignKey(User, models.CASCADE, related_name="unsent_files")
    client_id = models.UUIDField(default=uuid.uuid4, unique=True)
    media = models.ForeignKey(MediaFile, models.CASCADE, related_name="+")
    chosen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("unsent file")
        verbose_name_plural = _("unsent files")

    def __str__(self) -> str:
        return f"{self.user} {self.conversation_id} {self.media_id}"
