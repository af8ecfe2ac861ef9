from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
import responses
from cryptography.fernet import Fernet
from django.db import connection
from django.utils import timezone

from forstok_chat.accounts.models import Seller
from marketplaces.content import Tokens
from marketplaces.credentials import StoredTokens, refresh_soon_to_expire, store
from marketplaces.errors import NotAuthorized
from marketplaces.http import Http
from marketplaces.models import App, Credential, Shop
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


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_burn_one_refresh_token(shop: Shop, web: responses.RequestsMock) -> None:
    expire(shop)
    used: list[str] = []

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        used.append(json.loads(request.body)["refresh_token"])
        threading.Event().wait(0.2)
        return 200, {}, json.dumps(fresh(len(used) + 1))

    web.add_callback(responses.POST, REFRESH, callback=answer)
    seen: list[str] = []

    def work() -> None:
        try:
            seen.append(tokens_of(shop).current().access)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _each in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert used == ["refresh-token"]
    assert seen == ["access-2"] * 3


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
