"""Deadlines in a real browser: what is due soon is found on the list and on the board, at a desk and on a phone."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import SHOPEE, answer, expect_ticked, make_sure_shopee_is_active

PHONE = {"width": 390, "height": 844}
# From today on an hour is all there is: whoever writes now is due soon.
AN_HOUR = """
    INSERT INTO marketplaces_replyrule
        (marketplace, valid_from, hours, counts_automatic, is_working_days_only, window_days, confidence, source)
    VALUES ('shopee', %s::date, 1, false, false, 30, 'low', 'a test') ON CONFLICT DO NOTHING
"""

# As far as this page knows.
AN_HOUR_LATER = """() => {
    const now = Date.now;
    Date.now = () => now() + 3_700_000;
    document.dispatchEvent(new Event("htmx:afterSettle"));
}"""


@pytest.fixture(scope="module")
def asked(page: Page, stack: Stack) -> Iterator[str]:
    """What a buyer has just written, in a marketplace that wants answers within an hour."""
    make_sure_shopee_is_active(page, stack)
    text = f"masih buka? {time.monotonic()}"
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as database:
        database.execute(AN_HOUR, [time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400))])
    sandbox = Sandbox(stack.sandbox_url)
    sandbox.says(*SHOPEE[:2], answered_buyer(sandbox), text)
    page.goto(f"{stack.url}/chat/")
    expect(page.locator("#rows > li").first).to_contain_text(text, timeout=30_000)
    yield text
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as database:
        database.execute("DELETE FROM marketplaces_replyrule WHERE source = 'a test'")


def answered_buyer(sandbox: Sandbox) -> str:
    """Somebody who waits for nothing."""
    buyers = sandbox.buyers(*SHOPEE[:2])
    return next(each for each in buyers if sandbox.room(*SHOPEE[:2], each)[-1]["sent_by"] != "buyer")


def test_the_row_tells_the_time_that_is_left(page: Page, stack: Stack, asked: str) -> None:
    row = page.locator("#rows > li", has_text=asked)
    expect(row.locator("[data-urgency=soon]")).to_contain_text("sisa 5")
    expect(row.locator("[data-urgency=soon]")).to_contain_text("mnt")


def test_the_list_is_narrowed_to_what_is_due_soon_and_follows_the_clock(
    page: Page, stack: Stack, asked: str
) -> None:
    page.goto(f"{stack.url}/chat/")
    page.get_by_role("link", name="Hampir terlambat").click()
    expect(page.locator("#rows > li", has_text=asked)).to_have_count(1)
    expect(page.locator("#rows [data-urgency=over]")).to_have_count(0)
    page.get_by_role("link", name="Sisa waktu tersedikit").click()
    page.wait_for_url("**sort=due**")
    expect(page.locator("#rows > li", has_text=asked)).to_have_count(1)
    page.evaluate(AN_HOUR_LATER)
    left = page.locator("#rows > li", has_text=asked).locator("time[data-counts]")
    expect(left).to_have_text(re.compile(r"lewat \d mnt"))
    expect(left).to_have_attribute("data-urgency", "over")


def test_the_board_leads_to_those_that_are_due_and_an_answer_takes_them_off(
    context: BrowserContext, stack: Stack, asked: str
) -> None:
    page = context.new_page()
    page.goto(f"{stack.url}/")
    page.get_by_role("link", name="Tenggat").click()
    row = page.locator("tr", has_text=SHOPEE[2])
    due = row.locator("td").nth(1).get_by_role("link")
    before = int(due.inner_text())
    due.click()
    page.locator("#rows > li", has_text=asked).locator("a").click()
    expect(page.locator("#bubbles > li", has_text=asked)).to_have_count(1)
    answer(page, "masih, silakan")
    expect_ticked(page, "masih, silakan")
    page.goto(f"{stack.url}/chat/board/")
    expect(row.locator("td").nth(1)).to_have_text(str(before - 1))
    page.close()


@pytest.mark.parametrize("path", ["/chat/board/", "/canned/", "/chat/?only=overdue&sort=due"])
def test_on_a_phone_nothing_is_wider_than_the_screen(
    context: BrowserContext, stack: Stack, asked: str, path: str
) -> None:
    page = context.new_page()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(stack.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.close()
