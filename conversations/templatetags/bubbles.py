"""How what stands in a bubble is written. No queries."""

from __future__ import annotations

from django import template

from conversations import links
from conversations.emoji import is_emoji_alone

register = template.Library()
register.filter("linked", links.linked)
register.filter("is_emoji_alone", is_emoji_alone)


@register.filter
def web_address(url: object) -> str:
    """What a marketplace gives as an address, if it is one of the web; "" otherwise."""
    return str(url) if links.is_web_address(url) else ""
