"""Without a mouse: from sign-in to a sent answer, and each key of the sheet."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from conversations.shortcuts import SHORTCUTS
from forstok_chat.launch.supervisor import Stack
from tests.e2e.steps import expect_ticked, make_sure_shopee_is_active

# The library that listens to keys is a module, which a page does not wait for.
LISTENING = "import(document.querySelector('[data-library]').dataset.library).then(() => true)"
FOCUSED = "selector => document.activeElement.matches(selector)"


@pytest.fixture(scope="module", autouse=True)
def active_shop(page: Page, stack: Stack) -> None:
    """With all that its import brings, so that the list stands still."""
    make_sure_shopee_is_active(page, stack)
    expect(page.locator("#import-progress")).to_have_count(0, timeout=60_000)


@pytest.fixture
def inbox(page: Page, stack: Stack) -> Page:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{stack.url}/chat/")
    page.evaluate(LISTENING)
    return page


def tab_to(page: Page, selector: str) -> None:
    for _ in range(40):
        if page.evaluate(FOCUSED, selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


def opened(page: Page) -> int:
    """The place of the open conversation in the list."""
    current = "all => all.findIndex(row => row.querySelector('[aria-current]'))"
    return int(page.locator("#rows > .row").evaluate_all(current))


def test_from_sign_in_to_a_sent_answer_nobody_needs_a_mouse(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="id-ID")
    page = context.new_page()
    page.goto(stack.url)
    page.keyboard.type("owner@demo.test")
    page.keyboard.press("Tab")
    page.keyboard.type("forstok-demo")
    page.keyboard.press("Enter")
    page.wait_for_url(stack.url + "/")
    tab_to(page, "main a.entry")
    page.keyboard.press("Enter")
    page.wait_for_url("**/chat/")
    tab_to(page, "#rows a")
    page.keyboard.press("Enter")
    expect(page.locator("#composer textarea")).to_be_focused()
    page.keyboard.type("Dijawab tanpa tetikus")
    page.keyboard.press("Enter")
    expect_ticked(page, "Dijawab tanpa tetikus")
    context.close()


def test_j_and_k_walk_through_the_list_and_r_goes_to_the_reply(inbox: Page) -> None:
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        inbox.keyboard.press(key)
        row = inbox.locator("#rows > .row").nth(place).locator("a")
        expect(row).to_have_attribute("aria-current", "true")
        expect(inbox.locator("#thread[data-conversation] #composer")).to_be_visible()
        expect(row).to_be_focused()
    inbox.keyboard.press("r")
    expect(inbox.locator("#composer textarea")).to_be_focused()


def test_keys_in_quick_succession_are_a_step_each(inbox: Page) -> None:
    expect(inbox.locator("#rows > .row").nth(2)).to_be_visible()
    for key in "jjj":
        inbox.keyboard.press(key)
    for place, keys in ((2, "kk"), (0, "")):
        row = inbox.locator("#rows > .row").nth(place).locator("a")
        expect(row).to_have_attribute("aria-current", "true")
        expect(row).to_be_focused()
        inbox.keyboard.type(keys)


def test_a_click_after_a_key_goes_to_the_reply_and_the_next_key_on_from_there(inbox: Page) -> None:
    inbox.keyboard.press("j")
    expect(inbox.locator("#thread[data-conversation] #composer")).to_be_visible()
    inbox.locator("#rows > .row").nth(2).locator("a").click()
    expect(inbox.locator("#composer textarea")).to_be_focused()
    inbox.keyboard.press("Escape")
    inbox.keyboard.press("k")
    expect(inbox.locator("#rows > .row").nth(1).locator("a")).to_have_attribute("aria-current", "true")


def test_keys_are_silent_while_somebody_types_and_escape_brings_them_back(inbox: Page) -> None:
    inbox.keyboard.press("j")
    inbox.keyboard.press("r")
    expect(inbox.locator("#composer textarea")).to_be_focused()
    inbox.keyboard.type("jkemopb/?")
    expect(inbox.locator("#composer textarea")).to_have_value("jkemopb/?")
    assert opened(inbox) == 0
    expect(inbox.locator("#shortcuts")).to_be_hidden()
    inbox.locator("#composer textarea").fill("")
    inbox.keyboard.press("Escape")
    inbox.keyboard.press("Shift+?")
    expect(inbox.locator("#shortcuts")).to_be_visible()


def test_the_sheet_lists_all_keys_and_escape_closes_it_and_nothing_else(inbox: Page) -> None:
    inbox.keyboard.press("j")
    expect(inbox.locator("#thread[data-conversation]")).to_be_visible()
    inbox.keyboard.press("Shift+?")
    sheet = inbox.get_by_role("dialog", name="Pintasan papan tombol")
    expect(sheet.locator("kbd")).to_have_text([each.cap for each in SHORTCUTS])
    inbox.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(inbox.locator("#thread[data-conversation]")).to_be_visible()
    inbox.keyboard.press("Escape")
    expect(inbox.locator("#thread[data-conversation]")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_panels_open_by_a_key_at_every_width(inbox: Page, width: int) -> None:
    inbox.set_viewport_size({"width": width, "height": 900})
    inbox.keyboard.press("j")
    for key, panel in {"o": "orders", "b": "buyer", "p": "products"}.items():
        expect(inbox.locator("#composer")).to_be_visible()
        inbox.evaluate("document.activeElement.blur()")
        inbox.keyboard.press(key)
        expect(inbox.locator(f"#panel[data-panel={panel}]")).to_be_visible()


def test_take_and_resolve_by_a_key(inbox: Page) -> None:
    inbox.keyboard.press("j")
    expect(inbox.locator("#status-bar")).to_be_visible()
    if inbox.locator("#assign").count():
        inbox.keyboard.press("m")
    expect(inbox.locator("#release")).to_be_visible()
    inbox.keyboard.press("e")
    expect(inbox.locator("#status-bar [data-status=resolved]")).to_be_visible()


def test_slash_goes_to_the_search(inbox: Page) -> None:
    inbox.keyboard.press("/")
    expect(inbox.locator(".search__text")).to_be_focused()
    expect(inbox.locator(".search__text")).to_have_value("")
