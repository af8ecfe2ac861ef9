"""Shopee: the login page, the first tokens, their refresh, and what the shop says of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses
import time_machine

from marketplaces.connectors.shopee import auth
from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.content import Tokens
from marketplaces.errors import MarketplaceError, NotAuthorized, RateLimited, Rejected, Temporary, Uncertain
from marketplaces.http import Http
from tests.marketplaces.shopee import (
    API,
    GET_TOKEN,
    KEYS,
    REFRESH,
    SHOP,
    SHOP_INFO,
    body_of,
    connector,
    fixture,
    query_of,
    refusal,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAIR = Tokens("old-access", NOW, refresh="old-refresh")
VECTORS = fixture("signing_vectors")


def exchange(callback: dict[str, str]) -> Any:
    return ShopeeConnector.exchange(KEYS, callback, Http())


def refresh() -> Tokens:
    return ShopeeConnector.refresh(KEYS, SHOP, PAIR, Http())


# Signing


@pytest.mark.parametrize("vector", VECTORS["requests"], ids=lambda vector: vector["kind"])
def test_it_signs_as_the_vectors_say(vector: dict[str, str]) -> None:
    assert auth.sign(VECTORS["partner_key"], vector["base_string"]) == vector["sign"]


@time_machine.travel(datetime.fromtimestamp(VECTORS["timestamp"], UTC), tick=False)
def test_a_public_query_and_a_shop_query_are_signed_over_their_parts() -> None:
    keys = KEYS | {"partner_id": str(VECTORS["partner_id"]), "partner_key": VECTORS["partner_key"]}
    public, _link, shop, _merchant = VECTORS["requests"]
    token, path = "7a71c2f0a94e4d1b8c35e6f7d2b90a16", "/api/v2/sellerchat/get_conversation_list"
    assert auth.public_query(keys, auth.GET_TOKEN)["sign"] == public["sign"]
    assert auth.shop_query(keys, path, token, SHOP)["sign"] == shop["sign"]


# The login page


@time_machine.travel(NOW, tick=False)
def test_the_consent_link_is_signed_and_carries_our_callback_quoted() -> None:
    callback = "https://chat.example.test/shops/callback/?state=a b&c=ü"
    url = ShopeeConnector.consent_url(KEYS, callback, "s")
    timestamp = int(NOW.timestamp())
    assert url.startswith(f"{API}/api/v2/shop/auth_partner?")
    assert "state%3Da+b%26c%3D%C3%BC" in url
    assert dict(parse_qsl(urlsplit(url).query)) == {
        "partner_id": "2000002",
        "timestamp": str(timestamp),
        "sign": auth.sign(KEYS["partner_key"], "2000002", "/api/v2/shop/auth_partner", timestamp),
        "redirect": callback,
    }


@time_machine.travel(NOW, tick=False)
def test_a_path_in_front_of_the_address_is_not_signed() -> None:
    plain = ShopeeConnector.consent_url(KEYS, "https://x.test/", "s")
    prefixed = ShopeeConnector.consent_url(
        KEYS | {"api_url": "http://127.0.0.1:8001/shopee/"}, "https://x.test/", "s"
    )
    assert prefixed.startswith("http://127.0.0.1:8001/shopee/api/v2/shop/auth_partner?")
    assert urlsplit(prefixed).query == urlsplit(plain).query


# The first tokens


@time_machine.travel(NOW, tick=False)
def test_a_shop_login_gives_one_pair_that_lives_four_hours_whatever_shopee_prints(
    web: responses.RequestsMock,
) -> None:
    web.post(GET_TOKEN, json=fixture("auth_token_get_response") | {"shop_id_list": None})
    grant = exchange({"code": "c1", "shop_id": SHOP})
    assert grant.shops == (SHOP,)
    assert grant.tokens.access == fixture("auth_token_get_response")["access_token"]
    assert grant.tokens.refresh == fixture("auth_token_get_response")["refresh_token"]
    assert grant.tokens.expires_at == NOW + timedelta(hours=4)
    assert body_of(web.calls[0]) == {"code": "c1", "shop_id": int(SHOP), "partner_id": 2000002}
    assert query_of(web.calls[0])["sign"] == auth.sign(
        KEYS["partner_key"], "2000002", "/api/v2/auth/token/get", int(NOW.timestamp())
    )


def test_a_main_account_login_opens_all_its_shops(web: responses.RequestsMock) -> None:
    web.post(GET_TOKEN, json=fixture("auth_token_get_response"))
    grant = exchange({"code": "c1", "main_account_id": "55"})
    assert grant.shops == tuple(map(str, fixture("auth_token_get_response")["shop_id_list"]))
    assert body_of(web.calls[0]) == {"code": "c1", "main_account_id": 55, "partner_id": 2000002}


@pytest.mark.parametrize("life", [None, "soon", 0, -5])
@time_machine.travel(NOW, tick=False)
def test_an_odd_lifetime_counts_as_four_hours(web: responses.RequestsMock, life: Any) -> None:
    web.post(GET_TOKEN, json=fixture("auth_token_get_response") | {"expire_in": life})
    assert exchange({"code": "c1", "shop_id": SHOP}).tokens.expires_at == NOW + timedelta(hours=4)


@pytest.mark.parametrize("callback", [{}, {"shop_id": SHOP}, {"code": "", "shop_id": SHOP}])
def test_coming_back_without_a_code_is_a_denied_consent(callback: dict[str, str]) -> None:
    with pytest.raises(Rejected) as caught:
        exchange(callback)
    assert caught.value.code == "consent_denied"


@pytest.mark.parametrize(
    "callback", [{"code": "c"}, {"code": "c", "shop_id": "x"}, {"code": "c", "shop_id": "²"}]
)
def test_coming_back_without_a_shop_asks_nothing(callback: dict[str, str]) -> None:
    with pytest.raises(Rejected) as caught:
        exchange(callback)
    assert caught.value.code == "invalid_shop_id"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("error_auth", Rejected),
        ("invalid_code", Rejected),
        ("invalid_main_acount_id", Rejected),
        ("invalid_shop_id", Rejected),
        ("error_param", Rejected),
        ("error_data", Uncertain),
        ("error_network", Uncertain),
        ("error_server", Uncertain),
        ("system_busy", Temporary),
    ],
)
def test_a_refused_exchange(web: responses.RequestsMock, code: str, error: type[MarketplaceError]) -> None:
    web.post(GET_TOKEN, json=refusal(code), status=403)
    with pytest.raises(MarketplaceError) as caught:
        exchange({"code": "c1", "shop_id": SHOP})
    assert (type(caught.value), caught.value.code) == (error, code)


def test_an_invalid_code_is_told_in_shopees_words(web: responses.RequestsMock) -> None:
    web.post(GET_TOKEN, json=fixture("error_auth_invalid_code"), status=403)
    with pytest.raises(Rejected, match="error_auth · Invalid code · request 1c86"):
        exchange({"code": "c1", "shop_id": SHOP})


def test_an_answer_without_tokens_is_no_grant(web: responses.RequestsMock) -> None:
    web.post(GET_TOKEN, json={"error": "", "access_token": "only-one"})
    with pytest.raises(Temporary, match="no tokens"):
        exchange({"code": "c1", "shop_id": SHOP})


# Their refresh


@time_machine.travel(NOW, tick=False)
def test_refreshing_gives_a_new_pair(web: responses.RequestsMock) -> None:
    web.post(REFRESH, json=fixture("auth_token_refresh_response"))
    tokens = refresh()
    assert tokens.access == fixture("auth_token_refresh_response")["access_token"]
    assert tokens.refresh == fixture("auth_token_refresh_response")["refresh_token"]
    assert tokens.expires_at == NOW + timedelta(seconds=14400)
    assert body_of(web.calls[0]) == {
        "refresh_token": "old-refresh",
        "shop_id": int(SHOP),
        "partner_id": 2000002,
    }


@pytest.mark.parametrize(
    "code",
    [
        "error_auth",
        "error_shop_refresh_token",
        "refresh_token_expired",
        "shop_access_expired",
        "shop_no_linked",
        "shop_banned",
        "merchant_access_expired",
        "merchant_no_linked",
        "error_merchant_refresh_token",
    ],
)
def test_only_a_new_consent_helps(web: responses.RequestsMock, code: str) -> None:
    web.post(REFRESH, json=refusal(code), status=403)
    with pytest.raises(NotAuthorized):
        refresh()


def test_a_spent_refresh_token_needs_a_new_consent(web: responses.RequestsMock) -> None:
    web.post(REFRESH, json=fixture("error_auth_invalid_refresh_token"))
    with pytest.raises(NotAuthorized, match="Invalid refresh_token"):
        refresh()


@pytest.mark.parametrize(
    "code", ["error_server", "error_network", "error_param", "error_sign", "brand_new_code"]
)
def test_any_other_refusal_keeps_the_old_pair(web: responses.RequestsMock, code: str) -> None:
    web.post(REFRESH, json=refusal(code, "request not from gateway"), status=400)
    with pytest.raises(Temporary) as caught:
        refresh()
    assert caught.value.code == code


def test_too_many_refreshes_wait(web: responses.RequestsMock) -> None:
    web.post(REFRESH, json=fixture("error_rate_limit"), status=429)
    with pytest.raises(RateLimited):
        refresh()


@pytest.mark.parametrize("pair", [None, Tokens("access", NOW)])
def test_without_a_refresh_token_there_is_nothing_to_refresh(pair: Tokens | None) -> None:
    with pytest.raises(NotAuthorized):
        ShopeeConnector.refresh(KEYS, SHOP, pair, Http())


# The shop


def test_the_shop_says_its_name_and_until_when_we_may_speak_for_it(web: responses.RequestsMock) -> None:
    web.get(SHOP_INFO, json=fixture("shop_get_shop_info_response"))
    facts = connector().facts()
    assert (facts.remote_id, facts.name) == (SHOP, "Warung Senja")
    assert facts.authorized_until == datetime.fromtimestamp(1773503999, UTC)


def test_an_authorization_without_an_end_has_none(web: responses.RequestsMock) -> None:
    web.get(SHOP_INFO, json={"error": "-", "shop_name": None, "expire_time": 0})
    facts = connector().facts()
    assert (facts.name, facts.authorized_until) == ("", None)
