"""A private note for a colleague, in two browsers, one of them a phone's: seen by the team, never by the buyer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import (
    BUYER,
    TOKOPEDIA,
    answer,
    expect_nothing_beside_the_screen,
    expect_ticked,
    open_chat,
    open_shop,
    sign_in,
)


class Pair(NamedTuple):
    bayu: Page
    putri: Page  # on a phone


@pytest.fixture(scope="module")
def pair(browser: Browser, browser_context_args: dict[str, Any], stack: Stack) -> Iterator[Pair]:
    pages = []
    for email, width in (("supervisor@demo.test", 1440), ("agent2@demo.test", 390)):
        context = browser.new_context(**{**browser_context_args, "viewport": {"width": width, "height": 844}})
        context.set_default_timeout(15_000)
        pages.append(context.new_page())
        sign_in(pages[-1], stack, email)
    people = Pair(*pages)
    open_shop(people.bayu, stack, TOKOPEDIA[2])
    people.bayu.wait_for_load_state()
    if people.bayu.get_by_role("button", name="Aktifkan chat").count():
        people.bayu.get_by_role("button", name="Aktifkan chat").click()
    expect(people.bayu.locator("#rows > li.row").nth(14)).to_be_visible(timeout=60_000)
    people.putri.goto(f"{stack.url}/chat/")
    yield people
    for page in people:
        page.context.close()


def test_a_note_reaches_the_colleague_whom_it_names_and_not_the_buyer(pair: Pair, sandbox: Sandbox) -> None:
    said, noted = f"Halo, ini {time.monotonic_ns()}", f"Diskon terakhir {time.monotonic_ns()}"
    sandbox.says(TOKOPEDIA[0], TOKOPEDIA[1], BUYER, said)
    open_chat(pair.bayu, said)
    row = pair.putri.locator("#rows > li", has_text=said)
    expect(row.locator(".badge")).to_have_count(0, timeout=30_000)  # read by a colleague

    pair.bayu.get_by_text("Tulis catatan pribadi").first.click()
    expect(pair.bayu.locator("#composer")).to_be_hidden()
    form = pair.bayu.locator("#note-form")
    form.locator("textarea").fill(noted)
    form.get_by_text("@Putri Lestari").click()
    form.get_by_role("button", name="Simpan catatan").click()
    note = pair.bayu.locator("#bubbles > .note", has_text=noted)
    expect(note).to_contain_text("Hanya terlihat tim")
    expect(note).to_contain_text("@Putri Lestari")
    expect(pair.bayu.locator("#composer")).to_be_visible()
    expect(form).to_have_count(0)

    expect(row.locator(".row__mention")).to_be_visible(timeout=15_000)
    pair.putri.locator("#switch-mentions").click()
    expect(pair.putri.locator("#rows > li.row")).to_have_count(1)
    pair.putri.locator("#rows > li.row a").click()
    expect(pair.putri.locator("#bubbles > .note", has_text=noted)).to_be_visible()
    expect_nothing_beside_the_screen(pair.putri)
    expect(pair.putri.locator("#switch-mentions .tabs__count")).to_have_text("0", timeout=15_000)

    answer(pair.bayu, "Masih ada, Kak")
    expect_ticked(pair.bayu, "Masih ada, Kak")
    assert noted not in str(sandbox.room(TOKOPEDIA[0], TOKOPEDIA[1], BUYER))


def test_ones_own_note_is_edited_and_deleted_on_all_screens(pair: Pair) -> None:
    bayu, putri = pair.bayu.locator("#bubbles > .note").last, pair.putri.locator("#bubbles > .note").last
    bayu.get_by_role("link", name="Ubah").click()
    bayu.locator("textarea").fill("Diskon 10% saja")
    bayu.get_by_role("button", name="Simpan catatan").click()
    expect(putri).to_contain_text("Diskon 10% saja", timeout=15_000)
    expect(putri.get_by_role("link", name="Ubah")).to_have_count(0)
    bayu.get_by_text("Hapus", exact=True).click()
    bayu.get_by_role("button", name="Hapus untuk semua").click()
    expect(pair.bayu.get_by_text("Diskon 10% saja")).to_have_count(0)
    expect(pair.putri.get_by_text("Diskon 10% saja")).to_have_count(0, timeout=15_000)
