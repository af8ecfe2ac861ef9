"""The list in a real browser: tabs, filters, search, paging, and what comes live while somebody points at it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import (
    SHOPEE,
    expect_nothing_beside_the_screen,
    make_sure_shopee_is_active,
    open_shop,
    sign_in,
)

MARKETPLACE, SHOP, NAME = SHOPEE
WIDTHS = (390, 820, 1440)
SOON = 30_000
COPIES = """
    INSERT INTO conversations_conversation
    SELECT (jsonb_populate_record(one, jsonb_build_object(
        'id', gen_random_uuid(), 'remote_id', 'copy-' || number, 'buyer_name', 'Salinan ' || number,
        'last_message_at', one.last_message_at - interval '30 days' - number * interval '1 hour'
    ))).*
    FROM conversations_conversation AS one, generate_series(1, 70) AS number
    WHERE one.id = (
        SELECT conversation.id FROM conversations_conversation AS conversation
        JOIN marketplaces_shop AS shop ON shop.id = conversation.shop_id
        WHERE shop.marketplace = %s AND shop.remote_id = %s LIMIT 1
    )
"""


@pytest.fixture(scope="module", autouse=True)
def active_shop(page: Page, stack: Stack) -> None:
    make_sure_shopee_is_active(page, stack)
    expect(page.locator("#rows > .row").nth(14)).to_be_visible(
        timeout=60_000
    )  # the import draws the tabs anew


@pytest.fixture(autouse=True)
def wide(page: Page, stack: Stack) -> Iterator[None]:
    open_shop(page, stack, NAME)
    yield
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.fixture
def copies(stack: Stack) -> Iterator[None]:
    """Seventy more conversations, older than all others."""
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as database:
        database.execute(COPIES, [MARKETPLACE, SHOP])
        yield
        database.execute("DELETE FROM conversations_conversation WHERE remote_id LIKE 'copy-%'")


def buyers(page: Page) -> list[str]:
    """As they stand on the screen, from the top."""
    return page.locator("#rows > .row:visible .row__buyer").all_inner_texts()


def say(sandbox: Sandbox, buyer: str) -> str:
    text = f"Halo kak {time.monotonic_ns()}"
    sandbox.says(MARKETPLACE, SHOP, buyer, text)
    return text


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_tabs_stand_in_one_row_with_their_counts(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    tabs = page.locator("#tabs .tabs__tab")
    words = ["Milik saya", "Belum dilayani", "Dilayani", "Selesai", "Semua"]
    for tab, word in zip(range(5), words, strict=True):
        expect(tabs.nth(tab)).to_have_text(re.compile(rf"^{word} \d+$"))
    boxes = tabs.evaluate_all("all => all.map(each => each.getBoundingClientRect().y)")
    assert len(set(boxes)) == 1
    expect(page.locator("#tab-all")).to_have_attribute("aria-current", "true")
    for slug in ("mine", "unserved", "served", "resolved", "all"):
        page.locator(f"#tab-{slug}").click()
        expect(page.locator(f"#tab-{slug}")).to_have_attribute("aria-current", "true")
        expect(page.locator(f"#tab-{slug}")).to_be_in_viewport(ratio=0.95)
    expect_nothing_beside_the_screen(page)


def test_english_has_the_same_tabs(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(locale="en-US", viewport={"width": 390, "height": 800})
    page = context.new_page()
    sign_in(page, stack)
    page.goto(f"{stack.url}/chat/")
    expect(page.locator("#tabs")).to_have_text(
        re.compile(r"^\s*Mine \d+\s+Unserved \d+\s+Served \d+\s+Resolved \d+\s+All \d+\s*$")
    )
    expect(page.locator("#switches")).to_contain_text("Waiting longest")
    expect_nothing_beside_the_screen(page)
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_filters_add_up_and_what_comes_live_respects_them(page: Page, sandbox: Sandbox, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.locator("#switch-unread").click()
    expect(page.locator("#switch-unread")).to_have_attribute("aria-current", "true")
    page.locator("#switch-waiting").click()
    expect(page.locator("#switch-waiting")).to_have_attribute("aria-current", "true")
    query = asked(page)
    assert (query["only"], query["sort"]) == (["unread"], ["waiting"])
    assert "shop" in query
    expect(page.locator("#rows > .row").first).to_be_visible()
    assert page.locator("#rows > .row:not(.row--unread)").count() == 0
    keys = page.locator("#rows > .row").evaluate_all("all => all.map(each => each.dataset.sort)")
    assert keys == sorted(keys)
    page.locator(".search__text").hover()
    page.locator("#switch-waiting").click()
    page.locator(".search__text").hover()
    text = say(sandbox, sandbox.buyers(MARKETPLACE, SHOP)[2])
    expect(page.locator("#rows > .row", has_text=text)).to_be_visible(timeout=SOON)
    page.reload()
    expect(page.locator("#switch-unread")).to_have_attribute("aria-current", "true")
    page.locator("#switch-unread").click()
    expect(page.locator("#switch-unread")).not_to_have_attribute("aria-current", "true")
    assert "only" not in asked(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_search_shows_the_words_and_leads_to_them(page: Page, sandbox: Sandbox, width: int) -> None:
    buyer = sandbox.buyers(MARKETPLACE, SHOP)[0]
    word = f"zamrud{time.monotonic_ns()}"
    sandbox.says(MARKETPLACE, SHOP, buyer, f"apakah ada warna {word} untuk ukuran besar")
    for number in range(3):
        sandbox.says(MARKETPLACE, SHOP, buyer, f"lagi {number}")
    expect(page.locator("#rows > .row").first).to_contain_text("lagi 2", timeout=SOON)
    page.set_viewport_size({"width": width, "height": 420})
    page.locator(".search__text").fill(word.upper())
    expect(page.locator("#rows > .row")).to_have_count(1)
    expect(page.locator("#rows mark")).to_have_text(word)
    page.locator("#rows .row__link").click()
    found = page.locator("#bubbles > [data-found]")
    expect(found).to_contain_text(word)
    expect(found).to_be_in_viewport()
    assert asked(page)["q"] == [word.upper()]
    expect_nothing_beside_the_screen(page)


def test_what_is_not_found_says_so(page: Page) -> None:
    page.locator(".search__text").fill("<b>tidak ada</b>")
    expect(page.locator("#list-empty")).to_contain_text("<b>tidak ada</b>")
    page.locator(".search__text").fill("")
    expect(page.locator("#rows > .row").first).to_be_visible()


@pytest.mark.usefixtures("copies")
def test_scrolling_brings_page_after_page_to_the_end(page: Page, stack: Stack) -> None:
    open_shop(page, stack, NAME)
    expect(page.locator("#rows > .row")).to_have_count(30)
    last = page.locator("#rows > .row", has_text="Salinan 70")
    deadline = time.monotonic() + 20
    while not last.count():
        assert time.monotonic() < deadline, "the end did not come"
        page.locator("#list-scroller").evaluate("element => element.scrollTo(0, element.scrollHeight)")
        page.wait_for_timeout(100)
    keys = page.locator("#rows > .row").evaluate_all("all => all.map(each => each.dataset.sort)")
    assert len(keys) == len(set(keys))
    assert keys == sorted(keys, reverse=True)
    assert len([name for name in buyers(page) if name.startswith("Salinan")]) == 70


def test_a_row_under_the_pointer_stays_there_until_it_leaves(page: Page, sandbox: Sandbox) -> None:
    before = buyers(page)
    pointed = page.locator("#rows > .row").nth(2)
    pointed.hover()
    place = pointed.bounding_box()
    text = say(sandbox, before[5])
    row = page.locator("#rows > .row", has_text=text)
    expect(row).to_be_visible(timeout=SOON)  # drawn anew in its place
    assert buyers(page) == before
    assert pointed.bounding_box() == place
    expect(page.locator(".list__waiting")).to_be_visible()
    page.locator(".thread").hover()
    expect(page.locator("#rows > .row").first).to_contain_text(text)
    expect(page.locator(".list__waiting")).to_be_hidden()


def test_a_click_is_not_lost_to_what_comes_live_while_it_is_pressed(page: Page, sandbox: Sandbox) -> None:
    page.locator("#tab-mine").hover()
    page.mouse.down()
    with page.expect_response(lambda each: "/live/?" in each.url and each.status == 200, timeout=SOON):
        text = say(sandbox, buyers(page)[3])
    page.mouse.up()
    expect(page.locator("#tab-mine")).to_have_attribute("aria-current", "true")
    page.locator("#tab-all").click()
    expect(page.locator("#rows > .row", has_text=text)).to_be_visible()


@pytest.mark.usefixtures("copies")
def test_who_has_scrolled_down_stays_there_and_is_told(page: Page, stack: Stack, sandbox: Sandbox) -> None:
    open_shop(page, stack, NAME)
    page.locator(".thread").hover()
    scroller = page.locator("#list-scroller")
    scroller.evaluate("element => element.scrollTo(0, 700)")
    seen = page.locator("#rows > .row").nth(10)
    place = seen.bounding_box()
    text = say(sandbox, buyers(page)[9])
    expect(page.locator("#rows > .row", has_text=text)).to_have_count(1, timeout=SOON)
    assert scroller.evaluate("element => element.scrollTop") == 700
    assert seen.bounding_box() == place
    page.locator(".list__waiting").click()
    expect(page.locator("#rows > .row").first).to_contain_text(text)
    assert scroller.evaluate("element => element.scrollTop") == 0
    expect(page.locator(".list__waiting")).to_be_hidden()
