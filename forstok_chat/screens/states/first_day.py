"""Before any shop is active, and while the first one brings what was said before."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from forstok_chat.screens.scene import GADGET, Scene
from forstok_chat.screens.stages import BEFORE, IMPORTING
from forstok_chat.screens.states.table import state


@state(BEFORE)
def sign_in(at: Scene) -> Page:
    return at.outside("/sign-in/")


@state(BEFORE)
def sign_in_refused(at: Scene) -> Page:
    page = at.outside("/sign-in/")
    page.locator("input[name=username]").fill("sari@toko.example")
    page.locator("input[type=password]").fill("salah")
    page.locator("input[type=password]").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    return page


@state(BEFORE)
def new_password(at: Scene) -> Page:
    return at.outside("/password/")


@state(BEFORE)
def dashboard_first_day(at: Scene) -> Page:
    return at.inside("/")


@state(BEFORE)
def inbox_empty(at: Scene) -> Page:
    return at.inbox()


@state(BEFORE)
def shop_not_active(at: Scene) -> Page:
    return at.inbox(shop=at.world.shop(GADGET))


@state(IMPORTING)
def import_running(at: Scene) -> Page:
    page = at.inbox(shop=at.world.shop(GADGET))
    expect(page.locator("#import-progress")).to_be_visible()
    return page
