"""Pytest plugin: servers and settings for the tests, there before pytest-django reads the settings.

Given DATABASE_URL and REDIS_URL are used. Otherwise a private pair starts in `.data-test/<number>`, one number
per test run at the same time; it forgets on a power cut and is fast for it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import count

import pytest
from cryptography.fernet import Fernet

from forstok_chat.embedded import DataDir, Postgres, StartError, Valkey, missing_servers
from forstok_chat.embedded.datadir import default_directory

DEFAULTS = {
    "DEBUG": "false",
    "SECRET_KEY": "only for tests",
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "PUBLIC_URL": "http://testserver",
    "ENV_FILE": os.devnull,  # a developer's own .env is not for the tests
    # Playwright keeps an event loop in the main thread; without this Django refuses the database there.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}
# A developer's own values must not change what the tests see.
FOREIGN = ("SHOPEE_", "TOKOPEDIA_", "TIKTOK_SHOP_", "LAZADA_", "LANGUAGE_CODE", "TIME_ZONE", "CELERY_")

# Redis databases of parallel workers, beside those of whole stacks (tests/e2e).
FIRST_NUMBER = 8

_running: list[Postgres | Valkey] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """A wrapper, because it runs before every plain hook, pytest-django's among them."""
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # one of several, on the servers of the one above it
        os.environ["REDIS_URL"] = numbered(os.environ["REDIS_URL"], FIRST_NUMBER + int(worker[2:]))
        return (yield)
    os.environ.update(DEFAULTS)
    try:
        data = free_directory()
        for server in missing_servers(os.environ, data, durable=False):
            start(server, data)
            _running.append(server)
            os.environ[server.variable] = server.url
    except StartError as error:
        raise pytest.UsageError(str(error)) from None
    return (yield)


def numbered(redis_url: str, number: int) -> str:
    """The same server, another database of it."""
    if redis_url.startswith("unix:"):
        return f"{redis_url.partition('?')[0]}?db={number}"
    return f"{redis_url.rpartition('/')[0]}/{number}"


def pytest_unconfigure() -> None:
    while _running:
        _running.pop().stop()


def free_directory() -> DataDir:
    for number in count():
        data = DataDir(default_directory(".data-test") / str(number))
        if data.acquire():
            return data
    raise AssertionError("unreachable")


def start(server: Postgres | Valkey, data: DataDir) -> None:
    """Test data is worth nothing, so what does not start is made again."""
    try:
        server.start()
    except StartError:
        shutil.rmtree(data.postgres, ignore_errors=True)
        server.start()
