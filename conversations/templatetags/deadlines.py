"""How deadlines and rates are written. No queries."""

from __future__ import annotations

import math

from django import template

register = template.Library()


@register.filter
def percent(share: float | None) -> str:
    """97%, rounded down, so that only a whole one is 100%; a dash for none."""
    return "–" if share is None else f"{math.floor(share * 100 + 1e-9)}%"
