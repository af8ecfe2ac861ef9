"""The queue in a real browser: a place that counts down by itself, a reply taken back, another one edited."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.agent import Agent
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import TOKOPEDIA, expect_sent, open_shop

MARKETPLACE, SHOP, NAME = TOKOPEDIA
REPLIES = [f"antrean nomor {number:02}" for number in range(1, 15)]
AHEAD = re.compile(r", (\d+) di depan")
# As after a long sleep: the whole thread is drawn again.
DRAW_ALL = """() => {
    document.querySelector("#bubbles > .bubble").dataset.old = "";
    document.getElementById("cursor").value = "long ago";
    document.getElementById("live").dispatchEvent(new Event("look"));
}"""
CHAT = re.compile(r"/chat/([0-9a-f-]{36})/")


@pytest.fixture(scope="module")
def slow(stack: Stack) -> Iterator[Sandbox]:
    """One reply a second."""
    sandbox = Sandbox(stack.sandbox_url)
    sandbox.post("limits", marketplace=MARKETPLACE, endpoint="reply", rate=1, burst=1)
    yield sandbox
    sandbox.post("limits", marketplace=MARKETPLACE, endpoint="reply", rate=5, burst=5)


@pytest.fixture(scope="module")
def waiting(page: Page, stack: Stack, slow: Sandbox) -> Page:
    """An open thread in which a colleague's fourteen replies wait."""
    open_shop(page, stack, NAME)
    if page.get_by_role("button", name="Aktifkan chat").count():
        page.get_by_role("button", name="Aktifkan chat").click()
    page.locator("#rows > li a").first.click(timeout=60_000)
    page.wait_for_url(CHAT)
    found = CHAT.search(page.url)
    assert found is not None
    agent = Agent(stack)
    for text in REPLIES:
        agent.reply(found[1], text)
    return page


def bubble(page: Page, text: str) -> Locator:
    return page.locator("#bubbles > li", has_text=text)


def ahead_of(place: Locator) -> int:
    found = AHEAD.search(place.text_content() or "")
    return int(found[1]) if found else 0


def test_the_place_counts_down_without_a_reload(waiting: Page) -> None:
    place = bubble(waiting, REPLIES[-1]).locator(".bubble__place")
    expect(place).to_have_text(AHEAD)
    began = ahead_of(place)
    assert began >= 5
    expect(place).not_to_contain_text(f", {began} di depan")
    assert ahead_of(place) < began


def test_a_reply_that_waits_is_taken_back_and_another_one_edited(waiting: Page, slow: Sandbox) -> None:
    taken_back, edited = bubble(waiting, REPLIES[-2]), bubble(waiting, REPLIES[-3])
    taken_back.get_by_role("button", name="Jangan kirim").click()
    expect(taken_back).to_have_count(0)
    edited.get_by_role("button", name="Ubah").click()
    text = waiting.get_by_role("textbox", name="Ubah balasan")
    expect(text).to_have_value(REPLIES[-3])
    text.fill("sudah diubah")
    waiting.evaluate(DRAW_ALL)
    expect(waiting.locator("#bubbles > [data-old]")).to_have_count(0)
    expect(text).to_have_value("sudah diubah")
    expect(text).to_be_focused()
    waiting.locator(".revision").get_by_role("button", name="Kirim").click()
    expect_sent(bubble(waiting, "sudah diubah"))
    expect_sent(bubble(waiting, REPLIES[-1]))


def test_the_buyer_got_them_in_their_order_without_what_was_taken_back(
    waiting: Page, stack: Stack, slow: Sandbox
) -> None:
    came = [text for text in everything_said(slow) if text in [*REPLIES, "sudah diubah"]]
    assert came == [*REPLIES[:-3], "sudah diubah", REPLIES[-1]]


def everything_said(sandbox: Sandbox) -> list[str]:
    """By the shop through us, in whichever room."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        said = [sandbox.answers(MARKETPLACE, SHOP, each) for each in sandbox.buyers(MARKETPLACE, SHOP)]
        if any(REPLIES[-1] in texts for texts in said):
            return next(texts for texts in said if REPLIES[-1] in texts)
    raise AssertionError("the last reply is not there")
