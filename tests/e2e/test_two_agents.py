"""Two agents in one chat: neither answers what they have not seen, and of two replies in one moment one goes out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import BUYER, TOKOPEDIA, answer, expect_ticked
from tests.e2e.team import Team, expect_no_reload, gathered, look_at_the_buyer

ROOM = (TOKOPEDIA[0], TOKOPEDIA[1], BUYER)


@pytest.fixture(scope="module")
def team(browser: Browser, browser_context_args: dict[str, Any], stack: Stack) -> Iterator[Team]:
    with gathered(browser, stack, browser_context_args) as people:
        yield people


@pytest.fixture
def chat(team: Team, sandbox: Sandbox) -> Team:
    return look_at_the_buyer(team, sandbox)


def deafen(page: Page) -> None:
    """As in the moment before the news is there: this screen asks for nothing by itself."""
    page.evaluate("document.querySelector('#live').setAttribute('hx-disable', '')")
    page.evaluate(
        "document.querySelector('#live').replaceWith(document.querySelector('#live').cloneNode(true))"
    )


def test_the_buyer_writes_while_the_agent_types_so_the_reply_is_held_and_they_choose(
    chat: Team, sandbox: Sandbox
) -> None:
    dimas, putri, _bayu = chat
    news, reply = f"jadi yang putih {time.monotonic_ns()}", f"Yang hitam ada kak {time.monotonic_ns()}"
    box = putri.locator("#composer textarea")
    box.fill(reply)
    deafen(putri)
    sandbox.says(*ROOM, news)
    expect(dimas.locator("#bubbles > li", has_text=news)).to_have_count(1, timeout=30_000)
    box.press("Enter")
    expect(putri.locator("#guard")).to_contain_text(f"{BUYER} menulis lagi: {news}")
    expect(putri.locator("#bubbles > li", has_text=news)).to_have_count(1)
    expect(putri.locator("#unread + li")).to_contain_text(news)
    expect(box).to_have_value(reply)
    expect(putri.locator("#bubbles > li", has_text=reply)).to_have_count(0)
    assert reply not in sandbox.answers(*ROOM)
    putri.get_by_role("button", name="Kirim saja").click()
    expect(putri.locator("#guard")).to_be_empty()
    expect(box).to_have_value("")
    expect_ticked(dimas, reply)
    assert sandbox.answers(*ROOM).count(reply) == 1
    expect_no_reload(chat)
    putri.reload()


def test_what_was_drawn_meanwhile_is_seen_and_holds_nothing(chat: Team, sandbox: Sandbox) -> None:
    putri, news = chat.putri, f"masih ada? {time.monotonic_ns()}"
    sandbox.says(*ROOM, news)
    expect(putri.locator("#bubbles > li", has_text=news)).to_have_count(1, timeout=30_000)
    reply = f"Masih kak {time.monotonic_ns()}"
    answer(putri, reply)
    expect_ticked(putri, reply)
    expect(putri.locator("#guard")).to_be_empty()


def test_both_press_enter_together_and_the_buyer_gets_one_reply(chat: Team, sandbox: Sandbox) -> None:
    texts = {page: f"Siap kak {time.monotonic_ns()}" for page in (chat.dimas, chat.putri)}
    for page, text in texts.items():
        page.locator("#composer textarea").fill(text)
    at = time.time() * 1000 + 1500
    press = "at => void setTimeout(() => document.querySelector('#composer [name=send]').click(), at - Date.now())"
    for page in texts:
        page.evaluate(press, at)
    held = chat.dimas.locator("#guard:has(p)"), chat.putri.locator("#guard:has(p)")
    deadline = time.monotonic() + 20
    while not sum(each.count() for each in held):
        assert time.monotonic() < deadline, "nobody was held"
        time.sleep(0.1)
    loser = chat.dimas if held[0].count() else chat.putri
    winner = chat.putri if loser is chat.dimas else chat.dimas
    expect_ticked(winner, texts[winner])
    expect(loser.locator("#guard")).to_contain_text(f"sudah membalas: {texts[winner]}")
    expect(loser.locator("#composer textarea")).to_have_value(texts[loser])
    expect_ticked(loser, texts[winner])
    got = sandbox.answers(*ROOM)
    assert [text for text in got if text in texts.values()] == [texts[winner]]
    loser.locator("#composer textarea").fill("")
    expect(loser.locator("#guard .guard__notice")).to_be_hidden()
    expect_no_reload(chat)
