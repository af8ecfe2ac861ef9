from __future__ import annotations

from collections.abc import Iterator

import pytest

from forstok_chat.accounts.models import Seller
from marketplaces import registry
from marketplaces.models import Shop
from tests.conversations.mall import Mall, make_mall_shop


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
