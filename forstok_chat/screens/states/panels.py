"""Beside a conversation."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from forstok_chat.screens.scene import ELEKTRONIK, GADGET, Scene
from forstok_chat.screens.stages import USUAL
from forstok_chat.screens.states.table import state


@state(USUAL)
def panel_orders(at: Scene) -> Page:
    return at.panel("orders", GADGET, at.world.notes["orders"])


@state(USUAL)
def panel_no_orders(at: Scene) -> Page:
    return at.panel("orders", GADGET, "Rina Permata")


@state(USUAL)
def panel_products(at: Scene) -> Page:
    return at.panel("products", GADGET, "Rina Permata")


@state(USUAL)
def panel_products_sold_out(at: Scene) -> Page:
    page = at.panel("products", GADGET, "Rina Permata")
    page.locator("#product-search").fill(at.world.sold_out(GADGET))
    expect(page.locator("#products [data-sold-out]").first).to_be_visible()
    return page


@state(USUAL)
def panel_products_not_found(at: Scene) -> Page:
    page = at.panel("products", GADGET, "Rina Permata")
    page.locator("#product-search").fill("tidak-ada-yang-begini")
    expect(page.locator("#products .empty")).to_be_visible()
    return page


@state(USUAL)
def panel_products_as_text(at: Scene) -> Page:
    return at.panel("products", ELEKTRONIK)


@state(USUAL)
def panel_buyer(at: Scene) -> Page:
    return at.panel("buyer", GADGET, "Rina Permata")
