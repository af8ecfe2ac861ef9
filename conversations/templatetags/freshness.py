"""How what is late, and up to when all is here, is written. No queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django import template
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations import freshness
from conversations.models import Message
from conversations.templatetags.chat import clock
from marketplaces.models import Shop

if TYPE_CHECKING:
    from conversations.overview import RailShop

register = template.Library()


@register.filter
def moment(at: datetime) -> str:
    """14:05 today, Yesterday 14:05, else with the date."""
    local, today = timezone.localtime(at), timezone.localdate()
    if local.date() == today:
        return clock(at)
    if local.date() == today - timedelta(days=1):
        return f"{_('Yesterday')} {clock(at)}"
    return f"{format_date(local, 'j M' if local.year == today.year else 'j M Y')} {clock(at)}"


@register.filter
def came_late(message: Message) -> str:
    """12 minutes, 3 hours, 2 days late; never more than it was."""
    minutes = (message.late_by or 0) // 60
    if minutes < 60:
        return ngettext("came %d minute late", "came %d minutes late", minutes) % minutes
    if minutes < 48 * 60:
        hours = minutes // 60
        return ngettext("came %d hour late", "came %d hours late", hours) % hours
    days = minutes // (24 * 60)
    return ngettext("came %d day late", "came %d days late", days) % days


@register.filter
def completeness(shop: Shop) -> str:
    """Up to when everything is here; "" when there is nothing to say."""
    through = freshness.complete_through(shop)
    if through is None:
        return ""
    if freshness.is_behind(shop):
        return _("The newest messages may be late: complete up to %(time)s") % {"time": moment(through)}
    return _("Complete up to %(time)s") % {"time": moment(through)}


@register.filter
def is_behind(shop: Shop) -> bool:
    return freshness.is_behind(shop)


@register.filter
def health(shop: Shop) -> str:
    """The colour of a shop's dot: ok, late, disconnected or inactive."""
    if not shop.is_active:
        return str(shop.state)
    return "late" if freshness.is_behind(shop) else "ok"


@register.filter
def health_words(shop: Shop) -> str:
    """The same for who cannot tell colours."""
    words = {"ok": _("Connected"), "late": _("The newest messages may be late")}
    return words.get(health(shop)) or shop.get_state_display()


@register.filter
def behind(rail: Iterable[RailShop]) -> list[Shop]:
    """Those shops whose newest messages may be late."""
    return [item.shop for item in rail if freshness.is_behind(item.shop)]


@register.filter
def freshness_state(rail: Iterable[RailShop]) -> str:
    return freshness.state_of(item.shop for item in rail)
