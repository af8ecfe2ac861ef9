"""A mail that left, without its text: counted, so that nobody can be flooded through us."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from forstok_chat.accounts.models.people import Seller

# The longest period that anything is counted over; older rows are of no use.
KEPT_FOR = timedelta(days=1)


class Mailing(models.Model):
    to = models.EmailField()
    seller = models.ForeignKey(Seller, models.CASCADE, null=True, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["to", "sent_at"], name="mailings_to"),
            models.Index(fields=["seller", "sent_at"], name="mailings_of_seller"),
        ]

    def __str__(self) -> str:
        return f"{self.to} {self.sent_at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def count(cls, within: timedelta, **whose: Any) -> int:
        return cls.objects.filter(sent_at__gt=timezone.now() - within, **whose).count()

    @classmethod
    def note(cls, to: str, seller: Seller | None) -> None:
        cls.objects.filter(sent_at__lt=timezone.now() - KEPT_FOR).delete()
        cls.objects.create(to=to, seller=seller)
