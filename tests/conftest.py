"""The cast: an owner, a colleague of the same seller, a stranger. The network is closed."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, settings

from forstok_chat.accounts.models import Membership, Seller, User
from marketplaces.models import Shop
from tests.factories import make_shop, make_user

# A test of arbitrary programs plays the same ones each time; `--hypothesis-profile=long` looks for new ones.
COMMON: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "phases": [Phase.explicit, Phase.generate, Phase.shrink],
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}
settings.register_profile("same", derandomize=True, max_examples=20, **COMMON)
settings.register_profile("long", derandomize=False, max_examples=500, print_blob=True, **COMMON)
settings.load_profile("same")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with tests that commit go last: these leave an empty database, without what migrations had put there. With
    several processes that needs --no-loadscope-reorder, or the longest files go first."""
    committing = {item.path for item in items if commits(item)}
    items.sort(key=lambda item: item.path in committing)


def commits(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    return mark is not None and bool(mark.kwargs.get("transaction"))


@pytest.fixture
def seller(db: None) -> Seller:
    return Seller.objects.create(name="Toko Nusantara")


@pytest.fixture
def owner(seller: Seller) -> User:
    return make_user("owner@example.test", seller=seller)


@pytest.fixture
def colleague(seller: Seller) -> User:
    return make_user("colleague@example.test", seller=seller, role=Membership.Role.AGENT)


@pytest.fixture
def stranger(db: None) -> User:
    return make_user("stranger@example.test", seller=Seller.objects.create(name="Toko Lain"))


@pytest.fixture
def shop(seller: Seller) -> Shop:
    return make_shop(seller)


@pytest.fixture
def owner_client(owner: User) -> Client:
    return signed_in(owner)


@pytest.fixture
def stranger_client(stranger: User) -> Client:
    return signed_in(stranger)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine may be reached: a forgotten stub fails instead of calling a marketplace."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "localhost", "::1"}:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[Any, ...]]]:
    """The tasks that would be queued, as (name, arguments), in place of a broker."""
    from celery.app.task import Task

    queued: list[tuple[str, tuple[Any, ...]]] = []

    def apply_async(self: Task, args: Any = None, kwargs: Any = None, **options: Any) -> None:
        queued.append((self.name.rsplit(".", 1)[-1], tuple(args or ())))

    monkeypatch.setattr(Task, "apply_async", apply_async)
    return queued
