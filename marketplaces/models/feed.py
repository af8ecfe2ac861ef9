"""Something of a shop that is copied bit by bit and then kept fresh: its orders, its products."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplaces.models.shops import Shop


class Feed(models.Model):
    """Where one copying stands. Each page is stored together with `place`, so a crash costs one page.

    `place` is the feed's own note of what comes next, None between two rounds; `through_at`: everything that
    changed up to then is here. None until the first round has ended.
    """

    class Kind(models.TextChoices):
        ORDERS = "orders", _("Orders")
        PRODUCTS = "products", _("Products")

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="feeds")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    place = models.JSONField(null=True, blank=True)
    through_at = models.DateTimeField(null=True, blank=True)
    next_run_at = models.DateTimeField(default=timezone.now)
    problem = models.TextField(blank=True)

    class Meta:
        verbose_name = _("feed")
        verbose_name_plural = _("feeds")
        constraints = [models.UniqueConstraint(fields=["shop", "kind"], name="one_feed_of_a_kind")]
        indexes = [models.Index(fields=["next_run_at"], name="feeds_due")]

    def __str__(self) -> str:
        return f"{self.shop} · {self.get_kind_display()}"
