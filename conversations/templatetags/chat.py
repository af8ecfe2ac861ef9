"""How times, places and previews are written. No queries."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.models import Conversation, Message
from conversations.outbox import EXPLANATIONS
from marketplaces.content import Kind

register = template.Library()


@register.filter
def clock(at: datetime) -> str:
    """14:05, in the shop's zone."""
    return timezone.localtime(at).strftime("%H:%M")


@register.filter
def day(at: datetime) -> str:
    """Today, Yesterday, else the date, as on a divider."""
    local, today = timezone.localtime(at).date(), timezone.localdate()
    if local == today:
        return _("Today")
    if local == today - timedelta(days=1):
        return _("Yesterday")
    return format_date(local, "j F" if local.year == today.year else "j F Y")


@register.filter
def day_key(at: datetime) -> str:
    """20261123: tells days apart in ids."""
    return timezone.localtime(at).strftime("%Y%m%d")


@register.filter
def day_sort_key(at: datetime) -> str:
    """Stands before every bubble of its day."""
    return micros(timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0))


@register.filter
def short_time(at: datetime) -> str:
    """For a row of the list: 14:05 today, else Yesterday or the date."""
    if timezone.localtime(at).date() == timezone.localdate():
        return clock(at)
    if timezone.localtime(at).date() == timezone.localdate() - timedelta(days=1):
        return _("Yesterday")
    return format_date(timezone.localtime(at), "j M" if at.year == timezone.now().year else "j M Y")


@register.filter
def bubble_sort_key(message: Message) -> str:
    """Texts that sort like the thread: time, the marketplace's numbering, ours."""
    return f"{micros(message.sent_at)}.{message.sequence:019d}.{message.pk:019d}"


@register.filter
def row_sort_key(conversation: Conversation) -> str:
    return f"{micros(conversation.last_message_at)}.{conversation.pk}"


def micros(at: datetime) -> str:
    """Microseconds since 1970, in twenty digits."""
    return f"{int(at.timestamp()) * 1_000_000 + at.microsecond:020d}"


@register.filter
def preview(message: Message | None) -> str:
    """One line of a bubble, for the list."""
    if message is None:
        return ""
    labels = {
        Kind.IMAGE: _("Sent an image"),
        Kind.VIDEO: _("Sent a video"),
        Kind.STICKER: _("Sent a sticker"),
        Kind.PRODUCT: _("Sent a product"),
        Kind.ORDER: _("Sent an order"),
        Kind.SYSTEM: _("System message"),
        Kind.UNKNOWN: _("Sent an attachment"),
    }
    return " ".join(message.text.split())[:120] or labels.get(Kind(message.kind), "")


@register.filter
def explained(message: Message) -> str:
    """Why a reply did not go out, in the agent's language: our words for the marketplace's code, else its own."""
    outgoing, connector = message.outgoing, message.conversation.shop.connector
    sentence = EXPLANATIONS.get(outgoing.problem_code) or connector.explanations.get(outgoing.problem_code)
    if sentence:
        return _(sentence)
    told = " · ".join(part for part in (outgoing.problem_code, outgoing.problem_text) if part)
    return _("%(marketplace)s refused it: %(told)s") % {"marketplace": connector.name, "told": told}
