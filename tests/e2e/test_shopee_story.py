"""What Shopee's chat can do beside text, in a real browser on the real stack; and what time does to a connection.

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
from tests.e2e.steps import (
    SHOPEE,
    answer,
    expect_sent,
    expect_ticked,
    log_in,
    make_sure_shopee_is_active,
    open_chat,
    open_shop,
)
from tests.pictures import picture

MARKETPLACE, SHOP, NAME = SHOPEE
BUYER = "Siti Rahayu"
DAY = 86_400


@pytest.fixture(scope="module", autouse=True)
def active_shop(page: Page, stack: Stack) -> None:
    make_sure_shopee_is_active(page, stack)


@pytest.fixture
def chat(page: Page, stack: Stack, sandbox: Sandbox) -> Page:
    """The conversation with the buyer, who has just written."""
    open_shop(page, stack, NAME)
    text = f"Halo, ini {time.monotonic_ns()}"
    sandbox.says(MARKETPLACE, SHOP, BUYER, text)
    open_chat(page, text)
    return page


def last(page: Page) -> Locator:
    return page.locator("#bubbles > li[id^=message]").last


def room(sandbox: Sandbox) -> list[dict[str, Any]]:
    return sandbox.room(MARKETPLACE, SHOP, BUYER)


def is_drawn(image: Locator) -> bool:
    return bool(image.evaluate("image => image.complete && image.naturalWidth > 0"))


def expect_drawn(image: Locator) -> None:
    """Its bytes are here and are a picture."""
    image.scroll_into_view_if_needed()
    deadline = time.monotonic() + 15
    while not is_drawn(image):
        assert time.monotonic() < deadline, "the picture did not appear"
        time.sleep(0.1)


def test_a_product_that_the_buyer_attaches_is_a_card_with_picture_and_price(
    chat: Page, sandbox: Sandbox
) -> None:
    sandbox.says(MARKETPLACE, SHOP, BUYER, kind="item")
    card = last(chat).locator(".product-card")
    expect(card).to_contain_text(re.compile(r"Rp[\d.]+"), timeout=30_000)
    expect(card).to_contain_text("Stok")
    expect_drawn(card.locator("img"))


def test_a_picture_of_the_buyer_is_served_from_our_own_origin(
    chat: Page, stack: Stack, sandbox: Sandbox
) -> None:
    sandbox.says(MARKETPLACE, SHOP, BUYER, kind="image")
    image = last(chat).locator("img.picture__image")
    expect(image).to_be_visible(timeout=30_000)
    expect_drawn(image)
    assert str(image.evaluate("image => image.src")).startswith(f"{stack.url}/media/")


def test_products_are_searched_and_several_are_sent_as_cards(chat: Page, sandbox: Sandbox) -> None:
    chat.locator("#panel-products").click()
    expect(chat.locator("#products .product").first).to_be_visible(timeout=60_000)
    chat.locator("#product-search").fill("charger")
    expect(chat.locator("#products .product", has_not_text=re.compile("charger", re.I))).to_have_count(0)
    chosen = chat.locator("#products input:not([disabled])")
    ids = [chosen.nth(place).get_attribute("value") for place in (0, 1)]
    chosen.nth(0).check()
    chosen.nth(1).check()
    chat.locator(".picker__send").click()
    expect(chat.locator("#panel [role=status]")).to_be_visible()
    expect_sent(last(chat))
    assert sorted(str(said["content"]["item_id"]) for said in room(sandbox)[-2:]) == sorted(map(str, ids))


def test_pictures_are_previewed_taken_out_again_and_sent(
    chat: Page, sandbox: Sandbox, tmp_path: Path
) -> None:
    files = []
    for number, color in enumerate(("red", "green", "blue")):
        file = tmp_path / f"foto-{number}.png"
        file.write_bytes(picture("PNG", size=(200 + number, 100), color=color))
        files.append(file)
    chat.set_input_files("#files-input", files)
    previews = chat.locator(".files__list li")
    expect(previews).to_have_count(3)
    previews.nth(1).locator("button").click()
    expect(previews).to_have_count(2)
    before = len(room(sandbox))
    chat.locator("[name=send]").click()
    expect(previews).to_have_count(0)
    expect_sent(last(chat))
    sent = room(sandbox)[before:]
    assert [said["kind"] for said in sent] == ["image", "image"]
    expect_drawn(last(chat).locator("img"))


def test_a_sticker_that_was_received_can_be_sent_back(chat: Page, sandbox: Sandbox) -> None:
    sandbox.says(MARKETPLACE, SHOP, BUYER, kind="sticker")
    expect(last(chat)).to_have_attribute("data-kind", "sticker", timeout=30_000)
    chat.locator("[popovertarget=stickers]").first.click()
    chat.locator(".stickers__one").first.click()
    expect_sent(last(chat))
    assert room(sandbox)[-1]["kind"] == "sticker"


def test_the_buyers_orders_follow_the_marketplace_and_are_sent_as_cards(chat: Page, sandbox: Sandbox) -> None:
    chat.locator("#panel-orders").click()
    placed = sandbox.post("orders", marketplace=MARKETPLACE, shop=SHOP, buyer=BUYER, status="READY_TO_SHIP")
    order = chat.locator(f"#order-{placed['order']['id']}")
    expect(order).to_contain_text("Perlu dikirim", timeout=30_000)
    sandbox.post("orders", marketplace=MARKETPLACE, shop=SHOP, order=placed["order"]["id"], status="SHIPPED")
    expect(order.locator("[data-status=shipped]")).to_be_visible(timeout=30_000)
    order.locator("button").click()
    expect_sent(last(chat))
    expect(last(chat).locator(".order-card")).to_contain_text(placed["order"]["id"])
    assert room(sandbox)[-1]["content"]["order_sn"] == placed["order"]["id"]


def marks_once_quiet(sandbox: Sandbox) -> int:
    """How often something was marked read, once no more marks are on their way."""
    marks, quiet_since = -1, time.monotonic()
    while time.monotonic() < quiet_since + 4:
        now = sandbox.calls(MARKETPLACE, "read_conversation")
        if now != marks:
            marks, quiet_since = now, time.monotonic()
        time.sleep(0.2)
    return marks


def test_what_is_read_here_is_marked_read_at_shopee_once(chat: Page, sandbox: Sandbox) -> None:
    before = marks_once_quiet(sandbox)
    deadline = time.monotonic() + 30
    sandbox.says(MARKETPLACE, SHOP, BUYER, "Sudah dibaca?")
    expect(last(chat)).to_contain_text("Sudah dibaca?", timeout=30_000)
    while sandbox.calls(MARKETPLACE, "read_conversation") == before:
        assert time.monotonic() < deadline, "it was not marked read at the marketplace"
        time.sleep(0.2)
    assert marks_once_quiet(sandbox) == before + 1


def test_a_contact_rule_is_shown_with_what_to_do_and_the_text_stays(chat: Page, sandbox: Sandbox) -> None:
    sandbox.post("rules", buyer=BUYER, rules={"user_is_forbidden": True})
    answer(chat, "Masih berminat kak?")
    bubble = chat.locator("#bubbles > li", has_text="Masih berminat kak?")
    expect(bubble).to_have_attribute("data-state", "failed", timeout=30_000)
    expect(bubble.locator(".bubble__problem")).to_contain_text("7 hari")
    sandbox.post("rules", buyer=BUYER, rules={"user_is_forbidden": None})
    bubble.get_by_role("button", name="Coba lagi").click()
    expect_ticked(chat, "Masih berminat kak?")


def test_an_end_of_the_consent_is_told_beforehand(page: Page, stack: Stack, sandbox: Sandbox) -> None:
    sandbox.post("authorizations", marketplace=MARKETPLACE, shop=SHOP, way="ends_soon")
    deadline = time.monotonic() + 30
    warning = page.locator(".shops__shop", has_text=NAME).get_by_text(re.compile("perbarui|Perbarui"))
    while not warning.count():
        assert time.monotonic() < deadline, "nobody was told"
        page.goto(stack.url)
        time.sleep(0.5)


def test_after_five_hours_the_tokens_are_renewed_without_a_word(chat: Page, sandbox: Sandbox) -> None:
    before = sandbox.calls(MARKETPLACE, "access_token_get")
    sandbox.post("clock", advance=5 * 3600)
    answer(chat, "Lima jam kemudian")
    expect_ticked(chat, "Lima jam kemudian")
    assert sandbox.calls(MARKETPLACE, "access_token_get") == before + 1


def test_after_a_month_the_owner_is_asked_to_connect_again_and_goes_on(
    page: Page, stack: Stack, sandbox: Sandbox
) -> None:
    sandbox.post("clock", advance=31 * DAY)
    open_shop(page, stack, NAME)
    button = page.get_by_role("button", name="Aktifkan lagi")
    deadline = time.monotonic() + 90
    while not button.count():
        assert time.monotonic() < deadline, "the shop is still said to be connected"
        time.sleep(1)
        page.reload()
    button.click()
    log_in(page, "nusantara.gadget")
    page.get_by_role("button", name="Izinkan").click()
    page.wait_for_url("**/chat/?shop=*")
    sandbox.post("clock", advance=-31 * DAY - 5 * 3600)  # for the stories after this one
    sandbox.says(MARKETPLACE, SHOP, BUYER, "Sudah sebulan ya")
    open_chat(page, "Sudah sebulan ya")
    answer(page, "Iya kak, kami kembali")
    expect_ticked(page, "Iya kak, kami kembali")
