"""The story of the product in a real browser, on the real stack: sign in, activate, import, receive, answer.

The tests build on one another, in this order, as a day at work does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from redis import Redis

from forstok_chat.launch.supervisor import Stack
from tests.e2e.conftest import running
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import (
    BUYER,
    SHOPEE,
    TOKOPEDIA,
    answer,
    expect_ticked,
    go_to_shopees_consent,
    open_chat,
    open_shop,
    point_aside,
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own: nothing is activated yet, no buyer was ever answered."""
    with running(tmp_path_factory.mktemp("story"), database="e2e_story", redis_number=4) as stack:
        yield stack


@pytest.fixture(autouse=True)
def fair_weather(sandbox: Sandbox) -> Iterator[None]:
    yield
    sandbox.pushes("normal")


def test_from_the_dashboard_it_is_one_step_to_the_chat(page: Page, stack: Stack) -> None:
    page.goto(stack.url)
    page.locator("main a[href='/chat/']").first.click()
    page.wait_for_url("**/chat/")
    for _marketplace, _shop, name in (SHOPEE, TOKOPEDIA):
        expect(page.locator("#rail")).to_contain_text(name)


def test_refusing_at_shopee_leaves_the_shop_inactive_with_a_reason(page: Page, stack: Stack) -> None:
    go_to_shopees_consent(page, stack)
    page.get_by_role("button", name="Tolak").click()
    page.wait_for_url("**/chat/?shop=*")
    expect(page.get_by_role("button", name="Aktifkan chat")).to_be_visible()
    expect(page.locator("#messages")).to_contain_text("Shopee")


def test_shopee_is_activated_through_its_own_login_and_imported(page: Page, stack: Stack) -> None:
    go_to_shopees_consent(page, stack)
    page.get_by_role("button", name="Izinkan").click()
    page.wait_for_url("**/chat/?shop=*")
    expect(page.locator("#rows > .row")).to_have_count(15, timeout=60_000)


def test_tokopedia_is_activated_by_one_click_and_imported(page: Page, stack: Stack) -> None:
    open_shop(page, stack, TOKOPEDIA[2])
    page.get_by_role("button", name="Aktifkan chat").click()
    expect(page.locator("#rows > .row")).to_have_count(15, timeout=90_000)
    page.locator("#rows > li a").first.click()
    expect(page.locator("#bubbles > li[id^=message]").first).to_be_visible()
    assert page.locator("#bubbles > li[id^=message]").count() <= 30


@pytest.mark.parametrize(("marketplace", "shop", "name"), [SHOPEE, TOKOPEDIA])
def test_a_buyers_message_appears_by_itself_and_the_answer_reaches_the_buyer(
    page: Page, stack: Stack, sandbox: Sandbox, marketplace: str, shop: str, name: str
) -> None:
    page.goto(f"{stack.url}/chat/")
    sandbox.says(marketplace, shop, BUYER, f"Halo {name}, masih ada?")
    open_chat(page, f"Halo {name}, masih ada?")
    answer(page, f"Masih ada kak, dari {name}")
    expect_ticked(page, f"Masih ada kak, dari {name}")
    assert sandbox.answers(marketplace, shop, BUYER) == [f"Masih ada kak, dari {name}"]


@pytest.mark.parametrize(("marketplace", "shop", "name"), [SHOPEE, TOKOPEDIA])
def test_with_pushes_off_a_message_still_arrives_within_half_a_minute(
    page: Page, stack: Stack, sandbox: Sandbox, marketplace: str, shop: str, name: str
) -> None:
    sandbox.pushes("off")
    page.goto(f"{stack.url}/chat/")
    sandbox.says(marketplace, shop, BUYER, f"Tanpa push {marketplace}")
    point_aside(page)
    expect(page.locator("#rows > li").first).to_contain_text(f"Tanpa push {marketplace}", timeout=30_000)


@pytest.mark.parametrize(("marketplace", "shop", "name"), [SHOPEE, TOKOPEDIA])
def test_doubled_pushes_are_one_bubble(
    page: Page, stack: Stack, sandbox: Sandbox, marketplace: str, shop: str, name: str
) -> None:
    sandbox.pushes("duplicate")
    page.goto(f"{stack.url}/chat/")
    sandbox.says(marketplace, shop, BUYER, f"Dobel {marketplace}")
    open_chat(page, f"Dobel {marketplace}")
    page.wait_for_timeout(3000)
    page.reload()
    expect(page.locator("#bubbles > li", has_text=f"Dobel {marketplace}")).to_have_count(1)


@pytest.mark.parametrize(("marketplace", "shop", "name"), [SHOPEE, TOKOPEDIA])
def test_replies_written_while_the_sender_is_gone_all_arrive_once_in_order(
    page: Page, stack: Stack, sandbox: Sandbox, marketplace: str, shop: str, name: str
) -> None:
    page.goto(f"{stack.url}/chat/")
    sandbox.says(marketplace, shop, BUYER, f"Tiga pertanyaan {marketplace}")
    open_chat(page, f"Tiga pertanyaan {marketplace}")
    before = sandbox.answers(marketplace, shop, BUYER)
    stack.processes["sender"].stop()
    replies = [f"Jawaban {number} {marketplace}" for number in ("satu", "dua", "tiga")]
    for reply in replies:
        answer(page, reply)
        expect(page.locator("#bubbles > li", has_text=reply)).to_have_attribute("data-state", "queued")
    Redis.from_url(stack.env["REDIS_URL"]).flushdb()
    stack.processes["sender"].start()
    for reply in replies:
        expect_ticked(page, reply)
    assert sandbox.answers(marketplace, shop, BUYER) == [*before, *replies]


def test_flushing_redis_in_the_middle_of_it_all_loses_nothing(
    page: Page, stack: Stack, sandbox: Sandbox
) -> None:
    marketplace, shop, _name = SHOPEE
    redis = Redis.from_url(stack.env["REDIS_URL"])
    before = len(sandbox.room(marketplace, shop, BUYER))
    page.goto(f"{stack.url}/chat/")
    sandbox.says(marketplace, shop, BUYER, "Mulai dihapus-hapus")
    open_chat(page, "Mulai dihapus-hapus")
    for number in range(4):
        sandbox.says(marketplace, shop, BUYER, f"Pertanyaan ke-{number}")
        redis.flushdb()
    for number in range(4):  # seen before it is answered: otherwise the answer is held
        question = page.locator("#bubbles > li", has_text=f"Pertanyaan ke-{number}")
        expect(question).to_have_count(1, timeout=30_000)
    for number in range(4):
        answer(page, f"Balasan ke-{number}")
        redis.flushdb()
    for number in range(4):
        expect_ticked(page, f"Balasan ke-{number}")
    assert len(sandbox.room(marketplace, shop, BUYER)) == before + 9


def test_a_reply_that_was_stored_but_answered_with_an_error_is_ticked_and_not_doubled(
    page: Page, stack: Stack, sandbox: Sandbox
) -> None:
    marketplace, shop, _name = SHOPEE
    page.goto(f"{stack.url}/chat/")
    sandbox.says(marketplace, shop, BUYER, "Ada kabar?")
    open_chat(page, "Ada kabar?")
    sandbox.post("faults", marketplace=marketplace, endpoint="send_message", kind="error_after", count=1)
    answer(page, "Sedang dikirim kak")
    expect_ticked(page, "Sedang dikirim kak")
    time.sleep(1)
    assert sandbox.answers(marketplace, shop, BUYER).count("Sedang dikirim kak") == 1


def test_the_browser_catches_up_after_the_web_server_was_restarted(
    page: Page, stack: Stack, sandbox: Sandbox
) -> None:
    marketplace, shop, _name = SHOPEE
    page.goto(f"{stack.url}/chat/")
    stack.processes["web"].stop()
    sandbox.says(marketplace, shop, BUYER, "Saat server mati")
    stack.processes["web"].start()
    point_aside(page)
    expect(page.locator("#rows > li").first).to_contain_text("Saat server mati", timeout=60_000)
