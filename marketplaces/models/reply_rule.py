"""How fast a marketplace wants buyers to be answered. Rules change, so they are rows, each from a date on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

WEEK, WORKING_DAYS = 7, 5
DAY_S = 86_400
# A Monday, from which working time is counted.
MONDAY = date(2001, 1, 1)
# An answer that is due within this time is due soon, or within a third of the time that there is, if that is longer.
SOON = timedelta(hours=1)
SOON_SHARE = 3


class ReplyRuleQuerySet(models.QuerySet["ReplyRule"]):
    def newest_first(self) -> Self:
        return self.order_by("marketplace", "-valid_from")


class ReplyRule(models.Model):
    """Valid from the beginning of `valid_from`, in the time zone of the installation, until the next one of its
    marketplace begins. The rate is the share of answers in time over the last `window_days`."""

    class Confidence(models.TextChoices):
        """As in the notes on each marketplace."""

        HIGH = "high", _("High: the marketplace's own text, or measured")
        MEDIUM = "medium", _("Medium: two independent sources")
        LOW = "low", _("Low: one source, or a guess")

    marketplace = models.SlugField(_("marketplace"))
    valid_from = models.DateField(_("valid from"))
    hours = models.PositiveSmallIntegerField(_("hours to answer"), validators=[MinValueValidator(1)])
    counts_automatic = models.BooleanField(_("automatic replies count as an answer"), default=False)
    is_working_days_only = models.BooleanField(
        _("Saturdays and Sundays do not count"), default=False, help_text=_("Else all days are alike.")
    )
    window_days = models.PositiveSmallIntegerField(
        _("days of the response rate"), default=30, validators=[MinValueValidator(1)]
    )
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence.choices)
    source = models.TextField(_("source"), help_text=_("Where it is written, and what is not known."))

    objects: ClassVar[ReplyRuleQuerySet] = ReplyRuleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("reply rule")
        verbose_name_plural = _("reply rules")
        constraints = [
            models.UniqueConstraint(fields=["marketplace", "valid_from"], name="one_reply_rule_from_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.marketplace} {self.valid_from}: {self.hours} h"

    @staticmethod
    def day_of(moment: datetime) -> date:
        """The day, of the time zone of the installation, whose rule holds then."""
        return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).date()

    @property
    def time(self) -> timedelta:
        return timedelta(hours=self.hours)

    @property
    def soon(self) -> timedelta:
        """How long before its end an answer is due soon."""
        return max(SOON, self.time / SOON_SHARE)

    def end(self, since: datetime, zone: ZoneInfo) -> datetime:
        """When the answer to what a buyer began to say then is due, in a shop of this time zone."""
        if not self.is_working_days_only:
            return since + self.time
        return at_working_second(working_second(since, zone) + self.hours * 3600, zone)


# Working time as one number: the seconds of Mondays to Fridays since MONDAY. The same sum stands in
# conversations/deadlines/rates.py, for the database.


def working_second(moment: datetime, zone: ZoneInfo) -> float:
    local = moment.astimezone(zone)
    weeks, day = divmod((local.date() - MONDAY).days, WEEK)
    of_day = (local - local.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
    return (weeks * WORKING_DAYS + min(day, WORKING_DAYS)) * DAY_S + (of_day if day < WORKING_DAYS else 0)


def at_working_second(number: float, zone: ZoneInfo) -> datetime:
    days, of_day = divmod(number, DAY_S)
    weeks, day = divmod(int(days), WORKING_DAYS)
    date_ = MONDAY + timedelta(days=weeks * WEEK + day)
    local = datetime(date_.year, date_.month, date_.day, tzinfo=zone) + timedelta(seconds=of_day)
    return local.astimezone(UTC)
