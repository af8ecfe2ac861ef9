"""Several chats at once in a browser: ticked, tagged, resolved, brought back; and what one pins stays on top."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import TOKOPEDIA, expect_nothing_beside_the_screen, open_shop, point_aside, sign_in


@pytest.fixture(scope="module")
def desk(browser: Browser, browser_context_args: dict[str, Any], stack: Stack) -> Iterator[Page]:
    """The supervisor's list of a shop with chats."""
    context = browser.new_context(**browser_context_args)
    context.set_default_timeout(15_000)
    page = context.new_page()
    sign_in(page, stack, "supervisor@demo.test")
    open_shop(page, stack, TOKOPEDIA[2])
    page.wait_for_load_state()
    if page.get_by_role("button", name="Aktifkan chat").count():
        page.get_by_role("button", name="Aktifkan chat").click()
    expect(page.locator("#rows > li.row").nth(14)).to_be_visible(timeout=60_000)
    yield page
    context.close()


def row_ids(page: Page) -> list[str]:
    return page.locator("#rows > li.row").evaluate_all("rows => rows.map(row => row.id)")


def tick(page: Page, *rows: str) -> None:
    for row in rows:
        page.locator(f"#{row}").hover()
        page.locator(f"#{row} .row__pick").check()


def do(page: Page, verb: str) -> None:
    page.locator("#bulk-act").click()
    page.locator("#bulk-choice").get_by_label(verb, exact=True).check()


def test_a_pinned_chat_goes_to_the_top_live_and_comes_back(desk: Page) -> None:
    last = row_ids(desk)[4]
    desk.locator(f"#{last} a").click()
    desk.locator("#pin").click()
    point_aside(desk)
    expect(desk.locator("#rows > li.row").first).to_have_id(last)
    expect(desk.locator(f"#{last}")).to_contain_text("Disematkan")
    desk.get_by_role("button", name="Lepas sematan").click()
    expect(desk.locator("#rows > li.row").nth(4)).to_have_id(last)


def test_ticked_chats_get_a_tag_that_was_just_made(desk: Page, stack: Stack) -> None:
    address = desk.url
    desk.goto(f"{stack.url}/tags/")
    desk.get_by_role("link", name="Label baru").first.click()
    desk.locator("input[name=name]").fill("Komplain")
    desk.get_by_text("Merah").click()
    desk.get_by_role("button", name="Simpan").click()
    desk.goto(address)
    first, second, third = row_ids(desk)[:3]
    tick(desk, first, second)
    do(desk, "Pasang label")
    desk.locator("#bulk-choice [name=tag]").select_option(label="Komplain")
    desk.locator("#bulk-start").click()
    expect(desk.locator("#bulk-place")).to_contain_text("2 chat selesai dikerjakan", timeout=30_000)
    point_aside(desk)
    for row in (first, second):
        expect(desk.locator(f"#{row} .tag")).to_have_text("Komplain")
    expect(desk.locator(f"#{third} .tag")).to_have_count(0)
    desk.locator("#bulk-place").get_by_role("link", name="Tutup").click()
    desk.locator(".tag-filter summary").click()
    desk.locator(".tag-filter .tag", has_text="Komplain").click()
    expect(desk.locator("#rows > li.row")).to_have_count(2)
    desk.go_back()
    expect(desk.locator("#rows > li.row").nth(10)).to_be_visible()


def test_a_tick_stays_while_its_row_is_drawn_anew(desk: Page, sandbox: Sandbox) -> None:
    row = desk.locator("#rows > li.row").nth(2)
    buyer, pk = row.locator(".row__buyer").inner_text(), row.get_attribute("id")
    tick(desk, str(pk))
    point_aside(desk)
    said = f"Kak? {time.monotonic_ns()}"
    sandbox.says(TOKOPEDIA[0], TOKOPEDIA[1], buyer, said)
    expect(desk.locator(f"#{pk}")).to_contain_text(said, timeout=30_000)
    expect(desk.locator(f"#{pk} .row__pick")).to_be_checked()
    desk.locator(".bulk-bar__none").click()
    expect(desk.locator(f"#{pk} .row__pick")).not_to_be_checked()


def test_everything_that_matches_is_resolved_and_comes_back(desk: Page) -> None:
    desk.locator("#tab-unserved").click()
    expect(desk.locator("#tab-unserved")).to_have_attribute("aria-current", "true")
    before = desk.locator("#tab-unserved .tabs__count").inner_text()
    tick(desk, row_ids(desk)[0])
    do(desk, "Tandai selesai")
    desk.locator("#bulk-choice").get_by_label("Semua yang cocok").check()
    desk.locator("#bulk-choice").get_by_label("walau pembeli masih menunggu").check()
    desk.locator("#bulk-start").click()
    expect(desk.locator("#bulk-place")).to_contain_text(f"{before} chat selesai", timeout=30_000)
    expect(desk.locator("#tab-unserved .tabs__count")).to_have_text("0", timeout=15_000)
    desk.locator("#bulk-place").get_by_role("button", name="Batalkan").click()
    expect(desk.locator("#bulk-place")).to_contain_text("kembali seperti semula", timeout=30_000)
    expect(desk.locator("#tab-unserved .tabs__count")).to_have_text(before, timeout=15_000)


def test_on_a_phone_ticks_come_by_a_button(
    browser: Browser, browser_context_args: dict[str, Any], desk: Page, stack: Stack
) -> None:
    narrow = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    context = browser.new_context(**{**browser_context_args, **narrow})
    page = context.new_page()
    sign_in(page, stack, "supervisor@demo.test")
    page.goto(f"{stack.url}/chat/")
    pick = page.locator("#rows > li.row .row__pick").first
    expect(pick).to_be_hidden()
    page.get_by_text("Pilih", exact=True).click()
    expect(pick).to_be_visible()
    pick.check()
    page.locator("#bulk-act").click()
    expect(page.locator("#bulk-choice")).to_contain_text("1 chat yang dipilih")
    expect_nothing_beside_the_screen(page)
    context.close()
