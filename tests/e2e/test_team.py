"""A new colleague, from the owner's invitation to the first look into the chat of the one chosen shop."""

from __future__ import annotations

import email
import email.policy
import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from forstok_chat.launch.supervisor import Stack

ADDRESS = f"dewi{time.time_ns()}@demo.test"
SHOP, OTHER_SHOP = "Nusantara Gadget", "Nusantara Fashion"


@pytest.fixture
def newcomer(browser: Browser, browser_context_args: dict[str, object]) -> Iterator[Page]:
    """Somebody else's browser."""
    context = browser.new_context(**browser_context_args)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def link_for(stack: Stack, address: str) -> str:
    """The link in the newest mail to this address."""
    mails = sorted(stack.data.mails.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in mails:
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        if mail["To"] == address:
            found = re.search(rf"{re.escape(stack.url)}/\S+", mail.get_content())
            assert found is not None
            return found[0]
    raise AssertionError(f"no mail to {address}")


def test_an_invited_colleague_sees_only_the_chosen_shop_until_the_access_ends(
    page: Page, newcomer: Page, stack: Stack
) -> None:
    page.locator(".account").click()
    page.locator("#account-menu").get_by_role("link", name="Tim").click()
    page.get_by_role("link", name="Undang", exact=True).click()
    page.get_by_label("Alamat email").fill(ADDRESS)
    page.get_by_label("Hanya toko yang dipilih").check()
    page.get_by_label(SHOP).check()
    page.get_by_role("button", name="Kirim undangan").click()
    expect(page.locator(".member", has_text=ADDRESS)).to_contain_text(SHOP)

    newcomer.goto(link_for(stack, ADDRESS))
    newcomer.locator("input[name=name]").fill("Dewi Anggraini")
    for field in ("password1", "password2"):
        newcomer.locator(f"input[name={field}]").fill("pasar-malam-82")
    newcomer.get_by_role("button", name="Gabung").click()
    newcomer.wait_for_url(f"{stack.url}/")
    newcomer.goto(f"{stack.url}/chat/")
    expect(newcomer.locator("#rail")).to_contain_text(SHOP)
    expect(newcomer.locator("#rail")).not_to_contain_text(OTHER_SHOP)

    page.goto(f"{stack.url}/team/")
    page.locator("a.member", has_text=ADDRESS).click()
    page.locator("summary", has_text="Akhiri akses").click()
    page.get_by_role("button", name="Akhiri akses").click()
    expect(page.locator(".member", has_text=ADDRESS)).to_contain_text("Tanpa akses")
    # The open chat is told by its own stream, without anybody touching it.
    expect(newcomer.locator("#signed-out")).to_contain_text("Anda sudah keluar", timeout=30_000)
