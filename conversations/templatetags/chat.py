"""How times, places and previews are written. No queries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.template.defaultfilters import date as format_date
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conversations.filters import Filters
from conversations.models import Conversation, ConversationNote, Message
from conversations.notes import among
from conversations.outbox import EXPLANATIONS
from marketplaces.content import Kind
from marketplaces.models import Shop

register = template.Library()

TINTS = 6


@register.filter
def clock(at: datetime) -> str:
    """14:05, in the shop's zone."""
    return timezone.localtime(at).strftime("%H:%M")


@register.filter
def day(at: datetime) -> str:
    """Today, Yesterday, else the whole date, as on a divider."""
    local, today = timezone.localtime(at).date(), timezone.localdate()
    if local == today:
        return _("Today")
    if local == today - timedelta(days=1):
        return _("Yesterday")
    return format_date(local, "l, j F Y")


@register.filter
def full_time(at: datetime) -> str:
    """Monday, 3 November 2026, 14:05 WIB: for who wants to know exactly."""
    local = timezone.localtime(at)
    return f"{format_date(local, 'l, j F Y')}, {local:%H:%M %Z}"


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
def just_now(at: datetime | None) -> bool:
    return at is not None and timezone.now() - at < timedelta(seconds=8)


@register.filter
def bubble_sort_key(message: Message) -> str:
    """Texts that sort like the thread: time, the marketplace's numbering, ours. Last what is not stored yet."""
    if message._state.adding:
        return "~"
    return f"{micros(message.sent_at)}.{message.sequence:019d}.{message.pk:019d}"


@register.simple_tag(takes_context=True)
def in_order(context: Context) -> list[Message | ConversationNote]:
    """The bubbles of a page with the notes among them, where it has any."""
    return among(context.get("bubbles") or [], context.get("notes") or [])


@register.filter
def note_sort_key(note: ConversationNote) -> str:
    """Below the bubbles of the same instant."""
    return f"{micros(note.created_at)}.~{note.pk}"


@register.filter
def line_sort_key(message: Message) -> str:
    """Of what stands right above this bubble, below the one before."""
    return f"{micros(message.sent_at)}.{message.sequence:019d}.{message.pk - 1:019d}~"


@register.filter
def row_sort_key(conversation: Conversation, filters: Filters) -> str:
    """Texts that sort like the list, what is pinned on top; "" for what has no place in its order any more."""
    at = filters.sorting.time_of(conversation)
    if at is None:
        return ""
    first = "~" if filters.sorting.is_newest_first else "!"
    return f"{first if conversation.is_pinned else ''}{micros(at)}.{conversation.pk}"


@register.filter
def waited(since: datetime) -> str:
    """Since when, in whole minutes, hours from one on, days from two on; rows.js goes on with the same words."""
    minutes = max(0, int((timezone.now() - since).total_seconds() // 60))
    if minutes < 60:
        return _("waiting # min").replace("#", str(minutes))
    if minutes < 48 * 60:
        return _("waiting # h").replace("#", str(minutes // 60))
    return _("waiting # d").replace("#", str(minutes // (24 * 60)))


def micros(at: datetime) -> str:
    """Microseconds since 1970, in twenty digits."""
    return f"{int(at.timestamp()) * 1_000_000 + at.microsecond:020d}"


@register.filter
def preview(message: Message | None, shop: Shop) -> str:
    """One line of a bubble, for the list."""
    if message is None:
        return ""
    labels = {
        Kind.IMAGE: _("Sent an image"),
        Kind.VIDEO: _("Sent a video"),
        Kind.STICKER: _("Sent a sticker"),
        Kind.PRODUCT: _("Sent a product"),
        Kind.ORDER: _("Sent an order"),
        Kind.UNKNOWN: _("Sent an attachment"),
    }
    return one_line(message.text) or labels.get(Kind(message.kind)) or notice(message, shop)


@register.filter
def notice(message: Message, shop: Shop) -> str:
    """What the marketplace itself tells by a bubble without words."""
    connector = shop.connector
    if sentence := connector.notices.get(str(message.payload.get("label", ""))):
        return _(sentence)
    return _("Automatic message from %(marketplace)s") % {"marketplace": connector.name}


@register.filter
def one_line(text: str) -> str:
    """As much of it as a row of the list may show."""
    return " ".join(text.split())[:120]


@register.filter
def explained(message: Message) -> str:
    """Why a reply did not go out: our words for the marketplace's code, else its own with the number of the
    request, which its support asks for."""
    outgoing, connector = message.outgoing, message.conversation.shop.connector
    sentence = EXPLANATIONS.get(outgoing.problem_code) or connector.explanations.get(outgoing.problem_code)
    if sentence:
        return _(sentence)
    code, told = outgoing.problem_code, outgoing.problem_text
    if not told.startswith(code):
        told = " · ".join(filter(None, (code, told)))
    return _("%(marketplace)s refused it: %(told)s") % {"marketplace": connector.name, "told": told}


@register.filter
def initials(name: object) -> str:
    """Two letters at most, for an avatar."""
    words = re.findall(r"\w+", str(name).replace("_", " "))
    return "".join(word[0] for word in words[:2]).upper() or "?"


@register.filter
def tint(name: object) -> int:
    """The colour of an avatar: the same name, the same number."""
    return sum(map(ord, str(name))) % TINTS


@register.filter
def mark_of(conversation: Conversation) -> str:
    """The address of the mark of where the buyer writes from."""
    return mark(conversation.platform or conversation.shop.marketplace)


@register.filter
def mark(marketplace: str) -> str:
    """The address of a marketplace's mark."""
    return static(f"img/marketplaces/{marketplace}.svg")


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("img/icons.svg"), name
    )


@register.simple_tag
def query(filters: Filters | None, **changed: object) -> str:
    """`?shop=…&tab=…` for links that keep what one is looking at, but for what is changed; or nothing."""
    return changed_query(filters, changed)


@register.simple_tag
def changed_query(filters: Filters | None, changes: Mapping[str, object]) -> str:
    """The same, the changes given as one."""
    chosen: dict[str, object] = {**(filters.chosen if filters else {}), **changes}
    if chosen.get("tab") == "all":
        del chosen["tab"]
    told = urlencode({name: value for name, value in chosen.items() if value})
    return f"?{told}" if told else ""


# A connector is a class, which templates would call rather than read


@register.filter
def marketplace_name(shop: Shop) -> str:
    return shop.connector.name


@register.filter
def needs_consent(shop: Shop) -> bool:
    return shop.connector.needs_consent


@register.filter
def platform_name(conversation: Conversation) -> str:
    """Where the buyer writes from: "" when the shop has buyers of one place only, or it is not known yet."""
    return conversation.shop.connector.platforms.get(conversation.platform, "")


@register.filter
def has_platforms(shop: Shop) -> bool:
    return bool(shop.connector.platforms)


@register.filter
def may_have_moved(shop: Shop) -> bool:
    """Its marketplace was shut, and shops go on at another."""
    return bool(shop.connector.succeeded_by)


@register.filter
def why_closed(conversation: Conversation) -> str:
    """Why the marketplace lets the shop write nothing here, "" when it does or does not tell."""
    if conversation.can_reply is not False:
        return ""
    connector = conversation.shop.connector
    if sentence := connector.explanations.get(conversation.lock_code):
        return _(sentence)
    return _("%(marketplace)s does not let the shop write to this buyer now.") % {
        "marketplace": connector.name
    }


@register.filter
def why_waiting(message: Message) -> str:
    """What a reply in the queue waits for beside its turn, where the marketplace told."""
    code = message.outgoing.problem_code
    sentence = message.conversation.shop.connector.explanations.get(code) if code else None
    return _(sentence) if sentence else ""


@register.filter
def can(shop: Shop, ability: str) -> bool:
    return shop.connector.can(ability)
