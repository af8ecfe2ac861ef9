"""A browser of one width in the made-up world, and the steps that states share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg
from playwright.sync_api import Browser, BrowserContext, Page, expect

from forstok_chat.embedded import StartError
from forstok_chat.embedded.process import wait_until
from forstok_chat.launch.supervisor import Stack
from forstok_chat.rig.browser import EMAIL, PASSWORD
from forstok_chat.rig.sandbox import Sandbox
from forstok_chat.screens.camera import SIZES

# Of the sandbox's first world: marketplace, number, name.
GADGET = ("shopee", "947042923", "Nusantara Gadget")
FASHION = ("shopee", "947042924", "Nusantara Fashion")
ELEKTRONIK = ("tokopedia", "479979", "Nusantara Elektronik")
RUMAH = ("tokopedia", "479980", "Nusantara Rumah")
BEAUTY = ("tiktok_shop", "7494049642642441621", "Nusantara Beauty")

SHOP = "SELECT id::text FROM marketplaces_shop WHERE marketplace = %s AND remote_id = %s"
ROOMS = """
    SELECT conversation.id::text FROM conversations_conversation conversation
    JOIN marketplaces_shop shop ON shop.id = conversation.shop_id
    WHERE shop.marketplace = %s AND shop.remote_id = %s AND buyer_name ILIKE %s || '%%'
    ORDER BY last_message_at DESC
"""

SOLD_OUT = (
    "SELECT name FROM marketplaces_product WHERE shop_id = %s AND stock = 0 AND is_listed ORDER BY name"
)


@dataclass
class World:
    """What is the same for all widths. `notes`: what a stage prepares for its states."""

    stack: Stack
    sandbox: Sandbox
    database: psycopg.Connection
    notes: dict[str, str] = field(default_factory=dict)

    def rows(self, query: str, *values: Any) -> list[str]:
        return [str(row[0]) for row in self.database.execute(query, values)]

    def shop(self, shop: tuple[str, str, str]) -> str:
        return self.rows(SHOP, *shop[:2])[0]

    def room(self, shop: tuple[str, str, str], buyer: str = "") -> str:
        """The newest conversation of this shop, or that of a buyer, once their name is known."""
        if not wait_until(lambda: bool(self.rooms(shop, buyer)), 30, pause=0.5):
            raise StartError(f"There is no conversation of {buyer or 'anybody'} in {shop[2]}.")
        return self.rooms(shop, buyer)[0]

    def rooms(self, shop: tuple[str, str, str], buyer: str = "") -> list[str]:
        """Newest first. Buyers go by their user names, which begin like their names."""
        return self.rows(ROOMS, *shop[:2], "".join(buyer.split()))

    def sold_out(self, shop: tuple[str, str, str]) -> str:
        """The name of a product that this shop has none of."""
        return self.rows(SOLD_OUT, self.shop(shop))[0]

    def say(self, shop: tuple[str, str, str], buyer: str, kind: str = "text", text: str = "") -> None:
        message = {"kind": kind, "text": text, "push": True}
        self.sandbox.post("messages", marketplace=shop[0], shop=shop[1], buyer=buyer, **message)


class Scene:
    """The owner's browser at one width, and one that is signed out."""

    def __init__(self, browser: Browser, world: World, width: int) -> None:
        self.world, self.width = world, width
        self.contexts: list[BrowserContext] = []
        self.page, self.door = self.new_page(browser), self.new_page(browser)
        self.page.goto(f"{world.stack.url}/sign-in/")
        self.page.locator("input[name=username]").fill(EMAIL)
        self.page.locator("input[type=password]").fill(PASSWORD)
        self.page.locator("input[type=password]").press("Enter")
        self.page.wait_for_url(f"{world.stack.url}/")

    def new_page(self, browser: Browser) -> Page:
        viewport = {"width": self.width, "height": SIZES[self.width]}
        context = browser.new_context(viewport=viewport, locale="id-ID")  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        self.contexts.append(context)
        return context.new_page()

    def outside(self, path: str) -> Page:
        """As somebody who is not signed in."""
        self.door.goto(self.world.stack.url + path)
        return self.door

    def inside(self, path: str) -> Page:
        self.page.goto(self.world.stack.url + path)
        return self.page

    def inbox(self, **query: str) -> Page:
        return self.inside("/chat/?" + "&".join(f"{name}={value}" for name, value in query.items()))

    def thread(self, shop: tuple[str, str, str], buyer: str = "") -> Page:
        page = self.inside(f"/chat/{self.world.room(shop, buyer)}/")
        expect(page.locator("#bubbles > .bubble").last).to_be_visible()
        return page

    def panel(self, name: str, shop: tuple[str, str, str], buyer: str = "") -> Page:
        page = self.thread(shop, buyer)
        if self.width < 1240:
            page.locator(".thread__about").click()
        page.locator("#panel").evaluate("old => { old.dataset.old = '' }")  # it may be this one already
        page.locator(f"#panel-{name}").click()
        expect(page.locator(f"#panel[data-panel={name}]:not([data-old])")).to_be_visible()
        return page
