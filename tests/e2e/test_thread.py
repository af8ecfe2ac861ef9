"""The thread in a real browser: opening, scrolling, what comes meanwhile, and what goes wrong."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Page, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import SHOPEE, make_sure_shopee_is_active, open_shop

MARKETPLACE, SHOP, NAME = SHOPEE
WIDTHS = (390, 820, 1440)
LOOK = "() => document.getElementById('live').dispatchEvent(new Event('look'))"
CENTRE = "element => element.scrollTo({top: -600})"
TOP = "element => element.scrollTo({top: -element.scrollHeight})"
LEFT_BEHIND = """
    SELECT buyer_name, conversation.id::text
    FROM conversations_conversation AS conversation
    JOIN marketplaces_shop AS shop ON shop.id = conversation.shop_id
    JOIN conversations_import AS import ON import.shop_id = shop.id
    WHERE shop.marketplace = %s AND shop.remote_id = %s AND import.state = 'done' AND NOT is_whole
    ORDER BY buyer_name
"""


@pytest.fixture(scope="module", autouse=True)
def active_shop(page: Page, stack: Stack) -> None:
    make_sure_shopee_is_active(page, stack)


@pytest.fixture(autouse=True)
def wide(page: Page) -> Iterator[None]:
    yield
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.fixture
def rooms(stack: Stack, sandbox: Sandbox) -> list[tuple[str, str]]:
    """Buyer and conversation of rooms of which the import has left some behind."""
    deadline = time.monotonic() + 30
    with psycopg.connect(stack.env["DATABASE_URL"], autocommit=True) as database:
        while not (found := database.execute(LEFT_BEHIND, [MARKETPLACE, SHOP]).fetchall()):
            assert time.monotonic() < deadline, "the import has not ended"
            time.sleep(0.2)
    return [each for each in found if len(sandbox.room(MARKETPLACE, SHOP, each[0])) > 35]


def say(page: Page, stack: Stack, sandbox: Sandbox, buyer: str) -> str:
    """This buyer's new words, in the open thread."""
    open_shop(page, stack, NAME)
    text = f"Halo kak {time.monotonic_ns()}"
    sandbox.says(MARKETPLACE, SHOP, buyer, text)
    row = page.locator("#rows > li", has_text=text)  # not on top where another story has been in the future
    row.locator("a").click(timeout=30_000)
    expect(page.locator("#bubbles > li", has_text=text)).to_have_count(1)
    return text


def texts(page: Page) -> list[str]:
    return page.locator("#bubbles > .bubble").evaluate_all("all => all.map(each => each.dataset.sort)")


def test_scrolling_up_goes_on_at_the_marketplace_to_the_beginning(
    page: Page, stack: Stack, sandbox: Sandbox, rooms: list[tuple[str, str]]
) -> None:
    buyer, conversation = rooms[0]
    page.goto(f"{stack.url}/chat/{conversation}/")
    bubbles = page.locator("#bubbles > .bubble")
    expect(bubbles).to_have_count(30)
    whole = len(sandbox.room(MARKETPLACE, SHOP, buyer))
    scroller = page.locator(".thread__scroller")
    deadline = time.monotonic() + 30
    while not page.get_by_text("Awal percakapan").count():
        assert time.monotonic() < deadline, "the beginning did not come"
        scroller.evaluate(TOP)
        page.wait_for_timeout(100)
    expect(bubbles).to_have_count(whole)
    assert texts(page) == sorted(texts(page))
    days = page.locator("#bubbles > .day").evaluate_all("all => all.map(each => each.id)")
    assert len(days) == len(set(days))
    expect(page.locator("#bubbles > li").nth(1)).to_have_class(re.compile("day"))


def test_the_line_above_what_is_new_stays_and_groups_go_on_live(
    page: Page, stack: Stack, sandbox: Sandbox, rooms: list[tuple[str, str]]
) -> None:
    buyer = rooms[0][0]
    text = say(page, stack, sandbox, buyer)
    line = page.locator("#unread")
    expect(line).to_have_text("Pesan baru")
    sandbox.says(MARKETPLACE, SHOP, buyer, "Lagi")
    last = page.locator("#bubbles > .bubble").last
    expect(last).to_contain_text("Lagi", timeout=30_000)
    expect(last).to_have_attribute("data-continued", "")
    expect(last.locator(".bubble__from")).to_have_css("position", "absolute")
    expect(page.locator("#unread + .bubble")).to_contain_text(text)
    expect(page.locator("#heard")).to_contain_text("Lagi")


def test_somebody_reading_above_stays_there_and_is_told_how_many_came(
    page: Page, stack: Stack, sandbox: Sandbox, rooms: list[tuple[str, str]]
) -> None:
    buyer, conversation = rooms[0]
    page.goto(f"{stack.url}/chat/{conversation}/")
    scroller = page.locator(".thread__scroller")
    scroller.evaluate(CENTRE)
    visible = page.locator("#bubbles > .bubble").nth(15)
    before = visible.bounding_box()
    sandbox.says(MARKETPLACE, SHOP, buyer, "Satu")
    sandbox.says(MARKETPLACE, SHOP, buyer, "Dua")
    expect(page.locator("[data-new-count]")).to_have_text("2", timeout=30_000)
    after = visible.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2
    page.locator("[data-to-end]").click()
    expect(page.locator("[data-to-end]")).to_be_hidden()
    expect(page.locator("#bubbles > .bubble").last).to_be_in_viewport()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_given_message_is_what_one_sees(
    page: Page, stack: Stack, rooms: list[tuple[str, str]], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    conversation = rooms[0][1]
    with psycopg.connect(stack.env["DATABASE_URL"]) as database:
        row = database.execute(
            "SELECT client_id::text FROM conversations_message WHERE conversation_id = %s ORDER BY sent_at LIMIT 1",
            [conversation],
        ).fetchone()
    assert row is not None
    page.goto(f"{stack.url}/chat/{conversation}/?at={row[0]}")
    found = page.locator(f"#message-{row[0]}")
    expect(found).to_be_in_viewport()
    expect(found).to_have_attribute("data-found", "")
    wider = "() => document.documentElement.scrollWidth > innerWidth"
    assert not page.evaluate(wider), "nothing stands beside the screen"
    boxes = page.locator("#bubbles > .bubble").evaluate_all(
        "all => all.filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.innerText)"
    )
    assert boxes == []


def test_a_thread_that_cannot_be_opened_says_so_and_can_be_tried_again(
    page: Page, stack: Stack, rooms: list[tuple[str, str]]
) -> None:
    conversation = rooms[0][1]
    open_shop(page, stack, NAME)
    page.route(f"**/chat/{conversation}/**", lambda route: route.fulfill(status=502), times=1)
    page.locator(f"#open-{conversation}").click()
    notice = page.locator(".connection__failed")
    expect(notice).to_be_visible()
    notice.get_by_role("button", name="Coba lagi").click()
    expect(page.locator(f"#thread[data-conversation='{conversation}']")).to_be_visible()
    expect(notice).to_be_hidden()


def test_a_tab_whose_sign_in_has_ended_says_so_and_leads_back(
    page: Page, stack: Stack, rooms: list[tuple[str, str]]
) -> None:
    url = f"{stack.url}/chat/{rooms[0][1]}/"
    page.goto(url)
    page.locator("#composer textarea").fill("Belum selesai")
    page.context.clear_cookies(name="sessionid")
    page.evaluate(LOOK)
    expect(page.locator("#signed-out")).to_contain_text("Anda sudah keluar")
    expect(page.locator("#composer textarea")).to_have_value("Belum selesai")
    page.wait_for_timeout(1000)  # it has tried to save what was begun, which nobody took
    page.get_by_role("link", name="Masuk lagi").click()
    page.locator("input[name=username]").fill("owner@demo.test")
    page.locator("input[type=password]").fill("forstok-demo")
    page.locator("input[type=password]").press("Enter")
    page.wait_for_url(url)
    expect(page.locator("#composer textarea")).to_have_value("Belum selesai")


def test_a_tab_that_was_signed_in_again_next_door_goes_on_by_itself(
    page: Page, stack: Stack, rooms: list[tuple[str, str]]
) -> None:
    page.goto(f"{stack.url}/chat/{rooms[0][1]}/")
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    page.evaluate(LOOK)
    expect(page.locator("#signed-out")).to_contain_text("Anda sudah keluar")
    page.context.add_cookies([each for each in cookies if each["name"] == "sessionid"])  # type: ignore[list-item]
    page.evaluate(LOOK)
    expect(page.locator("#signed-out a")).to_have_count(0)
    expect(page.locator("#composer textarea")).to_be_visible()
