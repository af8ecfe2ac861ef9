"""How the chats of a shop find their agents, as an owner or supervisor has set it."""

from __future__ import annotations

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from forstok_chat.accounts.models import User
from marketplaces.models import Shop

DAY = 24 * 60


class AssignmentPolicy(models.Model):
    """One of each shop; without a row the defaults hold."""

    class Mode(models.TextChoices):
        OFF = "off", _("Nobody: agents take chats themselves")
        ROUND_ROBIN = "round_robin", _("In turn")
        LEAST_LOADED = "least_loaded", _("Whoever has the fewest buyers waiting")

    shop = models.OneToOneField(Shop, models.CASCADE, primary_key=True, related_name="assignment_policy")
    mode = models.CharField(
        _("Who is given a waiting chat"), max_length=12, choices=Mode.choices, default=Mode.OFF
    )
    most_chats = models.PositiveSmallIntegerField(
        _("Most buyers waiting for one agent"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
        help_text=_("Who has this many, in all shops together, is given no more until one is answered."),
    )
    gone_minutes = models.PositiveSmallIntegerField(
        _("Minutes until the chats of an agent who is gone go back"),
        default=30,
        validators=[MaxValueValidator(DAY)],
        help_text=_("Only chats whose buyer waits. 0: they stay."),
    )
    # Whose turn it was last.
    last_given_to = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("assignment policy")
        verbose_name_plural = _("assignment policies")

    def __str__(self) -> str:
        return f"{self.shop_id} {self.mode}"

    @classmethod
    def of(cls, shop: Shop) -> AssignmentPolicy:
        try:
            return shop.assignment_policy
        except cls.DoesNotExist:
            return cls(shop=shop)

    @property
    def gone_after(self) -> timedelta | None:
        """How long an agent may be gone with a buyer waiting; None: as long as they like."""
        return timedelta(minutes=self.gone_minutes) if self.gone_minutes else None
