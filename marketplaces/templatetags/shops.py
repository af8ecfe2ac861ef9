"""What templates say about a shop. No queries."""

from __future__ import annotations

from django import template

from marketplaces.models import Shop
from marketplaces.reasons import why_disconnected

register = template.Library()


@register.filter
def why(shop: Shop) -> str:
    """Why the shop is disconnected, in the viewer's language where we have words for it."""
    return why_disconnected(shop)
