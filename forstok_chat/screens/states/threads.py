"""A conversation, and what is done with it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from forstok_chat.screens.scene import BEAUTY, GADGET, Scene
from forstok_chat.screens.stages import USUAL
from forstok_chat.screens.states.table import state


@state(USUAL)
def thread_texts(at: Scene) -> Page:
    return at.thread(GADGET, "Rina Permata")


@state(USUAL)
def thread_cards(at: Scene) -> Page:
    return at.thread(GADGET, at.world.notes["orders"])


@state(USUAL)
def thread_pictures(at: Scene) -> Page:
    return at.thread(GADGET, "Dewi Lestari")


@state(USUAL)
def thread_closed(at: Scene) -> Page:
    return at.thread(BEAUTY)


@state(USUAL)
def thread_found(at: Scene) -> Page:
    """At the bubble that a search has found."""
    page = at.inbox(q="Makassar")
    page.locator("#rows a").first.click()
    expect(page.locator("#bubbles [data-found]")).to_be_visible()
    return page


@state(USUAL)
def thread_history(at: Scene) -> Page:
    return popup(at.thread(GADGET, "Rina Permata"), "#history-button", "#changes .change")


@state(USUAL)
def thread_assign(at: Scene) -> Page:
    return popup(at.thread(GADGET, "Rina Permata"), "#assign-to-button", "#assign-form")


@state(USUAL)
def thread_snooze(at: Scene) -> Page:
    return popup(at.thread(GADGET, "Rina Permata"), "#snooze-button", "#snooze-form")


@state(USUAL)
def thread_resolve_asked(at: Scene) -> Page:
    """Its buyer waits for an answer."""
    return popup(at.thread(GADGET, "Dewi Lestari"), "#resolve", "#status-told form")


def popup(page: Page, button: str, what: str) -> Page:
    page.locator(button).click()
    expect(page.locator(what).first).to_be_visible()
    return page


@state(USUAL)
def shortcuts(at: Scene) -> Page:
    page = at.thread(GADGET, "Rina Permata")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+?")
    expect(page.locator("#shortcuts")).to_be_visible()
    return page


@state(USUAL)
def not_found(at: Scene) -> Page:
    return at.inside("/chat/00000000-0000-4000-8000-000000000000/")
