"""Two agents and their supervisor, each in a browser of their own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, expect

from forstok_chat.launch.supervisor import Stack
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import BUYER, TOKOPEDIA, open_chat, open_shop, sign_in


class Team(NamedTuple):
    dimas: Page
    putri: Page
    bayu: Page  # their supervisor


def browser_of(browser: Browser, stack: Stack, email: str, **args: Any) -> Page:
    context = browser.new_context(**args)
    context.set_default_timeout(15_000)
    page = context.new_page()
    sign_in(page, stack, email)
    return page


@contextmanager
def gathered(browser: Browser, stack: Stack, args: dict[str, Any]) -> Iterator[Team]:
    """All three in the list of the shop, which is active."""
    emails = ("agent@demo.test", "agent2@demo.test", "supervisor@demo.test")
    people = Team(*(browser_of(browser, stack, email, **args) for email in emails))
    open_shop(people.bayu, stack, TOKOPEDIA[2])
    if people.bayu.get_by_role("button", name="Aktifkan chat").count():
        people.bayu.get_by_role("button", name="Aktifkan chat").click()
    expect(people.bayu.locator("#rows > li.row").nth(14)).to_be_visible(timeout=60_000)
    for page in (people.dimas, people.putri):
        open_shop(page, stack, TOKOPEDIA[2])
    yield people
    for page in people:
        page.context.close()


def look_at_the_buyer(team: Team, sandbox: Sandbox) -> Team:
    """All three look at the chat of the buyer, who has just written; the marks that a reload would take away."""
    text = f"Halo, ini {time.monotonic_ns()}"
    sandbox.says(TOKOPEDIA[0], TOKOPEDIA[1], BUYER, text)
    for page in team:
        open_chat(page, text)
        page.evaluate("document.documentElement.dataset.same = 'yes'")
    return team


def expect_no_reload(team: Team) -> None:
    for page in team:
        assert page.evaluate("document.documentElement.dataset.same") == "yes"
