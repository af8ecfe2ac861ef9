from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import responses
import time_machine
from cryptography.fernet import Fernet
from django.db import connection
from django.utils import timezone, translation

from forstok_chat.accounts.models import Seller
from forstok_chat.redis import redis
from marketplaces.content import Tokens
from marketplaces.credentials import StoredTokens, refresh_soon_to_expire, store
from marketplaces.errors import NotAuthorized, Temporary
from marketplaces.http import Http
from marketplaces.models import App, Credential, Shop
from marketplaces.reasons import why_disconnected
from marketplaces.registry import connector_for
from tests.factories import TOKOPEDIA_KEYS, make_shop
from tests.wire import SHOPEE

REFRESH = f"{SHOPEE}/auth/access_token/get"
pytestmark = pytest.mark.django_db


def tokens_of(shop: Shop) -> StoredTokens:
    return StoredTokens(shop.app_in_use(), shop, Http())


def fresh(number: int = 2) -> dict[str, Any]:
    return {
        "error": "",
        "access_token": f"access-{number}",
        "refresh_token": f"r-{number}",
        "expire_in": 14400,
    }


def expire(shop: Shop, left: timedelta = timedelta(minutes=5)) -> None:
    Credential.objects.filter(shop=shop).update(expires_at=timezone.now() + left)


def test_tokens_that_last_are_used_as_they_are(shop: Shop, web: responses.RequestsMock) -> None:
    assert tokens_of(shop).current().access == "access-token"
    assert not web.calls


def test_tokens_near_their_end_are_refreshed_and_the_new_pair_is_stored(
    shop: Shop, web: responses.RequestsMock
) -> None:
    expire(shop)
    web.post(REFRESH, json=fresh())
    assert tokens_of(shop).current().access == "access-2"
    assert Credential.objects.get().tokens == {"access": "access-2", "refresh": "r-2"}


def test_a_refused_pair_that_another_worker_has_renewed_is_not_renewed_again(
    shop: Shop, web: responses.RequestsMock
) -> None:
    refused = Tokens("an-older-one", timezone.now())
    assert tokens_of(shop).renew(refused).access == "access-token"
    assert not web.calls


def test_a_refused_refresh_token_asks_for_activation_again(shop: Shop, web: responses.RequestsMock) -> None:
    expire(shop)
    web.post(REFRESH, json={"error": "error_auth", "message": "Invalid refresh_token."}, status=403)
    with pytest.raises(NotAuthorized):
        tokens_of(shop).current()
    refresh_soon_to_expire()
    shop.refresh_from_db()
    assert shop.state == Shop.State.DISCONNECTED


def test_one_token_speaks_for_every_tokopedia_shop(seller: Seller, web: responses.RequestsMock) -> None:
    shops = [make_shop(seller, "tokopedia", is_active=False) for _each in range(2)]
    web.post(f"{TOKOPEDIA_KEYS['auth_url']}/token", json={"access_token": "t", "expires_in": 2592000})
    assert {tokens_of(shop).current().access for shop in shops} == {"t"}
    assert len(web.calls) == 1


def in_threads(work: Callable[[], str], number: int = 2) -> list[str]:
    """What each worker returns; each has a database connection of its own."""
    results: list[str] = []

    def run() -> None:
        try:
            results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _each in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_burn_one_refresh_token(shop: Shop, web: responses.RequestsMock) -> None:
    expire(shop)
    used: list[str] = []

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        used.append(json.loads(request.body)["refresh_token"])
        threading.Event().wait(0.2)
        return 200, {}, json.dumps(fresh(len(used) + 1))

    web.add_callback(responses.POST, REFRESH, callback=answer)
    assert in_threads(lambda: tokens_of(shop).current().access, 3) == ["access-2"] * 3
    assert used == ["refresh-token"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_whose_pair_was_refused_renew_it_once(shop: Shop, web: responses.RequestsMock) -> None:
    """The second finds the new pair, although both were refused before either had renewed."""
    both_refused = threading.Barrier(2, timeout=10)

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        threading.Event().wait(0.2)
        return 200, {}, json.dumps(fresh())

    web.add_callback(responses.POST, REFRESH, callback=answer)

    def work() -> str:
        tokens = tokens_of(shop)
        refused = tokens.current()
        both_refused.wait()
        return tokens.renew(refused).access

    assert in_threads(work) == ["access-2"] * 2
    assert len(web.calls) == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_pair_is_saved_before_it_is_used(shop: Shop, web: responses.RequestsMock) -> None:
    """Else a crash during the call that uses it would lose the shop: the old refresh token is spent."""
    expire(shop)
    web.post(REFRESH, json=fresh())
    saved: list[str] = []

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        assert "access_token=access-2" in request.url
        saved.extend(in_threads(lambda: Credential.objects.get().tokens["refresh"], 1))
        return 200, {}, json.dumps({"error": "", "shop_name": "Toko Uji"})

    web.add_callback(responses.GET, f"{SHOPEE}/shop/get_shop_info", callback=answer)
    connector_for(shop).facts()
    assert saved == ["r-2"]


def test_a_refresh_without_an_answer_keeps_the_old_pair(shop: Shop, web: responses.RequestsMock) -> None:
    expire(shop)
    web.post(REFRESH, body="oops", status=502)
    refresh_soon_to_expire()
    shop.refresh_from_db()
    assert shop.is_active
    assert Credential.objects.get().tokens == {"access": "access-token", "refresh": "refresh-token"}


def test_tokens_do_until_their_end_while_the_token_host_is_away(
    shop: Shop, web: responses.RequestsMock
) -> None:
    expire(shop)
    redis().flushdb()
    web.post(REFRESH, body="oops", status=502)
    assert tokens_of(shop).current().access == "access-token"
    assert tokens_of(shop).current().access == "access-token"
    assert len(web.calls) == 1, "it is left alone for a while"
    expire(shop, -timedelta(minutes=1))
    with pytest.raises(Temporary):
        tokens_of(shop).current()


def test_a_refresh_token_of_31_days_asks_to_reconnect(shop: Shop, web: responses.RequestsMock) -> None:
    told = {"error": "refresh_token_expired", "message": "The refresh token is over.", "request_id": "r"}
    web.post(REFRESH, json=told, status=403)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        refresh_soon_to_expire()
    shop.refresh_from_db()
    assert shop.state == Shop.State.DISCONNECTED
    with translation.override("en"):
        assert "Activate chat again" in why_disconnected(shop)


def test_secrets_are_encrypted_and_older_keys_still_open_them(shop: Shop, settings: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT keys FROM marketplaces_app")
        assert "made-up-partner-key" not in cursor.fetchone()[0]
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    assert App.objects.get().keys["partner_key"] == "shpk-made-up-partner-key"
    store(shop.app_in_use(), shop, Tokens("new", timezone.now()))
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert Credential.objects.get().tokens["access"] == "new"


def test_tokens_do_not_show_themselves(shop: Shop) -> None:
    assert "access-token" not in repr(tokens_of(shop).current())
