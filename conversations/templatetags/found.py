"""How what a search has found is written: the words, marked where they stand. Everything else is escaped."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

# Characters of a row's line: before the words, so that they are in sight, and in all.
BEFORE, LONGEST = 24, 160


@register.filter
def marked(told: object, search: str) -> SafeString:
    """The text with every place marked where the search stands in it."""
    text = str(told)
    if not search:
        return escape(text)
    parts = re.split(f"({re.escape(search)})", text, flags=re.IGNORECASE)  # every second one is a place
    return format_html_join(
        "", "{}", ((mark(part) if number % 2 else part,) for number, part in enumerate(parts))
    )


@register.filter
def excerpt(told: str, search: str) -> SafeString:
    """One line of a bubble around the words, which begins with a whole word."""
    text = " ".join(told.split())
    found = re.search(re.escape(search), text, re.IGNORECASE)
    begin = max(0, found.start() - BEFORE) if found else 0
    if found and begin:
        space = text.find(" ", begin, found.start())
        begin = space + 1 if space >= 0 else begin
    line = text[begin : begin + LONGEST]
    return format_html("{}{}", "…" if begin else "", marked(line, search))


def mark(words: str) -> SafeString:
    return format_html("<mark>{}</mark>", words)
