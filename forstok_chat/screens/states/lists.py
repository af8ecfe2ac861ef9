"""What is to be done on a day at work."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from forstok_chat.screens.scene import BEAUTY, Scene
from forstok_chat.screens.stages import USUAL
from forstok_chat.screens.states.table import state


@state(USUAL)
def dashboard(at: Scene) -> Page:
    return at.inside("/")


@state(USUAL)
def inbox_list(at: Scene) -> Page:
    return at.inbox()


@state(USUAL)
def inbox_of_a_shop(at: Scene) -> Page:
    return at.inbox(shop=at.world.shop(BEAUTY))


@state(USUAL)
def inbox_overdue(at: Scene) -> Page:
    return at.inbox(only="overdue", sort="due")


@state(USUAL)
def search_hit(at: Scene) -> Page:
    page = at.inbox(q="Makassar")
    expect(page.locator("#rows mark").first).to_be_visible()
    return page


@state(USUAL)
def search_nothing(at: Scene) -> Page:
    return at.inbox(q="tidak-ada-yang-begini")


@state(USUAL)
def board(at: Scene) -> Page:
    return at.inside("/chat/board/")
