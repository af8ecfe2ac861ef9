from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from forstok_chat.accounts.models import Seller
from marketplaces import registry, throttle
from marketplaces.models import Shop
from tests.conversations.mall import Mall, make_mall_shop
from tests.permits import free_permits


@pytest.fixture
def mall(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Mall]]:
    monkeypatch.setitem(registry.CONNECTORS, "mall", f"{Mall.__module__}.Mall")
    monkeypatch.setattr(Mall, "world", {})
    monkeypatch.setattr(Mall, "asked", [])
    yield Mall
    registry.connector_class.cache_clear()


@pytest.fixture
def mall_shop(seller: Seller, mall: type[Mall]) -> Shop:
    return make_mall_shop(seller)


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    """What the marketplaces answer."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def permits(monkeypatch: pytest.MonkeyPatch) -> None:
    """No call waits for one, and none stops the others."""
    free_permits(monkeypatch)
    monkeypatch.setattr(throttle, "pause", lambda *call: None)
