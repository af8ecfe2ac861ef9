"""Canned replies in a real browser: written by the owner, called by "/", filled in, checked, sent with a picture."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import BUYER, SHOPEE, empty, expect_sent, make_sure_shopee_is_active, open_chat
from tests.pictures import picture

PHONE = {"width": 390, "height": 844}
TEXT = "Halo {pembeli}, katalognya terlampir ya."


@pytest.fixture(scope="module")
def kept(page: Page, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The owner has written two, one of them with a picture."""
    file: Path = tmp_path_factory.mktemp("files") / "katalog.jpg"
    file.write_bytes(picture(size=(120, 80)))
    make_sure_shopee_is_active(page, stack)
    write(page, stack, "katalog", TEXT, file)
    write(page, stack, "resi-anda", "Resi Kakak: {resi}")
    return page


def filled(chat: Page) -> str:
    """The text as this buyer is to read it."""
    return TEXT.replace("{pembeli}", chat.locator(".thread__buyer").inner_text())


def write(page: Page, stack: Stack, shortcut: str, text: str, file: Path | None = None) -> None:
    page.goto(f"{stack.url}/canned/")
    page.get_by_role("link", name="Balasan cepat baru").click()
    page.get_by_label("Nama singkat").fill(shortcut)
    page.get_by_label("Judul").fill(shortcut.title())
    page.get_by_label("Teks", exact=True).fill(text)
    if file is not None:
        page.get_by_label("Tambah gambar").set_input_files(file)
    expect(page.locator("#preview")).to_contain_text(text[:4])
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator(".kept", has_text=f"/{shortcut}")).to_have_count(1)


@pytest.fixture
def chat(kept: Page, stack: Stack, sandbox: Sandbox) -> Page:
    """A buyer has just written, without any order of theirs told."""
    asked = f"ada katalog? {time.monotonic()}"
    sandbox.says(*SHOPEE[:2], BUYER, asked)
    kept.goto(f"{stack.url}/chat/")
    open_chat(kept, asked)
    return kept


def test_enter_takes_the_first_that_fits_and_the_picture_reaches_the_buyers_phone(
    chat: Page, sandbox: Sandbox
) -> None:
    text = chat.locator("#composer textarea")
    text.press_sequentially("/kat")
    expect(chat.get_by_role("option")).to_have_count(1)
    text.press("Enter")
    expect(text).to_have_value(filled(chat))
    expect(text).to_be_focused()
    expect(chat.get_by_role("option")).to_have_count(0)
    expect(chat.get_by_label("1 gambar ikut terkirim")).to_be_checked()
    text.press("Enter")
    bubble = chat.locator("#bubbles > li", has_text=filled(chat)).last
    expect_sent(bubble)
    expect_sent(chat.locator("#bubbles > li").last)
    expect(chat.locator("#bubbles > li").last.locator("img")).to_have_count(1)
    expect(chat.get_by_label("1 gambar ikut terkirim")).to_have_count(0)
    *_before, words, image = sandbox.room(*SHOPEE[:2], BUYER)
    assert (words["text"], image["kind"]) == (filled(chat), "image")


def test_arrows_move_escape_closes_and_a_click_takes_one(chat: Page) -> None:
    text = chat.locator("#composer textarea")
    text.press_sequentially("/")
    options = chat.get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    text.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(options.nth(0)).to_have_attribute("aria-selected", "false")
    text.press("Escape")
    expect(options).to_have_count(0)
    expect(text).to_have_value("/")
    text.press_sequentially("kata")
    chat.get_by_role("option", name="/katalog").click()
    expect(text).to_have_value(filled(chat))
    empty(chat)


def test_what_is_not_filled_in_is_refused_and_stays_to_be_corrected(chat: Page, sandbox: Sandbox) -> None:
    before = len(sandbox.answers(*SHOPEE[:2], BUYER))
    text = chat.locator("#composer textarea")
    text.press_sequentially("/")
    chat.get_by_role("option", name="/resi-anda").click()
    if "{resi}" not in text.input_value():  # this buyer has an order on its way
        text.fill("Resi Kakak: {resi}")
    text.press("Enter")
    expect(chat.locator("#composer-problem")).to_contain_text("{resi}")
    expect(text).to_have_value("Resi Kakak: {resi}")
    assert len(sandbox.answers(*SHOPEE[:2], BUYER)) == before
    text.fill("Resi Kakak: JX123")
    text.press("Enter")
    expect_sent(chat.locator("#bubbles > li", has_text="Resi Kakak: JX123").last)


def test_the_list_tells_how_often_each_was_used(kept: Page, stack: Stack) -> None:
    kept.goto(f"{stack.url}/canned/")
    expect(kept.locator(".kept", has_text="/katalog")).to_contain_text("dipakai 1 kali")


@pytest.fixture
def phone(context: BrowserContext, stack: Stack) -> Iterator[Page]:
    page = context.new_page()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    yield page
    page.close()


def test_on_a_phone_the_list_fits_and_a_tap_takes_one(chat: Page, phone: Page, stack: Stack) -> None:
    phone.goto(chat.url)
    text = phone.locator("#composer textarea")
    text.press_sequentially("/kat")
    option = phone.get_by_role("option", name="/katalog")
    box = option.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    option.click()
    expect(text).to_have_value(filled(chat))
    empty(phone)
