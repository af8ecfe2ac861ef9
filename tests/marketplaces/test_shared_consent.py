"""One consent that speaks for several shops: one pair of tokens, refreshed once, reused for a later activation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forstok_chat.accounts.models import Seller, User
from marketplaces import activation, grants, registry
from marketplaces.connector import Connector
from marketplaces.content import Grant, ShopFacts, Tokens
from marketplaces.credentials import StoredTokens, owned_by, store
from marketplaces.errors import NotAuthorized
from marketplaces.http import Http
from marketplaces.models import Activation, App, Credential, Shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]

ENDS = datetime(2030, 1, 1, tzinfo=UTC)
CONSENT_ENDS = datetime(2031, 1, 1, tzinfo=UTC)


class Mall(Connector):
    """A marketplace whose sellers consent once for all their shops. What it answers is set by the test."""

    slug = "mall"
    name = "Mall"
    key_fields = ()
    reuses_consent = True
    refused: set[str] = set()
    refreshed = 0

    @classmethod
    def consent_url(cls, keys: Mapping[str, str], callback_url: str, state: str) -> str:
        return f"https://mall.example.test/consent?state={state}"

    @classmethod
    def exchange(cls, keys: Mapping[str, str], callback: Mapping[str, str], http: Http) -> Grant:
        tokens = Tokens("a-1", ENDS, "r-1", owner="open-1", authorized_until=CONSENT_ENDS)
        return Grant(tokens, ("1", "2"), {"1": "cipher-1", "2": "cipher-2"})

    @classmethod
    def refresh(cls, keys: Mapping[str, str], shop: str, tokens: Tokens | None, http: Http) -> Tokens:
        assert tokens is not None
        cls.refreshed += 1
        assert tokens.refresh == f"r-{cls.refreshed}"
        number = cls.refreshed + 1
        return Tokens(f"a-{number}", ENDS, f"r-{number}", owner="open-1")

    def facts(self) -> ShopFacts:
        tokens = self.tokens.current()
        if self.shop in self.refused:
            raise NotAuthorized("gone")
        assert tokens.shop_key == f"cipher-{self.shop}"
        return ShopFacts(self.shop, f"Toko {self.shop}")


@pytest.fixture(autouse=True)
def mall(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Mall]]:
    monkeypatch.setitem(registry.CONNECTORS, "mall", f"{__name__}.Mall")
    monkeypatch.setattr(Mall, "refused", set())
    monkeypatch.setattr(Mall, "refreshed", 0)
    yield Mall
    registry.connector_class.cache_clear()


@pytest.fixture
def app() -> App:
    return App.objects.create(marketplace="mall", seller=None, keys={"api_url": "https://mall.example.test"})


@pytest.fixture
def shops(seller: Seller, app: App) -> list[Shop]:
    return [
        Shop.objects.create(seller=seller, marketplace="mall", remote_id=number, name=f"Toko {number}")
        for number in ("1", "2")
    ]


def consent(client: Client, shop: Shop, *picked: str) -> None:
    """Off to the marketplace, back to the registered address, and the choice among the shops."""
    begun = client.post(f"/shops/{shop.pk}/activation/")
    state = begun["Location"].rpartition("state=")[2]
    page = client.get("/shops/activation/callback/", {"code": "c", "state": state})
    client.post(page["Location"], {"shops": picked})


def state_of(shop: Shop) -> str:
    return Shop.objects.get(pk=shop.pk).state


def test_each_picked_shop_keeps_the_pair_with_its_own_key(owner_client: Client, shops: list[Shop]) -> None:
    consent(owner_client, shops[0], "1", "2")
    rows = Credential.objects.order_by("shop__remote_id")
    assert [(row.owner, row.tokens["access"], row.tokens["shop_key"]) for row in rows] == [
        ("open-1", "a-1", "cipher-1"),
        ("open-1", "a-1", "cipher-2"),
    ]
    assert {state_of(shop) for shop in shops} == {Shop.State.ACTIVE}
    assert {row.shop.authorized_until for row in rows if row.shop} == {CONSENT_ENDS}


def test_a_shop_of_the_consent_that_was_not_picked_is_one_click_later(
    owner_client: Client, shops: list[Shop]
) -> None:
    consent(owner_client, shops[0], "1")
    assert state_of(shops[1]) == Shop.State.INACTIVE
    clicked = owner_client.post(f"/shops/{shops[1].pk}/activation/")
    assert clicked["Location"] == f"/chat/?shop={shops[1].pk}"
    assert state_of(shops[1]) == Shop.State.ACTIVE
    assert Shop.objects.get(pk=shops[1].pk).authorized_until == CONSENT_ENDS


def test_a_chat_that_was_switched_off_comes_back_by_one_click(
    owner_client: Client, shops: list[Shop]
) -> None:
    consent(owner_client, shops[0], "1")
    owner_client.post(f"/shops/{shops[0].pk}/deactivation/")
    assert state_of(shops[0]) == Shop.State.INACTIVE
    owner_client.post(f"/shops/{shops[0].pk}/activation/")
    assert state_of(shops[0]) == Shop.State.ACTIVE


def test_a_consent_that_ended_leads_to_the_marketplace_again(
    owner_client: Client, shops: list[Shop], mall: type[Mall]
) -> None:
    consent(owner_client, shops[0], "1")
    mall.refused = {"2"}
    clicked = owner_client.post(f"/shops/{shops[1].pk}/activation/")
    assert clicked["Location"].startswith("https://mall.example.test/consent?state=")
    assert state_of(shops[1]) == Shop.State.INACTIVE


def test_a_state_that_is_none_or_somebody_elses_is_a_404(
    owner_client: Client, stranger_client: Client, shops: list[Shop]
) -> None:
    begun = owner_client.post(f"/shops/{shops[0].pk}/activation/")
    state = begun["Location"].rpartition("state=")[2]
    callback = "/shops/activation/callback/"
    assert stranger_client.get(callback, {"code": "c", "state": state}).status_code == 404
    assert owner_client.get(callback, {"code": "c", "state": "nonsense"}).status_code == 404
    assert owner_client.get(callback, {"code": "c"}).status_code == 404


def test_shops_of_one_owner_are_refreshed_together_and_once(
    owner_client: Client, shops: list[Shop], app: App, mall: type[Mall]
) -> None:
    consent(owner_client, shops[0], "1", "2")
    Credential.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    tokens = [StoredTokens(app, shop, Http()).current() for shop in shops]
    assert [(each.access, each.shop_key) for each in tokens] == [("a-2", "cipher-1"), ("a-2", "cipher-2")]
    assert mall.refreshed == 1


def test_a_new_consent_of_the_owner_replaces_the_pair_of_all_their_shops(shops: list[Shop], app: App) -> None:
    for shop in shops:
        store(app, shop, Tokens("old", ENDS, "old", owner="open-1", shop_key=f"cipher-{shop.remote_id}"))
    stranger = Shop.objects.create(seller=shops[0].seller, marketplace="mall", remote_id="9", name="Lain")
    store(app, stranger, Tokens("theirs", ENDS, "theirs", owner="open-9", shop_key="cipher-9"))
    store(app, shops[0], Tokens("new", ENDS, "new", owner="open-1", shop_key="cipher-1"))
    assert {row.tokens["access"] for row in owned_by(app, "open-1")} == {"new"}
    assert owned_by(app, "open-9").get().tokens["access"] == "theirs"


def test_a_choice_that_waits_keeps_all_that_the_consent_told(
    owner: User, shops: list[Shop], settings: Any
) -> None:
    attempt = Activation.objects.create(shop=shops[0], user=owner, finished_at=timezone.now())
    grant = Mall.exchange({}, {}, Http())
    grants.keep(attempt, grant)
    assert grants.kept(attempt) == grant
    assert activation.to_pick(attempt)[1] == 0
