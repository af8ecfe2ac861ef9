"""What a person wants to be told of while they look elsewhere, and the browsers that they are told through."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forstok_chat.accounts.models import Session, User
from marketplaces.fields import EncryptedJSONField

# Where sellers sit.
ZONES = [
    ("Asia/Jakarta", _("WIB, Jakarta")),
    ("Asia/Makassar", _("WITA, Makassar")),
    ("Asia/Jayapura", _("WIT, Jayapura")),
    ("Asia/Singapore", _("Singapore, Kuala Lumpur")),
]


def usual_zone() -> str:
    return settings.TIME_ZONE


def usual_language() -> str:
    return settings.LANGUAGE_CODE


class AlertsQuerySet(models.QuerySet["Alerts"]):
    def due(self) -> AlertsQuerySet:
        return self.filter(news__gt=F("told"), next_at__lte=timezone.now())


class Alerts(models.Model):
    """A person's choices. `news` counts what came in for them, `told` how far of it they were told: numbers and not
    times, so that nothing which comes in meanwhile falls between two clocks."""

    class Which(models.TextChoices):
        OPEN = "open", _("Chats that I serve, and chats that nobody serves")
        MINE = "mine", _("Only chats that I serve")
        ALL = "all", _("All chats of my shops")

    user = models.OneToOneField(User, models.CASCADE, related_name="alerts")
    which = models.CharField(_("Which chats"), max_length=10, choices=Which.choices, default=Which.OPEN)
    is_on = models.BooleanField(_("Show notifications while I look elsewhere"), default=True)
    shows_text = models.BooleanField(_("Show what the buyer wrote"), default=True)
    has_sound = models.BooleanField(_("Play a sound"), default=False)
    quiet_from = models.TimeField(_("Quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)
    zone = models.CharField(_("Time zone"), max_length=40, choices=ZONES, default=usual_zone)
    # The language of what is pushed, as no page asks for it.
    language = models.CharField(max_length=10, default=usual_language)

    news = models.PositiveBigIntegerField(default=0)
    told = models.PositiveBigIntegerField(default=0)
    told_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[AlertsQuerySet] = AlertsQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("notifications of a person")
        verbose_name_plural = _("notifications of people")

    def __str__(self) -> str:
        return f"{self.user}"


class PushSubscription(models.Model):
    """A browser's address at its push service, as long as somebody is signed in there."""

    user = models.ForeignKey(User, models.CASCADE, related_name="push_subscriptions")
    session = models.ForeignKey(Session, models.CASCADE, related_name="+")
    # A hash of the address, which is itself a secret: whoever knows it may push there.
    mark = models.CharField(max_length=64, unique=True)
    address = EncryptedJSONField()
    device = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")

    def __str__(self) -> str:
        return f"{self.user} · {self.device}"
