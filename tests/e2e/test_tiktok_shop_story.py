"""One consent for two shops with buyers of Tokopedia and of TikTok Shop, in a real browser on the real stack.

The tests build on one another, in this order.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import answer, expect_drawn, expect_sent, expect_ticked, log_in, open_chat, open_shop
from tests.pictures import picture

MARKETPLACE = "tiktok_shop"
BEAUTY, KIDS = "7494049642642441621", "7494049642642441622"
BUYER = "Rina Permata"


@pytest.fixture(scope="module", autouse=True)
def connected(page: Page, stack: Stack) -> None:
    """The owner has agreed for both shops, and picked one."""
    open_shop(page, stack, "Nusantara Beauty")
    page.get_by_role("button", name="Aktifkan chat").click()
    log_in(page, "nusantara.seller")
    page.get_by_role("button", name="Izinkan").click()
    page.wait_for_url("**/shops/activation/*/shops/")
    page.locator(f"input[name=shops][value='{KIDS}']").uncheck()
    page.get_by_role("button", name="Aktifkan toko ini").click()
    expect(page.locator("#rows > li.row").nth(14)).to_be_visible(timeout=60_000)


@pytest.fixture
def chat(page: Page, stack: Stack, sandbox: Sandbox) -> Page:
    """The conversation with the buyer, who has just written."""
    open_shop(page, stack, "Nusantara Beauty")
    text = f"Halo, ini {time.monotonic_ns()}"
    sandbox.says(MARKETPLACE, BEAUTY, BUYER, text)
    open_chat(page, text)
    return page


def last(page: Page) -> Locator:
    return page.locator("#bubbles > li[id^=message]").last


def room(sandbox: Sandbox) -> list[dict[str, Any]]:
    return sandbox.room(MARKETPLACE, BEAUTY, BUYER)


def test_the_other_shop_of_the_consent_is_one_click(page: Page, stack: Stack) -> None:
    open_shop(page, stack, "Nusantara Kids")
    page.get_by_role("button", name="Aktifkan chat").click()
    expect(page.locator("#rows > li.row").nth(14)).to_be_visible(timeout=60_000)
    assert page.url.startswith(stack.url), "nobody was sent to sign in again"


def test_buyers_of_tokopedia_can_be_chosen(page: Page, stack: Stack) -> None:
    open_shop(page, stack, "Nusantara Beauty")
    expect(page.locator("#rows > li.row").nth(14)).to_be_visible()
    everybody = page.locator("#rows > li.row").count()
    page.locator("#platforms").get_by_text("Tokopedia", exact=True).click()
    expect(page.locator("#platform-tokopedia")).to_have_attribute("aria-current", "true")
    marks = page.locator("#rows .row__mark")
    assert 0 < marks.count() < everybody
    assert {marks.nth(place).get_attribute("alt") for place in range(marks.count())} == {"Tokopedia"}
    page.locator("#rows > li a").first.click()
    expect(page.locator("#platform")).to_contain_text("Tokopedia")


def test_a_message_comes_live_and_the_answer_is_ticked(chat: Page, sandbox: Sandbox) -> None:
    answer(chat, "Ada kak, dikirim hari ini")
    expect_ticked(chat, "Ada kak, dikirim hari ini")
    assert (room(sandbox)[-1]["text"], room(sandbox)[-1]["sent_by"]) == ("Ada kak, dikirim hari ini", "shop")


def test_what_colleagues_and_robots_say_in_the_seller_centre_appears(chat: Page, sandbox: Sandbox) -> None:
    sandbox.says(MARKETPLACE, BEAUTY, BUYER, "Dari seller center", sent_by="seller_centre")
    expect(last(chat)).to_contain_text("Dari seller center", timeout=30_000)
    sandbox.says(MARKETPLACE, BEAUTY, BUYER, "Kami buka pukul 8", sent_by="robot")
    expect(last(chat)).to_contain_text("Otomatis", timeout=30_000)
    expect(chat.locator("#bubbles > li", has_text="Dari seller center")).to_have_count(1)


def test_a_picture_that_only_the_shop_may_fetch_is_shown(chat: Page, stack: Stack, sandbox: Sandbox) -> None:
    sandbox.says(MARKETPLACE, BEAUTY, BUYER, kind="image")
    image = last(chat).locator("img.picture__image")
    expect(image).to_be_visible(timeout=30_000)
    expect_drawn(image)
    assert str(image.evaluate("image => image.src")).startswith(f"{stack.url}/media/")


def test_a_picture_is_sent(chat: Page, sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "foto.png"
    file.write_bytes(picture("PNG", size=(320, 200)))
    chat.set_input_files("#files-input", [file])
    expect(chat.locator(".files__list li")).to_have_count(1)
    chat.locator("[name=send]").click()
    expect(last(chat)).to_have_attribute("data-kind", "image")
    expect_sent(last(chat))
    assert room(sandbox)[-1]["kind"] == "image"


def test_a_product_and_an_order_are_sent_as_cards(chat: Page, sandbox: Sandbox) -> None:
    chat.locator("#panel-products").click()
    chosen = chat.locator("#products input:not([disabled])").first
    expect(chosen).to_be_visible(timeout=60_000)
    product = chosen.get_attribute("value")
    chosen.check()
    chat.locator(".picker__send").click()
    expect(last(chat)).to_have_attribute("data-kind", "product")
    expect_sent(last(chat))
    assert str(room(sandbox)[-1]["content"]["item_id"]) == product
    chat.locator("#panel-orders").click()
    order = chat.locator(".order").first
    expect(order).to_contain_text(re.compile(r"Rp[\d.]+"), timeout=60_000)
    order.get_by_role("button", name="Kirim ke chat").click()
    expect(last(chat)).to_have_attribute("data-kind", "order")
    expect_sent(last(chat))
    assert room(sandbox)[-1]["kind"] == "order"


def test_a_room_that_is_closed_says_why_and_keeps_what_was_begun(chat: Page, sandbox: Sandbox) -> None:
    chat.locator("#composer textarea").fill("belum selesai")
    rule = {"marketplace": MARKETPLACE, "buyer": BUYER}
    sandbox.post("rules", **rule, rules={"can_send_message": False})
    try:
        expect(chat.locator("#lock")).to_contain_text("30 hari", timeout=60_000)
        expect(chat.locator("#composer")).to_be_hidden()
    finally:
        sandbox.post("rules", **rule, rules={"can_send_message": None})
    sandbox.says(MARKETPLACE, BEAUTY, BUYER, "Kak?")
    expect(chat.locator("#composer")).to_be_visible(timeout=30_000)
    expect(chat.locator("#composer textarea")).to_have_value("belum selesai")
    chat.locator("#composer textarea").fill("")
