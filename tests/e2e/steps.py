"""What people do in the browser, said once."""

from __future__ import annotations

import time
from urllib.parse import parse_qs

from playwright.sync_api import Locator, Page, Response, expect

from forstok_chat.launch.supervisor import Stack

SHOPEE = ("shopee", "947042923", "Nusantara Gadget")
TOKOPEDIA = ("tokopedia", "479979", "Nusantara Elektronik")
BUYER = "Rina Permata"


def sign_in(page: Page, stack: Stack, email: str = "owner@demo.test") -> None:
    page.goto(stack.url)
    page.locator("input[name=username]").fill(email)
    page.locator("input[type=password]").fill("forstok-demo")
    page.locator("input[type=password]").press("Enter")
    page.wait_for_url(stack.url + "/")


def open_shop(page: Page, stack: Stack, name: str) -> None:
    """Loaded with all its scripts: before that a row is a link to another page."""
    page.goto(f"{stack.url}/chat/")
    page.locator("#rail").get_by_text(name).click()
    page.wait_for_url("**/chat/?shop=*")


def log_in(page: Page, username: str) -> None:
    """At the marketplace's own login page, up to its question."""
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill("sandbox")
    page.locator("input[name=password]").press("Enter")


def go_to_shopees_consent(page: Page, stack: Stack) -> None:
    """From the activation prompt through Shopee's login, up to the question."""
    open_shop(page, stack, SHOPEE[2])
    page.get_by_role("button", name="Aktifkan chat").click()
    log_in(page, "nusantara.gadget")


def make_sure_shopee_is_active(page: Page, stack: Stack) -> None:
    open_shop(page, stack, SHOPEE[2])
    if page.get_by_role("button", name="Aktifkan chat").count():
        go_to_shopees_consent(page, stack)
        page.get_by_role("button", name="Izinkan").click()
        page.wait_for_url("**/chat/?shop=*")
    expect(page.locator("#rows > li").first).to_be_visible(timeout=60_000)


def open_chat(page: Page, text: str) -> None:
    """The conversation whose last words these are; it has to be on top."""
    point_aside(page)
    row = page.locator("#rows > li").first
    expect(row).to_contain_text(text, timeout=30_000)
    # It may be open already: what is done in it before it is drawn anew would be lost.
    page.locator("#thread").evaluate("thread => { thread.dataset.old = '' }")
    row.locator("a").click()
    expect(page.locator("#thread:not([data-old])")).to_have_count(1)
    expect(page.locator("#bubbles > li", has_text=text)).to_have_count(1)


def point_aside(page: Page) -> None:
    """Rows keep their place under the pointer."""
    page.mouse.move(0, 0)


def expect_nothing_beside_the_screen(page: Page) -> None:
    """Nobody has to scroll sideways; else told are the parts that stand out."""
    wider = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
        .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth + 1)
        .map((each) => each.outerHTML.slice(0, 120))"""
    assert page.evaluate(wider) == []


def answer(page: Page, text: str) -> None:
    page.locator("#composer textarea").fill(text)
    page.locator("#composer textarea").press("Enter")
    expect(page.locator("#bubbles > li", has_text=text)).to_have_count(1)


def empty(page: Page) -> None:
    """The composer, at the server too: a row tells of what was begun instead of what the buyer has said."""

    def is_told(response: Response) -> bool:
        sent = response.request.post_data or ""
        return "/unsent/" in response.url and parse_qs(sent, keep_blank_values=True).get("text") == [""]

    with page.expect_response(is_told):
        page.locator("#composer textarea").fill("")


def expect_sent(bubble: Locator) -> None:
    expect(bubble).to_have_attribute("data-state", "sent", timeout=30_000)


def expect_drawn(image: Locator) -> None:
    """Its bytes are here and are a picture."""
    image.scroll_into_view_if_needed()
    deadline = time.monotonic() + 15
    while not image.evaluate("image => image.complete && image.naturalWidth > 0"):
        assert time.monotonic() < deadline, "the picture did not appear"
        time.sleep(0.1)


def expect_ticked(page: Page, text: str) -> None:
    expect_sent(page.locator("#bubbles > li", has_text=text))
