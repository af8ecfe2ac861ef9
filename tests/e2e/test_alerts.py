"""Notifications in a real browser: the service worker shows one for all, and none while the chat is in sight."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.steps import sign_in

SHOWN = """async () => {
    const worker = await navigator.serviceWorker.ready;
    return (await worker.getNotifications()).map(({ title, body, tag }) => [title, body, tag]);
}"""


@pytest.fixture
def context(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="id-ID")
    context.grant_permissions(["notifications"], origin=stack.url)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, stack: Stack) -> Page:
    page = context.new_page()
    sign_in(page, stack)
    page.goto(f"{stack.url}/chat/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def registration(page: Page, cdp: CDPSession, stack: Stack) -> str:
    """The id by which the browser's own tools know our service worker."""
    found: list[str] = []
    cdp.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(
            each["registrationId"]
            for each in event["registrations"]
            if each["scopeURL"].startswith(stack.url)
        ),
    )
    cdp.send("ServiceWorker.enable")
    deadline = time.monotonic() + 10
    while not found:
        assert time.monotonic() < deadline, "the browser has no service worker of ours"
        page.wait_for_timeout(50)
    return found[-1]


def push(page: Page, stack: Stack, title: str) -> None:
    """As the push service of the browser's maker would deliver it."""
    cdp = page.context.new_cdp_session(page)
    told = json.dumps({"title": title, "body": "masih ada?", "url": "/chat/"})
    cdp.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": stack.url, "registrationId": registration(page, cdp, stack), "data": told},
    )
    page.wait_for_timeout(500)


def test_pushes_are_one_notification_and_none_while_the_chat_is_in_sight(page: Page, stack: Stack) -> None:
    push(page, stack, "Rina")
    assert page.evaluate(SHOWN) == []
    page.goto("about:blank")
    push(page, stack, "Rina")
    push(page, stack, "2 chat punya pesan baru")
    page.goto(f"{stack.url}/chat/")
    assert page.evaluate(SHOWN) == [["2 chat punya pesan baru", "masih ada?", "chats"]]


def test_the_page_offers_to_switch_this_browser_on_and_keeps_what_was_chosen(
    page: Page, stack: Stack
) -> None:
    page.goto(f"{stack.url}/account/notifications/")
    page.get_by_label("Hanya chat yang saya layani").check()
    page.get_by_label("Tenang dari").fill("22:00")
    page.get_by_label("sampai").fill("07:00")
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator("#messages")).to_contain_text("Pilihan Anda sudah disimpan")
    expect(page.get_by_label("Tenang dari")).to_have_value("22:00")
    page.get_by_role("button", name="Izinkan notifikasi di browser ini").click()
    expect(page.locator("#messages")).to_contain_text("selama ada tab chat yang terbuka")
