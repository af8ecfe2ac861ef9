"""Two agents and their supervisor in three browsers: whose a chat is, seen by all of them without a reload."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import BUYER, TOKOPEDIA, answer, expect_ticked
from tests.e2e.team import Team, browser_of, expect_no_reload, gathered, look_at_the_buyer

# Milliseconds for what another browser did to be seen here: a nudge that gets lost is made up for within 20 seconds.
LIVE = 30_000
POPUPS = {"#assign-to-button": "#assign-to", "#snooze-button": "#snooze", "#history-button": "#changes"}


@pytest.fixture(scope="module")
def team(browser: Browser, browser_context_args: dict[str, Any], stack: Stack) -> Iterator[Team]:
    with gathered(browser, stack, browser_context_args) as people:
        yield people


@pytest.fixture
def chat(team: Team, sandbox: Sandbox) -> Team:
    return look_at_the_buyer(team, sandbox)


def expect_all(team: Team, **said: str) -> None:
    """What each of them reads in the status bar, by name; nobody's page was loaded anew."""
    for name, page in team._asdict().items():
        expect(page.locator("#status-bar .status")).to_contain_text(
            said.get(name, said["rest"]), timeout=LIVE
        )
    expect_no_reload(team)


def test_a_chat_is_taken_given_handed_over_put_off_resolved_and_all_of_them_see_it(chat: Team) -> None:
    dimas, putri, bayu = chat
    # Whose chat it is from earlier does not matter
    if dimas.locator("#assign").count():
        dimas.locator("#assign").click()
    expect_all(chat, rest="Dimas Pratama", dimas="oleh Anda")

    bayu.locator("#assign-to-button").click()
    bayu.locator("#assign-to").get_by_text("Putri Lestari").click()
    bayu.locator("#assign-to input[name=note]").fill("Dimas istirahat, tolong lanjutkan")
    bayu.locator("#assign-to").get_by_role("button", name="Serahkan").click()
    expect(bayu.locator("#assign-to")).to_be_hidden()
    expect_all(chat, rest="Putri Lestari", putri="oleh Anda")
    putri.locator("#history-button").click()
    expect(putri.locator("#changes")).to_contain_text("Dimas istirahat, tolong lanjutkan")
    putri.keyboard.press("Escape")
    expect(putri.locator("#changes")).to_be_hidden()

    putri.locator("#snooze-button").click()
    putri.locator("#snooze").get_by_role("button", name="Besok pagi").click()
    for page in chat:
        expect(page.locator("#wake")).to_contain_text("Ditunda sampai", timeout=LIVE)
    putri.locator("#wake").click()
    for page in chat:
        expect(page.locator("#snooze-button")).to_be_visible(timeout=LIVE)

    putri.locator("#resolve").click()
    expect(putri.locator("#status-told")).to_contain_text(f"{BUYER} menunggu jawaban")
    putri.get_by_role("link", name="Jangan dulu").click()
    expect(putri.locator("#status-told")).to_be_hidden()
    putri.locator("#resolve").click()
    putri.get_by_role("button", name="Tetap tandai selesai").click()
    expect_all(chat, rest="Selesai")

    dimas.locator("#history-button").click()
    dimas.locator("#changes").get_by_role("button", name="Batalkan").click()
    expect(dimas.locator("#changes")).to_be_hidden()
    expect_all(chat, rest="Putri Lestari", putri="oleh Anda")


def test_of_two_who_take_it_one_has_it_and_the_other_is_told(chat: Team) -> None:
    dimas, putri, _bayu = chat
    if putri.locator("#release").count():
        putri.locator("#release").click()
    expect_all(chat, rest="Belum dilayani")
    # As in the same moment: her screen does not hear of it any more
    putri.evaluate("document.querySelector('#live').remove()")
    dimas.locator("#assign").click()
    expect(dimas.locator("#status-bar .status")).to_contain_text("oleh Anda")
    putri.locator("#assign").click()
    expect(putri.locator("#status-told")).to_contain_text("Dimas Pratama sudah melayani chat ini.")
    expect(putri.locator("#status-bar .status")).to_contain_text("Dimas Pratama")
    putri.reload()


def test_an_answered_chat_is_resolved_by_one_click_and_its_buyer_brings_it_back(
    chat: Team, sandbox: Sandbox
) -> None:
    dimas, text = chat.dimas, f"Beres kak {time.monotonic_ns()}"
    answer(dimas, text)
    expect_ticked(dimas, text)
    dimas.locator("#resolve").click()
    expect_all(chat, rest="Selesai")
    sandbox.says(TOKOPEDIA[0], TOKOPEDIA[1], BUYER, "Satu lagi kak")
    expect(dimas.locator("#status-bar .status")).to_contain_text("oleh Anda", timeout=30_000)


def test_on_a_phone_the_same_fits_the_screen(
    browser: Browser, browser_context_args: dict[str, Any], stack: Stack, team: Team
) -> None:
    small = {**browser_context_args, "viewport": {"width": 390, "height": 844}}
    page = browser_of(browser, stack, "agent@demo.test", **small)
    page.goto(team.dimas.url)
    for button, popup in POPUPS.items():
        page.locator(button).click()
        expect(page.locator(popup)).to_be_visible()
        expect(page.locator(f"{popup} h3, {popup} legend").first).to_be_visible()
        box = page.locator(popup).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        page.locator(button).click()
        expect(page.locator(popup)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()


def test_at_the_end_of_a_shift_all_chats_go_to_a_colleague_and_come_back(chat: Team) -> None:
    dimas, putri, _bayu = chat
    if dimas.locator("#assign").count():
        dimas.locator("#assign").click()
    expect(putri.locator("#status-bar .status")).to_contain_text("Dimas Pratama", timeout=LIVE)
    room = dimas.url
    dimas.locator(".account").click()
    dimas.get_by_role("link", name="Serahkan semua chat saya").click()
    dimas.get_by_text("Putri Lestari").click()
    dimas.get_by_role("button", name="Serahkan semua chat saya").click()
    expect(dimas.locator("#messages")).to_contain_text("Putri Lestari sekarang melayani")
    expect(putri.locator("#status-bar .status")).to_contain_text("oleh Anda", timeout=LIVE)
    dimas.get_by_role("button", name="Batalkan").first.click()
    expect(dimas.locator("#messages")).to_contain_text("kembali ke Anda")
    expect(putri.locator("#status-bar .status")).to_contain_text("Dimas Pratama", timeout=LIVE)
    dimas.goto(room)


def set_policy(bayu: Page, stack: Stack, mode: str) -> None:
    bayu.goto(f"{stack.url}/shops/policies/")
    bayu.get_by_role("link", name=TOKOPEDIA[2]).click()
    bayu.get_by_label(mode).check()
    bayu.get_by_role("button", name="Simpan").click()
    expect(bayu.locator("#messages")).to_contain_text("disimpan")


def take_a_break(page: Page, *, is_away: bool) -> None:
    page.locator(".account").click()
    page.locator("#away button").click()
    expect(page.locator("#away button")).to_have_attribute("aria-checked", "true" if is_away else "false")
    page.locator(".account").click()


def test_a_waiting_chat_is_given_to_who_is_here_not_to_who_is_on_a_break_or_has_released_it(
    chat: Team, stack: Stack
) -> None:
    dimas, putri, bayu = chat
    if dimas.locator("#assign").count():
        dimas.locator("#assign").click()
    take_a_break(putri, is_away=True)
    set_policy(bayu, stack, "Agen dengan pembeli menunggu paling sedikit")
    try:
        dimas.locator("#release").click()
        status = putri.locator("#status-bar .status")
        expect(status).to_have_attribute("data-status", "served", timeout=30_000)
        expect(status).not_to_contain_text("Dimas Pratama")
        expect(status).not_to_contain_text("oleh Anda")
    finally:
        set_policy(bayu, stack, "Tidak ada: agen mengambil chat sendiri")
        take_a_break(putri, is_away=False)
