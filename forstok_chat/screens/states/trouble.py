"""When something does not go out, or does not come in."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from forstok_chat.screens.scene import ELEKTRONIK, FASHION, GADGET, RUMAH, Scene
from forstok_chat.screens.stages import AWAY, DISCONNECTED, QUEUED
from forstok_chat.screens.states.table import state


@state(QUEUED)
def queue(at: Scene) -> Page:
    return at.thread(ELEKTRONIK)


@state(QUEUED)
def queue_of_shopee(at: Scene) -> Page:
    return at.thread(GADGET, "Rina Permata")


@state(DISCONNECTED)
def shop_disconnected(at: Scene) -> Page:
    return at.inbox(shop=at.world.shop(FASHION))


@state(DISCONNECTED)
def thread_of_a_disconnected_shop(at: Scene) -> Page:
    page = at.thread(FASHION)
    expect(page.locator("#lock p")).to_be_visible()
    return page


@state(DISCONNECTED)
def shop_of_one_click(at: Scene) -> Page:
    return at.inbox(shop=at.world.shop(RUMAH))


@state(AWAY)
def reconnecting(at: Scene) -> Page:
    expect(at.page.locator(".connection__lost")).to_be_visible()
    return at.page


@state(AWAY)
def conversation_not_opened(at: Scene) -> Page:
    at.page.locator("#rows a").first.click()
    expect(at.page.locator(".connection__failed")).to_be_visible()
    return at.page
