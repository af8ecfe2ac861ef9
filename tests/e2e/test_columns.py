"""Four columns that fold: one at a time on a phone, two beside the rail on a tablet, all on a desk. And as an app."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.steps import SHOPEE, expect_nothing_beside_the_screen, make_sure_shopee_is_active, open_shop

NAME = SHOPEE[2]
PHONE, TABLET, DESK = (390, 800), (820, 1100), (1440, 900)


@pytest.fixture(scope="module", autouse=True)
def active_shop(page: Page, stack: Stack) -> None:
    make_sure_shopee_is_active(page, stack)


def look(page: Page, stack: Stack, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_shop(page, stack, NAME)
    expect(page.locator("#rows > .row").first).to_be_visible()


def test_a_phone_shows_one_column_and_the_way_back(page: Page, stack: Stack) -> None:
    look(page, stack, PHONE)
    expect(page.locator("#rail")).to_be_visible()
    expect(page.locator("#rail a", has_text=NAME)).to_have_attribute("aria-current", "true")
    expect(page.locator("#thread")).to_be_hidden()
    expect(page.locator("#side")).to_be_hidden()
    expect_nothing_beside_the_screen(page)
    page.locator("#rows .row__link").first.click()
    expect(page.locator("#thread")).to_be_visible()
    expect(page.locator(".list")).to_be_hidden()
    expect(page.locator("#rail")).to_be_hidden()
    expect_nothing_beside_the_screen(page)
    page.locator(".thread__about").click()
    expect(page.locator("#side")).to_be_visible()
    expect_nothing_beside_the_screen(page)
    page.locator(".side__close").click()
    page.locator(".thread__back").click()
    expect(page.locator(".list")).to_be_visible()
    expect(page.locator("#thread")).to_be_hidden()


def test_a_tablet_shows_list_and_thread_beside_the_rail(page: Page, stack: Stack) -> None:
    look(page, stack, TABLET)
    page.locator("#rows .row__link").first.click()
    expect(page.locator("#composer textarea")).to_be_visible()
    for part in ("#rail", ".list", "#thread"):
        expect(page.locator(part)).to_be_visible()
    expect(page.locator("#side")).to_be_hidden()
    page.locator(".thread__about").click()
    expect(page.locator("#side")).to_be_visible()
    page.keyboard.press("Escape")
    expect_nothing_beside_the_screen(page)


def test_a_desk_shows_all_four(page: Page, stack: Stack) -> None:
    look(page, stack, DESK)
    page.locator("#rows .row__link").first.click()
    expect(page.locator("#composer textarea")).to_be_visible()
    lefts = []
    for part in ("#rail", ".list", "#thread", "#side"):
        expect(page.locator(part)).to_be_visible()
        box = page.locator(part).bounding_box()
        assert box is not None
        lefts.append(box["x"])
    assert lefts == sorted(lefts)
    expect_nothing_beside_the_screen(page)


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK])
def test_the_rail_names_each_shop_and_says_how_it_is(page: Page, stack: Stack, size: tuple[int, int]) -> None:
    look(page, stack, size)
    entry = page.locator("#rail a", has_text=NAME)
    expect(entry.locator(".rail__name")).to_be_visible()
    expect(entry.locator("[data-health=ok]")).to_have_count(1)
    expect(entry).to_have_accessible_name(re.compile(f"Shopee {NAME} Terhubung"))
    assert "Terhubung" in (entry.get_attribute("title") or "")
    assert page.locator("#rail [data-health=inactive]").count() > 0


def test_light_and_dark_are_two_drawings_of_the_same_screen(page: Page, stack: Stack) -> None:
    look(page, stack, DESK)
    colours = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colours.append(page.locator(".list").evaluate("element => getComputedStyle(element).backgroundColor"))
    page.emulate_media(color_scheme="light")
    assert colours[0] != colours[1]


def test_chromium_finds_nothing_wrong_with_the_manifest(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/chat/")
    chromium = page.context.new_cdp_session(page)
    told = chromium.send("Page.getAppManifest")
    assert told["url"] == f"{stack.url}/manifest.webmanifest"
    assert told["errors"] == []
    assert '"standalone"' in told["data"]
    page.set_viewport_size({"width": 1440, "height": 900})
