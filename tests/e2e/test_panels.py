"""Beside the thread, in a real browser, while something changes: products still come in, the buyer writes."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import SHOPEE, make_sure_shopee_is_active, open_chat, open_shop

MARKETPLACE, SHOP, NAME = SHOPEE
BUYER = "Dewi Lestari"
SOON = 15_000  # milliseconds
HALT = """
    UPDATE marketplaces_feed SET place = NULL, through_at = NULL, next_run_at = '2999-01-01'
    WHERE kind = 'products' AND shop_id = %(shop)s
"""
FINISH = """
    UPDATE marketplaces_feed SET through_at = now()
    WHERE kind = 'products' AND shop_id = %(shop)s
"""
COPIED = """
    SELECT 1 FROM marketplaces_feed
    WHERE kind = 'products' AND shop_id = %(shop)s AND through_at IS NOT NULL AND next_run_at > now()
"""
RESUME = """
    UPDATE marketplaces_feed SET place = NULL, through_at = NULL, next_run_at = now()
    WHERE kind = 'products' AND shop_id = %(shop)s
"""
FORGET = "DELETE FROM marketplaces_product WHERE shop_id = %(shop)s"
COPY = """
    INSERT INTO marketplaces_product (shop_id, remote_id, name, sku, currency, stock, is_listed, picture_url, url,
        synced_at)
    SELECT %(shop)s, number, 'Kaos ' || lpad(number::text, 3, '0'), '', 'IDR', 5, true, '', '',
        now() + interval '1 day'
    FROM generate_series(%(first)s::int, %(last)s::int) AS number
"""


class Copying:
    """The copy of the shop's catalogue, forgotten once it was complete; goes on as far as it is told."""

    def __init__(self, database: psycopg.Connection) -> None:
        self.database = database
        row = database.execute(
            "SELECT id FROM marketplaces_shop WHERE marketplace = %s AND remote_id = %s", [MARKETPLACE, SHOP]
        ).fetchone()
        assert row is not None
        self.shop = row[0]
        deadline = time.monotonic() + 60
        while not database.execute(COPIED, {"shop": self.shop}).fetchone():
            assert time.monotonic() < deadline, "the catalogue was not copied"
            time.sleep(0.2)

    def run(self, *commands: str, first: int = 0, last: int = 0) -> None:
        for command in commands:
            self.database.execute(command, {"shop": self.shop, "first": first, "last": last})

    def bring(self, first: int, last: int) -> None:
        self.run(COPY, first=first, last=last)


@pytest.fixture(scope="module", autouse=True)
def active_shop(page: Page, stack: Stack) -> None:
    make_sure_shopee_is_active(page, stack)


@pytest.fixture
def copying(stack: Stack) -> Iterator[Copying]:
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as database:
        copying = Copying(database)
        copying.run(HALT, FORGET)
        yield copying
        copying.run(FORGET, RESUME)


@pytest.fixture
def chat(page: Page, stack: Stack, sandbox: Sandbox) -> Page:
    """A conversation with its first panel open."""
    open_shop(page, stack, NAME)
    text = f"Ada warna lain? {time.monotonic_ns()}"
    sandbox.says(MARKETPLACE, SHOP, BUYER, text)
    open_chat(page, text)
    page.locator("#panel-orders").click()
    expect(page.locator("#panel[data-panel=orders]")).to_be_visible()
    return page


@pytest.fixture
def products(chat: Page, copying: Copying) -> Locator:
    """The picker, opened before anything of the catalogue is here."""
    chat.locator("#panel-products").click()
    expect(chat.locator("#products")).to_contain_text("Produk sedang diambil")
    return chat.locator("#products .product")


def test_a_panel_that_is_asked_for_is_not_lost_to_what_is_drawn_live_meanwhile(
    chat: Page, sandbox: Sandbox
) -> None:
    held: list[Route] = []
    chat.route("**/products/*", lambda route: held.append(route), times=1)
    chat.locator("#panel-products").click()
    sandbox.says(MARKETPLACE, SHOP, BUYER, "Masih di sana?")
    expect(chat.locator("#bubbles > li").last).to_contain_text("Masih di sana?", timeout=30_000)
    held[0].continue_()
    expect(chat.locator("#panel[data-panel=products]")).to_be_visible()


def test_it_fills_by_itself_and_says_as_long_as_more_come(
    page: Page, products: Locator, copying: Copying
) -> None:
    copying.bring(1, 3)
    expect(products).to_have_count(3, timeout=SOON)
    expect(page.locator("#products")).to_contain_text("Produk lainnya sedang diambil")
    page.locator("#product-search").focus()
    copying.bring(4, 5)
    copying.run(FINISH)
    expect(products).to_have_count(5, timeout=SOON)
    expect(page.locator("#products")).not_to_contain_text("sedang diambil")
    expect(page.locator("#product-search")).to_be_focused()


def test_a_choice_is_never_swept_away(page: Page, products: Locator, copying: Copying) -> None:
    copying.bring(10, 12)
    expect(products).to_have_count(3, timeout=SOON)
    chosen = page.locator(f"#{products.nth(1).locator('input').get_attribute('id')}")
    chosen.check()
    copying.bring(1, 2)
    expect(products).to_have_count(5, timeout=SOON)
    expect(chosen).to_be_checked()
    expect(page.locator("#products input:checked")).to_have_count(1)


def test_a_search_is_not_swept_away_either(page: Page, products: Locator, copying: Copying) -> None:
    copying.bring(1, 12)
    expect(products).to_have_count(12, timeout=SOON)
    page.locator("#product-search").fill("01")
    expect(products).to_have_count(4, timeout=SOON)  # 001, 010, 011, 012
    copying.bring(201, 230)
    expect(products).to_have_count(5, timeout=SOON)


def test_the_end_of_a_page_brings_the_next_one(page: Page, products: Locator, copying: Copying) -> None:
    copying.bring(1, 70)
    copying.run(FINISH)
    expect(products).to_have_count(30, timeout=SOON)
    products.last.scroll_into_view_if_needed()
    expect(products).to_have_count(60)
    products.last.scroll_into_view_if_needed()
    expect(products).to_have_count(70)
    expect(page.locator("#product-search")).to_be_visible()
