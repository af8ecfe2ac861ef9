"""How deadlines and rates are written. No queries."""

from __future__ import annotations

import math
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.models import Conversation

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """97%, rounded down, so that only a whole one is 100%; a dash for none."""
    return "–" if share is None else f"{math.floor(share * 100 + 1e-9)}%"


@register.filter
def time_left(due_at: datetime) -> str:
    """Until then, or since then, in whole minutes, hours from one on, days from two on; rows.js goes on with the same
    words."""
    seconds = (due_at - timezone.now()).total_seconds()
    minutes = int(abs(seconds) // 60)
    if minutes < 60:
        words, number = (_("# min left") if seconds > 0 else _("# min over")), minutes
    elif minutes < 48 * 60:
        words, number = (_("# h left") if seconds > 0 else _("# h over")), minutes // 60
    else:
        words, number = (_("# d left") if seconds > 0 else _("# d over")), minutes // (24 * 60)
    return words.replace("#", str(number))


@register.filter
def urgency(conversation: Conversation) -> str:
    """Of its deadline: "soon", "over", or "" while there is time, or no deadline."""
    now = timezone.now()
    if conversation.due_at is None or conversation.due_soon_at is None or now < conversation.due_soon_at:
        return ""
    return "soon" if now < conversation.due_at else "over"
