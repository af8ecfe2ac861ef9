"""The real stack for the browser: web, workers, beat and sandbox as processes, on the tests' own servers."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from forstok_chat.embedded import DataDir
from forstok_chat.launch.supervisor import Stack
from tests.boot import numbered
from tests.e2e.sandbox import Sandbox
from tests.e2e.steps import sign_in

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
HELP = "no Chromium: the browser tests did not run. As root: apt-get install chromium (or set CHROMIUM)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        for item in items:
            if "e2e" in Path(str(item.fspath)).parts:
                item.add_marker(pytest.mark.skip(reason=HELP))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    quiet = ["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": quiet}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "id-ID", "viewport": {"width": 1440, "height": 900}}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("stack"), database="e2e", redis_number=5) as stack:
        yield stack


@contextmanager
def running(folder: Path, *, database: str, redis_number: int) -> Iterator[Stack]:
    """Everything running, with a database and a Redis number of its own."""
    data = DataDir(folder)
    assert data.acquire()
    given = dict(os.environ) | {
        "DATABASE_URL": fresh_database(os.environ["DATABASE_URL"], database),
        "REDIS_URL": numbered(os.environ["REDIS_URL"], redis_number),
        "PORT": str(free_port()),
        "SANDBOX_PORT": str(free_port()),
        "DEBUG": "true",
    }
    for theirs in ("PUBLIC_URL", "STATIC_ROOT", "ALLOWED_HOSTS"):
        given.pop(theirs, None)
    stack = Stack(data, given)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
        data.release()


@pytest.fixture(scope="module")
def context(browser: Browser, browser_context_args: dict[str, object]) -> Iterator[BrowserContext]:
    context = browser.new_context(**browser_context_args)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture(scope="module")
def page(context: BrowserContext, stack: Stack) -> Page:
    """The owner's browser, signed in, as one goes on to use it."""
    page = context.new_page()
    sign_in(page, stack)
    return page


@pytest.fixture
def sandbox(stack: Stack) -> Sandbox:
    return Sandbox(stack.sandbox_url)


def fresh_database(url: str, name: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    head, _, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
