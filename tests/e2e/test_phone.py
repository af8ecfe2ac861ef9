"""The buyer's phone of the sandbox, as a person plays it."""

from __future__ import annotations

import time

from playwright.sync_api import Browser, expect

from forstok_chat.launch.supervisor import Stack


def test_a_buyer_writes_by_the_button_and_by_enter_and_sends_a_video(browser: Browser, stack: Stack) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    problems: list[str] = []
    phone = context.new_page()
    phone.on("pageerror", lambda error: problems.append(str(error)))
    phone.goto(stack.sandbox_url)
    phone.get_by_text("Nusantara Gadget").first.click()
    phone.locator("input[name=name]").fill(f"Nina {time.monotonic_ns()}")
    phone.get_by_role("button", name="Mulai").click()
    text, talk = phone.locator("textarea"), phone.locator(".talk > li")
    text.fill("Halo kak, <b>ready</b>?")
    phone.locator(".send").click()
    expect(talk).to_have_count(1)
    expect(talk.first).to_contain_text("Halo kak, <b>ready</b>?")
    expect(text).to_have_value("")
    text.fill("Kalau besok?")
    text.press("Enter")
    expect(talk).to_have_count(2)
    phone.get_by_label("Kirim stiker atau video").click()
    phone.get_by_role("button", name="Video contoh").click()
    expect(talk).to_have_count(3)
    assert problems == []
    context.close()
