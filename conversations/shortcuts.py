"""The keys of the chat screen: what the sheet lists is what works, as both are this table."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Walking goes on from the row that has the focus, as its conversation may still be on its way; else from the open one.
LOST, NOWHERE = "#rows:not(:has(a:focus))", "#rows:not(:has(a:focus, [aria-current]))"
NEXT = f".row:has(a:focus) + .row a, {LOST} .row:has([aria-current]) + .row a, {NOWHERE} .row a"
PREVIOUS = f".row:has(+ .row a:focus) a, {LOST} .row:has(+ .row [aria-current]) a"
# A key that is listed here is not the browser's any more, so what is open above the list is closed by its own button.
ESCAPE = "body:not(:has(:popover-open, dialog[open])) .thread__back, :popover-open [popovertargetaction=hide]"


@dataclass(frozen=True)
class Shortcut:
    """`key`: as the browser names it. `presses`: the CSS selector of what is pressed, or focused where one writes;
    where nothing matches, nothing happens."""

    key: str
    label: str | Promise
    presses: str

    @property
    def cap(self) -> str:
        """What stands on the key."""
        return {"Escape": "Esc"}.get(self.key, self.key.removeprefix("Shift+"))


SHORTCUTS = (
    Shortcut("j", _("Next conversation"), NEXT),
    Shortcut("k", _("Previous conversation"), PREVIOUS),
    Shortcut("/", _("Search"), ".search__text"),
    Shortcut("r", _("Write a reply"), "#composer textarea"),
    Shortcut("m", _("Assign to me"), "#assign"),
    Shortcut("e", _("Mark as resolved"), "#status-bar [data-hotkey='e'], #resolve"),
    Shortcut("t", _("Assign to a colleague"), "#assign-to-button"),
    Shortcut("s", _("Snooze"), "#snooze-button"),
    Shortcut("h", _("History"), "#history-button"),
    Shortcut("o", _("Orders"), "#panel-orders"),
    Shortcut("p", _("Products"), "#panel-products"),
    Shortcut("b", _("Buyer"), "#panel-buyer"),
    Shortcut("Escape", _("Back to the list"), ESCAPE),
    Shortcut("Shift+?", _("Show the shortcuts"), "[popovertarget=shortcuts]"),
)
