"""Writing and sending in a real browser: keys, what was begun, and a bubble that is there before its answer."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import (
    BUYER,
    SHOPEE,
    expect_drawn,
    expect_sent,
    make_sure_shopee_is_active,
    open_shop,
    sign_in,
)
from tests.pictures import picture

MARKETPLACE, SHOP, NAME = SHOPEE
WIDTHS = (390, 1440)
LATENCY = 400  # milliseconds
# As an input method does: the word is not written yet while Enter chooses it.
INPUT_METHOD = """box => {
    box.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
    const enter = {key: "Enter", keyCode: 229, isComposing: true, bubbles: true, cancelable: true};
    const isFree = box.dispatchEvent(new KeyboardEvent("keydown", enter));
    box.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true}));
    return isFree;
}"""
# How many bubbles with this text there are in each frame, and their ids.
WATCH = """text => {
    window.seen = [];
    const look = () => {
        const all = [...document.querySelectorAll("#bubbles > li")].filter((each) => each.innerText.includes(text));
        window.seen.push([all.length, all.map((each) => each.id).join()]);
    };
    const frame = () => { look(); window.watching = requestAnimationFrame(frame); };
    frame();
}"""


@pytest.fixture(scope="module", autouse=True)
def active_shop(page: Page, stack: Stack) -> None:
    make_sure_shopee_is_active(page, stack)


@pytest.fixture(autouse=True)
def as_before(page: Page) -> Iterator[None]:
    yield
    page.unroute_all(behavior="ignoreErrors")
    page.set_viewport_size({"width": 1440, "height": 900})


@pytest.fixture
def text() -> str:
    return f"Halo kak {time.monotonic_ns()}"


def open_thread(page: Page, stack: Stack, sandbox: Sandbox, width: int = 1440) -> Locator:
    """The composer of a buyer who has just written, as Shopee takes five answers in a row at most."""
    page.goto("about:blank")  # what was begun is saved when it is left
    with psycopg.connect(stack.env["DATABASE_URL"]) as database:
        database.execute("DELETE FROM conversations_unsenttext")  # its row would tell of that
        database.execute("DELETE FROM conversations_unsentfile")
    asked = f"Kak? {time.monotonic_ns()}"
    sandbox.says(MARKETPLACE, SHOP, BUYER, asked)
    page.set_viewport_size({"width": width, "height": 800})
    open_shop(page, stack, NAME)
    page.evaluate("sessionStorage.clear()")
    page.mouse.move(1, 1)  # rows under a pointer keep their place
    page.locator("#rows > li", has_text=asked).locator("a").click(timeout=30_000)
    expect(page.locator("#bubbles > li", has_text=asked)).to_have_count(1)
    box = page.locator("#composer textarea")
    expect(box).to_have_value("")
    return box


def bubble(page: Page, text: str) -> Locator:
    return page.locator("#bubbles > li", has_text=text)


def speak(page: Page, stack: Stack, language: str) -> None:
    page.context.add_cookies([{"name": "django_language", "value": language, "url": stack.url}])


@contextmanager
def slow(page: Page) -> Iterator[None]:
    """A line on which every answer takes LATENCY longer."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    rest = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.emulateNetworkConditions", rest | {"latency": LATENCY})
    try:
        yield
    finally:
        session.send("Network.emulateNetworkConditions", rest | {"latency": 0})
        session.detach()


@pytest.mark.parametrize("width", WIDTHS)
def test_enter_sends_and_shift_enter_breaks_the_line(
    page: Page, stack: Stack, sandbox: Sandbox, text: str, width: int
) -> None:
    box = open_thread(page, stack, sandbox, width)
    box.press_sequentially(text)
    box.press("Shift+Enter")
    box.press_sequentially("baris kedua")
    expect(box).to_have_value(f"{text}\nbaris kedua")
    expect(bubble(page, text)).to_have_count(0)
    before = box.bounding_box()
    box.press("Enter")
    expect(box).to_have_value("")
    expect(bubble(page, text)).to_have_count(1)
    expect(bubble(page, text).locator(".bubble__text")).to_have_text(f"{text}\nbaris kedua")
    after = box.bounding_box()
    assert before
    assert after
    assert before["height"] > after["height"] + 15, "it grows with its text"
    expect_sent(bubble(page, text))


def test_enter_that_ends_an_input_methods_word_neither_sends_nor_breaks(
    page: Page, stack: Stack, sandbox: Sandbox, text: str
) -> None:
    box = open_thread(page, stack, sandbox)
    box.fill(text)
    assert box.evaluate(INPUT_METHOD), "it is left to the input method"
    page.wait_for_timeout(300)
    expect(box).to_have_value(text)
    expect(bubble(page, text)).to_have_count(0)
    with page.expect_response(re.compile("/unsent/")):  # the next story begins with nothing begun
        box.fill("")


@pytest.mark.parametrize(
    ("width", "language", "enter", "ctrl_enter", "hint"),
    [
        (390, "id", "Enter untuk kirim", "Ctrl+Enter untuk kirim", "Enter untuk baris baru."),
        (1440, "en", "Enter sends", "Ctrl+Enter sends", "Enter starts a new line."),
    ],
)
def test_who_likes_ctrl_enter_switches_to_it_once(
    page: Page,
    stack: Stack,
    sandbox: Sandbox,
    text: str,
    width: int,
    language: str,
    enter: str,
    ctrl_enter: str,
    hint: str,
) -> None:
    speak(page, stack, language)
    box = open_thread(page, stack, sandbox, width)
    with page.expect_response(re.compile("sending-key")):
        page.get_by_text(ctrl_enter, exact=True).click()
    if width > 720:
        expect(page.get_by_text(hint, exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_label(ctrl_enter, exact=True)).to_be_checked()
    box.fill(text)
    box.press("Enter")
    box.press_sequentially("lagi")
    expect(box).to_have_value(f"{text}\nlagi")
    box.press("Control+Enter")
    expect(bubble(page, text)).to_have_count(1)
    with page.expect_response(re.compile("sending-key")):
        page.get_by_text(enter, exact=True).click()
    box.fill("")
    speak(page, stack, "id")


@pytest.mark.parametrize("width", WIDTHS)
def test_what_was_begun_is_there_again_in_another_browser(
    page: Page, stack: Stack, sandbox: Sandbox, browser: Browser, text: str, width: int
) -> None:
    box = open_thread(page, stack, sandbox, width)
    address = page.url
    with page.expect_response(re.compile("/unsent/")):
        box.press_sequentially(text)
    if width > 720:
        expect(page.locator("#rows > li", has_text="Draf:")).to_contain_text(text)
    elsewhere = browser.new_context(locale="id-ID", viewport={"width": width, "height": 800})
    other = elsewhere.new_page()
    sign_in(other, stack)
    other.goto(address)
    expect(other.locator("#composer textarea")).to_have_value(text)
    other.locator("#composer textarea").press("Enter")
    expect_sent(bubble(other, text))
    other.reload()
    expect(other.locator("#composer textarea")).to_have_value("")
    elsewhere.close()


def test_leaving_a_conversation_saves_what_was_typed_in_that_moment(
    page: Page, stack: Stack, sandbox: Sandbox, text: str
) -> None:
    box = open_thread(page, stack, sandbox)
    here = page.url
    box.fill(text)
    page.locator("#rows > li a:not([aria-current])").first.click()
    expect(page.locator("#thread")).not_to_have_attribute("data-conversation", here.split("/")[-2])
    expect(page.locator("#rows > li", has_text=text)).to_contain_text("Draf:")
    page.evaluate("sessionStorage.clear()")
    page.goto(here)
    expect(page.locator("#composer textarea")).to_have_value(text)


@pytest.mark.parametrize("width", WIDTHS)
def test_on_a_slow_line_the_bubble_is_there_at_once_and_typing_goes_on(
    page: Page, stack: Stack, sandbox: Sandbox, text: str, width: int
) -> None:
    box = open_thread(page, stack, sandbox, width)
    with slow(page):
        box.fill(text)
        page.evaluate(WATCH, text)
        began = time.monotonic()
        box.press("Enter")
        shown = bubble(page, text)
        expect(shown).to_have_count(1, timeout=LATENCY)
        expect(shown).to_contain_text("Dalam antrean", timeout=LATENCY)
        expect(shown).to_be_in_viewport()
        assert time.monotonic() - began < LATENCY / 1000, "it waited for the answer"
        expect(shown).to_have_attribute("inert", "")
        name = shown.get_attribute("id")
        for number in range(3):  # and further ones do not wait for the first
            began = time.monotonic()
            box.press_sequentially(f"{text}-{number}")
            expect(box).to_have_value(f"{text}-{number}")
            assert time.monotonic() - began < len(text) * LATENCY / 4000, "a key waits for the network"
            box.press("Enter")
            expect(box).to_have_value("")
            expect(bubble(page, f"{text}-{number}")).to_have_count(1, timeout=LATENCY)
        first = page.locator(f"[id='{name}']")
        expect_sent(first)
        page.evaluate("cancelAnimationFrame(window.watching)")
        order = page.locator("#bubbles > li .bubble__text").all_inner_texts()[-4:]
        assert order == [text, *[f"{text}-{number}" for number in range(3)]]


def test_the_bubble_is_one_and_the_same_from_the_first_moment_to_the_tick(
    page: Page, stack: Stack, sandbox: Sandbox, text: str
) -> None:
    box = open_thread(page, stack, sandbox)
    with slow(page):
        box.fill(text)
        page.evaluate(WATCH, text)
        box.press("Enter")
        expect_sent(bubble(page, text))
        seen = page.evaluate("() => (cancelAnimationFrame(window.watching), window.seen)")
    shown = seen[next(place for place, each in enumerate(seen) if each[0]) :]
    assert {each[0] for each in shown} == {1}, "it was gone, or there twice"
    assert len({each[1] for each in shown}) == 1, "it changed its name"


@pytest.mark.parametrize("width", WIDTHS)
def test_without_a_network_nothing_is_lost(
    page: Page, stack: Stack, sandbox: Sandbox, text: str, width: int
) -> None:
    box = open_thread(page, stack, sandbox, width)
    page.context.set_offline(True)
    try:
        box.fill(text)
        box.press("Enter")
        expect(page.locator("#composer-problem")).to_contain_text("Belum terkirim")
        expect(box).to_have_value(text)
        expect(bubble(page, text)).to_have_count(0)
    finally:
        page.context.set_offline(False)
    box.press("Enter")
    expect_sent(bubble(page, text))
    expect(bubble(page, text)).to_have_count(1)


def test_an_answer_that_is_lost_does_not_double_the_reply(
    page: Page, stack: Stack, sandbox: Sandbox, text: str
) -> None:
    box = open_thread(page, stack, sandbox)

    def take_and_fall_silent(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(re.compile("/messages/"), take_and_fall_silent, times=1)
    box.fill(text)
    box.press("Enter")
    expect(box).to_have_value(text)
    box.press("Enter")
    expect_sent(bubble(page, text))
    expect(bubble(page, text)).to_have_count(1)
    assert sandbox.answers(MARKETPLACE, SHOP, BUYER).count(text) == 1


def test_what_the_server_refuses_comes_back_before_what_was_typed_since(
    page: Page, stack: Stack, sandbox: Sandbox, text: str
) -> None:
    box = open_thread(page, stack, sandbox)
    limit = int(page.locator("#composer").get_attribute("data-limit") or 0)
    long = text.ljust(limit + 5, "x")
    box.fill(long)
    expect(page.locator(".composer__count")).to_have_text(f"{limit + 5}/{limit}")
    expect(page.locator(".composer__count")).to_have_css("font-weight", "600")
    with slow(page):
        box.press("Enter")
        expect(bubble(page, text)).to_have_count(1, timeout=LATENCY)
        page.keyboard.insert_text("yang berikutnya")
        expect(page.locator("#composer-problem")).to_contain_text(str(limit))
    expect(box).to_have_value(long)
    expect(bubble(page, text)).to_have_count(0)
    box.fill(text)
    box.press("Enter")
    expect(bubble(page, text)).to_have_count(1)
    expect(box).to_have_value("yang berikutnya")
    box.fill("")


def test_an_emoji_counts_as_one_character(page: Page, stack: Stack, sandbox: Sandbox) -> None:
    box = open_thread(page, stack, sandbox)
    limit = int(page.locator("#composer").get_attribute("data-limit") or 0)
    box.fill("😊" * (limit - 1))
    expect(page.locator(".composer__count")).to_have_text(f"{limit - 1}/{limit}")
    box.fill("")
    expect(page.locator(".composer__count")).to_be_hidden()


@pytest.mark.parametrize("width", WIDTHS)
def test_an_emoji_is_inserted_where_the_caret_stands_by_keys_alone(
    page: Page, stack: Stack, sandbox: Sandbox, width: int
) -> None:
    box = open_thread(page, stack, sandbox, width)
    box.fill("Terima kasih kak")
    box.evaluate("box => box.setSelectionRange(12, 12)")
    page.get_by_role("button", name="Sisipkan emoji").focus()
    page.keyboard.press("Enter")
    chosen = page.locator("#emoji").get_by_role("button", name="🙏")
    expect(chosen).to_be_visible()
    chosen.focus()
    page.keyboard.press("Enter")
    expect(box).to_have_value("Terima kasih🙏 kak")
    expect(box).to_be_focused()
    expect(page.locator("#emoji")).to_be_hidden()
    page.get_by_role("button", name="Sisipkan emoji").click()
    page.locator("#emoji").get_by_text("Belanja").click()
    page.locator("#emoji").get_by_role("button", name="🛒").click()
    expect(box).to_have_value("Terima kasih🙏🛒 kak")
    box.fill("")


def files_of(*pictures: tuple[str, bytes]) -> str:
    """JavaScript: a DataTransfer with these files in it, in `data`."""
    made = ", ".join(
        f"new File([new Uint8Array({list(body)})], {name!r}, {{type: 'image/png'}})"
        for name, body in pictures
    )
    return f"const data = new DataTransfer(); for (const file of [{made}]) data.items.add(file);"


@pytest.mark.parametrize("width", WIDTHS)
def test_pictures_come_by_paste_and_drag_and_a_bad_one_says_why(
    page: Page, stack: Stack, sandbox: Sandbox, text: str, width: int
) -> None:
    box = open_thread(page, stack, sandbox, width)
    red, blue = picture("PNG", color="red"), picture("PNG", color="blue")
    shown = page.locator(".files__list li")
    box.evaluate(
        f"box => {{ {files_of(('tempel.png', red))} "
        "box.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"
    )
    expect(shown).to_have_count(1)
    expect_drawn(shown.first.locator("img"))
    scroller = page.locator(".thread__scroller")
    scroller.evaluate(
        f"place => {{ {files_of(('seret.png', blue), ('surat.png', b'%PDF-1.7'))} window.dragged = data; "
        "place.dispatchEvent(new DragEvent('dragover', {dataTransfer: data, bubbles: true, cancelable: true})); }"
    )
    expect(page.locator(".files__drop")).to_be_visible()
    expect(page.locator(".files__drop")).to_have_text("Lepaskan gambar di sini")
    scroller.evaluate(
        "place => place.dispatchEvent(new DragEvent('drop', "
        "{dataTransfer: window.dragged, bubbles: true, cancelable: true}))"
    )
    expect(page.locator("#files-problem li")).to_have_count(1)
    expect(page.locator("#files-problem")).to_contain_text("surat.png")
    expect(page.locator(".files__drop")).to_be_hidden()
    expect(shown).to_have_count(2)
    shown.nth(0).get_by_role("button").click()
    expect(shown).to_have_count(1)
    page.reload()
    expect(shown).to_have_count(1)
    box.fill(text)
    box.press("Enter")
    expect(shown).to_have_count(0)
    expect_sent(bubble(page, text))
    expect(page.locator("#bubbles > .bubble").nth(-2)).to_have_attribute("data-kind", "image")


def test_several_chosen_by_the_button_go_out_without_a_text(
    page: Page, stack: Stack, sandbox: Sandbox
) -> None:
    open_thread(page, stack, sandbox)
    several = [
        {"name": f"foto-{color}.png", "mimeType": "image/png", "buffer": picture("PNG", color=color)}
        for color in ("red", "green", "blue")
    ]
    before = page.locator("#bubbles > [data-kind=image]").count()
    page.set_input_files("#files-input", several)  # type: ignore[arg-type]
    expect(page.locator(".files__list li")).to_have_count(3)
    page.locator("[name=send]").click()
    expect(page.locator("#bubbles > [data-kind=image]")).to_have_count(before + 3)
    expect(page.locator(".files__list li")).to_have_count(0)
    expect_sent(page.locator("#bubbles > .bubble").last)


def test_a_text_is_written_and_sent_without_scripts(
    stack: Stack, sandbox: Sandbox, browser: Browser, page: Page, text: str
) -> None:
    open_thread(page, stack, sandbox)
    plain = browser.new_context(locale="id-ID", java_script_enabled=False)
    other = plain.new_page()
    sign_in(other, stack)
    other.goto(page.url)
    other.locator("#composer textarea").fill(text)
    other.get_by_role("button", name="Kirim", exact=True).click()
    expect(bubble(other, text)).to_have_count(1)
    plain.close()
