"""Two agents in one chat and their supervisor, in three browsers, none of which is loaded anew: each sees who else is
there, neither answers what they have not seen, and of two replies in one moment one goes out."""

from __future__ import annotations

import re
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
SOON = 30_000


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


def test_each_sees_who_else_looks_at_the_chat_and_who_types(chat: Team) -> None:
    dimas, putri, bayu = chat
    for page, name in ((dimas, "Putri Lestari"), (putri, "Dimas Pratama"), (bayu, "Putri Lestari")):
        expect(page.get_by_role("img", name=f"{name} juga sedang melihat chat ini")).to_be_visible(
            timeout=30_000
        )
    row = bayu.locator("#rows > li:has([aria-current=true]) .row__viewers")
    expect(row).to_have_attribute("title", re.compile("Dimas Pratama, Putri Lestari"), timeout=30_000)
    box = dimas.locator("#composer textarea")
    box.press_sequentially("Sebentar ya kak", delay=60)
    for page in (putri, bayu):
        expect(page.locator("#company")).to_contain_text("Dimas Pratama sedang mengetik…")
    expect(dimas.locator("#company")).not_to_contain_text("mengetik")
    box.fill("")
    for page in (putri, bayu):
        expect(page.get_by_text("sedang mengetik")).to_be_hidden(timeout=30_000)
    # Who goes to another chat is seen there, and not here
    dimas.locator("#rows > li").nth(2).locator("a").click()
    expect(putri.locator("#company")).not_to_contain_text("Dimas")
    expect(putri.get_by_role("img", name="Dimas Pratama juga sedang melihat chat ini")).to_have_count(
        0, timeout=30_000
    )
    expect(putri.locator("#rows > li .row__viewers[title*='Dimas']")).to_have_count(1, timeout=30_000)
    expect_no_reload(chat)


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


def expect_status(team: Team, rest: str, **said: str) -> None:
    """What each of them reads in the status bar, by name."""
    for name, page in team._asdict().items():
        expect(page.locator("#status-bar .status")).to_contain_text(said.get(name, rest), timeout=SOON)


def give(page: Page, to: str, note: str) -> None:
    page.locator("#assign-to-button").click()
    page.locator("#assign-to").get_by_text(to).click()
    page.locator("#assign-to input[name=note]").fill(note)
    page.locator("#assign-to").get_by_role("button", name="Serahkan").click()
    expect(page.locator("#assign-to")).to_be_hidden()


def hand_all_over(page: Page, to: str) -> None:
    """In a tab of its own, as at the end of a shift: the inbox stays open beside it."""
    tab = page.context.new_page()
    tab.goto(page.url.partition("/chat/")[0] + "/chat/hand-over/")
    tab.get_by_text(to, exact=True).click()
    tab.get_by_role("button", name="Serahkan semua chat saya").click()
    expect(tab.locator("#messages")).to_contain_text(f"{to} sekarang melayani")
    tab.close()


def test_a_chat_goes_through_all_hands_and_its_buyer_is_answered_once(team: Team, sandbox: Sandbox) -> None:
    dimas, putri, bayu = look_at_the_buyer(team, sandbox)
    if dimas.locator("#release").count():  # whose it was before does not matter
        dimas.locator("#release").click()

    # Served by one; the others see whose it is, and that he looks at it
    dimas.locator("#assign").click()
    expect_status(team, "Dimas Pratama", dimas="oleh Anda")
    expect(putri.get_by_role("img", name="Dimas Pratama juga sedang melihat")).to_be_visible(timeout=SOON)

    # The supervisor gives it to another, who hands it back with a note
    give(bayu, "Putri Lestari", "Dimas istirahat")
    expect_status(team, "Putri Lestari", putri="oleh Anda")
    give(putri, "Dimas Pratama", "Dia yang tahu stoknya")
    expect_status(team, "Dimas Pratama", dimas="oleh Anda")
    dimas.locator("#history-button").click()
    for note in ("Dimas istirahat", "Dia yang tahu stoknya"):
        expect(dimas.locator("#changes")).to_contain_text(note)
    dimas.keyboard.press("Escape")

    # Out of sight till tomorrow, and back
    dimas.locator("#snooze-button").click()
    dimas.locator("#snooze").get_by_role("button", name="Besok pagi").click()
    for page in team:
        expect(page.locator("#wake")).to_contain_text("Ditunda sampai", timeout=SOON)
    dimas.locator("#wake").click()
    for page in team:
        expect(page.locator("#snooze-button")).to_be_visible(timeout=SOON)

    # Resolved although the buyer waits, which is asked first; and that is undone
    dimas.locator("#resolve").click()
    expect(dimas.locator("#status-told")).to_contain_text(f"{BUYER} menunggu jawaban")
    dimas.get_by_role("button", name="Tetap tandai selesai").click()
    expect_status(team, "Selesai")
    bayu.locator("#history-button").click()
    bayu.locator("#changes").get_by_role("button", name="Batalkan").click()
    expect(bayu.locator("#changes")).to_be_hidden()
    expect_status(team, "Dimas Pratama", dimas="oleh Anda")

    # The end of his shift
    hand_all_over(dimas, "Putri Lestari")
    expect_status(team, "Putri Lestari", putri="oleh Anda")

    # He has begun to answer all the same, while she does: hers goes out, his is held until he decides
    hers, his = f"Ada kak, silakan {time.monotonic_ns()}", f"Masih ada kak {time.monotonic_ns()}"
    box = dimas.locator("#composer textarea")
    box.press_sequentially(his, delay=20)
    expect(putri.locator("#company")).to_contain_text("Dimas Pratama sedang mengetik…", timeout=SOON)
    putri.locator("#composer textarea").fill(hers)
    deafen(dimas)
    putri.locator("#composer textarea").press("Enter")
    expect_ticked(bayu, hers)
    box.press("Enter")
    expect(dimas.locator("#guard")).to_contain_text(f"Putri Lestari sudah membalas: {hers}")
    expect(box).to_have_value(his)
    assert [text for text in sandbox.answers(*ROOM) if text in (hers, his)] == [hers]
    thanks = f"{his}, terima kasih sudah menunggu"
    box.fill(thanks)
    dimas.locator("#send-anyway").click()
    expect_ticked(bayu, thanks)
    assert [text for text in sandbox.answers(*ROOM) if text in (hers, his, thanks)] == [hers, thanks]
    expect_no_reload(team)
