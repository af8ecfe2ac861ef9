"""HTML -> text: bubbles are told as markup, and are never shown as such."""

from __future__ import annotations

import html
import re

PIECES = re.compile(r"(<br\s*/?>\r?\n|<[^<>]*>)", re.IGNORECASE)
TAG = re.compile(
    r"<(/?)(a|b|big|br|code|div|em|font|h[1-6]|hr|i|iframe|img|li|ol|p|s|script|small|span|strike|strong|style"
    r"|sub|sup|table|td|th|tr|u|ul)(?=[\s/>])",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"""\s(?:href|src)\s*=\s*(["'])(.*?)\1""", re.IGNORECASE)
SCHEME = re.compile(r"^[a-z]+:(?://)?", re.IGNORECASE)
# Only with the semicolon: "&copy=1" in an address is no copyright sign.
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
ENDS_A_LINE = re.compile(r"</(?:div|h[1-6]|li|ol|p|table|tr|ul)\b|<[bh]r\b", re.IGNORECASE)


def text_of(markup: str) -> str:
    """What a person reads, with the addresses of links. What only looks like a tag ("<3") stays."""
    pieces: list[str] = []
    address, since = "", 0
    for piece in PIECES.split(markup):
        closes, tag = tag_in(piece)
        if not tag:
            pieces.append(decoded(piece))
        elif ENDS_A_LINE.match(piece):
            pieces.append("\n")
        elif tag == "img":
            pieces.append(address_in(piece))
        elif tag == "a":
            pieces.append(unless_shown(address, pieces[since:]))
            address, since = ("", 0) if closes else (address_in(piece), len(pieces))
    pieces.append(unless_shown(address, pieces[since:]))
    return "".join(pieces).strip()


def tag_in(piece: str) -> tuple[bool, str]:
    found = TAG.match(piece)
    return (bool(found[1]), found[2].lower()) if found else (False, "")


def address_in(tag: str) -> str:
    found = ADDRESS.search(tag)
    return decoded(found[2]) if found else ""


def unless_shown(address: str, pieces: list[str]) -> str:
    """The address of a link whose text does not already tell it."""
    shown = "".join(pieces) if address else ""
    if SCHEME.sub("", address).rstrip("/") in shown:
        return ""
    return f" {address}" if shown else address


def decoded(text: str) -> str:
    return ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
