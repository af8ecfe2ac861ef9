"""Web addresses in what people write. Only what certainly leads where it seems to lead becomes a link.

Anybody may write to a shop, so an agent is sure of this: a link is http or https, its host is plain ASCII (no letters
of another alphabet that look alike, no "shop.test@" before it), and what is shown is what is opened.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# The scheme is spelled out: ignoring case, other letters than these would count as an "s".
CANDIDATE = re.compile(r"(?<!\w)[Hh][Tt][Tt][Pp][Ss]?://[^\s<>\"'`\\]+")
AUTHORITY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*\.)*[A-Za-z0-9-]*[A-Za-z0-9](?::\d{1,5})?", re.ASCII)
# Ends a sentence rather than an address.
TRAILING = ".,;:!?*_~|»”’…"
BRACKETS = {")": "(", "]": "[", "}": "{"}


def linked(text: str) -> SafeString:
    """The text escaped, its web addresses clickable."""
    return format_html_join("", "{}", ((part,) for part in parts(text)))


def parts(text: str) -> Iterator[str | SafeString]:
    end = 0
    for found in CANDIDATE.finditer(text):
        url = address_in(found[0])
        # Cut short by a backslash it would be another address than the one that is written there
        if url and text[found.end() : found.end() + 1] != "\\":
            yield text[end : found.start()]
            yield format_html('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>', url)
            end = found.start() + len(url)
    yield text[end:]


def address_in(candidate: str) -> str:
    """The address that this begins with, without what ends the sentence; "" when it is none to be trusted."""
    seen = "".join(visible(candidate))
    if seen != candidate and "/" not in seen.partition("://")[2]:  # cut short within its host
        return ""
    url = trimmed(seen)
    return url if is_web_address(url) else ""


def is_web_address(url: object) -> bool:
    """Whether this, as a whole, is an address to be trusted as a link."""
    if not isinstance(url, str) or not CANDIDATE.fullmatch(url) or "".join(visible(url)) != url:
        return False
    try:
        return AUTHORITY.fullmatch(urlsplit(url).netloc) is not None
    except ValueError:
        return False


def visible(text: str) -> Iterator[str]:
    """Up to the first character that is not seen, such as one that turns the direction of what follows."""
    for character in text:
        if unicodedata.category(character)[0] in "CZ":
            return
        yield character


def trimmed(url: str) -> str:
    """A bracket belongs to the address if it was opened in it."""
    while url:
        opened = BRACKETS.get(url[-1])
        if url[-1] not in TRAILING and (opened is None or url.count(opened) >= url.count(url[-1])):
            break
        url = url[:-1]
    return url
