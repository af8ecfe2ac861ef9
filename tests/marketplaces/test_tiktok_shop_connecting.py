"""TikTok Shop: a consent gives tokens and shops, tokens are refreshed, and a shop proves that its chat is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import responses
import time_machine

from marketplaces.connectors.tiktok_shop.connector import TikTokShopConnector
from marketplaces.content import FileAccess, Grant, Tokens
from marketplaces.errors import NotAuthorized, RateLimited, Rejected, Temporary, Uncertain
from marketplaces.http import Http
from tests.marketplaces.tiktok_shop import (
    CIPHER,
    CONVERSATIONS,
    GET_TOKEN,
    KEYS,
    MESSAGES,
    REFRESH,
    ROOM,
    SEND,
    SHOP,
    SHOPS,
    ShopTokens,
    answer,
    body,
    connector,
    query_of,
    refusal,
    sent_tokens,
)
from tests.marketplaces.tokens import FixedTokens

OWNER = "7302192061349972391"
TOLD = body("auth_token_get_response")["data"]
OLD = Tokens(
    "old-access", datetime(2026, 1, 1, tzinfo=UTC), refresh="old-refresh", owner=OWNER, shop_key=CIPHER
)


def exchange(**callback: str) -> Grant:
    return TikTokShopConnector.exchange(KEYS, callback or {"code": "the-code", "state": "s"}, Http())


def refresh(tokens: Tokens | None = OLD) -> Tokens:
    return TikTokShopConnector.refresh(KEYS, SHOP, tokens, Http())


def accept_code(web: responses.RequestsMock, **told: Any) -> None:
    web.get(GET_TOKEN, json=answer(TOLD | told))
    web.get(SHOPS, json=body("authorized_shops_response"))


# The consent


def test_a_code_is_exchanged_for_tokens_and_for_the_shops_that_they_open(web: responses.RequestsMock) -> None:
    accept_code(web)
    grant = exchange()
    assert grant == Grant(
        Tokens(
            access=TOLD["access_token"],
            refresh=TOLD["refresh_token"],
            expires_at=datetime.fromtimestamp(TOLD["access_token_expire_in"], UTC),
            owner=OWNER,
            authorized_until=datetime.fromtimestamp(TOLD["refresh_token_expire_in"], UTC),
        ),
        shops=(SHOP,),
        shop_keys={SHOP: CIPHER},
    )
    assert query_of(web.calls[0]) == {
        "app_key": KEYS["app_key"],
        "app_secret": KEYS["app_secret"],
        "auth_code": "the-code",
        "grant_type": "authorized_code",
    }
    assert sent_tokens(web) == [None, TOLD["access_token"]]
    assert "shop_cipher" not in query_of(web.calls[1])


def test_a_seller_without_a_code_did_not_agree(web: responses.RequestsMock) -> None:
    with pytest.raises(Rejected) as caught:
        exchange(state="s")
    assert caught.value.code == "consent_denied"
    assert not web.calls


def test_several_shops_come_with_their_own_ciphers(web: responses.RequestsMock) -> None:
    web.get(GET_TOKEN, json=answer(TOLD))
    rows = [{"id": "1", "cipher": "one"}, {"id": 2, "cipher": "two"}, {"id": "3"}, {"cipher": "none"}, "odd"]
    web.get(SHOPS, json=answer({"shops": rows}))
    grant = exchange()
    assert (grant.shops, grant.shop_keys) == (("1", "2", "3"), {"1": "one", "2": "two"})


def test_a_creators_login_is_no_sellers(web: responses.RequestsMock) -> None:
    accept_code(web, user_type=1)
    with pytest.raises(Rejected) as caught:
        exchange()
    assert caught.value.code == "not_a_seller"


def test_a_consent_without_the_chat_is_refused_where_it_tells_so(web: responses.RequestsMock) -> None:
    accept_code(web, granted_scopes=["seller.authorization.info", "seller.order.info"])
    with pytest.raises(Rejected) as caught:
        exchange()
    assert caught.value.code == "no_chat_scope"


@pytest.mark.parametrize(
    "told",
    [
        {"granted_scopes": ["seller.customer_service"]},
        {"granted_scopes": []},
        {"granted_scopes": None},
        {"user_type": None},
    ],
)
def test_a_consent_that_tells_less_is_taken_as_it_is(
    web: responses.RequestsMock, told: dict[str, Any]
) -> None:
    accept_code(web, **told)
    assert exchange().shops == (SHOP,)


@pytest.mark.parametrize("code", [36004004, 105002, 105005, 36004005])
def test_a_refused_code_is_rejected_in_their_words(web: responses.RequestsMock, code: int) -> None:
    web.get(GET_TOKEN, json=refusal(code, "the code is no good"))
    with pytest.raises(Rejected) as caught:
        exchange()
    assert (caught.value.code, caught.value.detail) == (str(code), "the code is no good")
    assert len(web.calls) == 1


def test_a_lost_answer_to_a_code_is_uncertain(web: responses.RequestsMock) -> None:
    web.get(GET_TOKEN, body=requests.ReadTimeout("read timed out"))
    with pytest.raises(Uncertain):
        exchange()


def test_a_consent_whose_shops_may_not_be_asked_for_is_rejected(web: responses.RequestsMock) -> None:
    web.get(GET_TOKEN, json=answer(TOLD))
    web.get(SHOPS, json=refusal(105005), status=401)
    with pytest.raises(Rejected) as caught:
        exchange()
    assert caught.value.code == "105005"


@pytest.mark.parametrize("data", [None, {}, {"shops": None}, {"shops": {}}])
def test_an_answer_without_a_list_of_shops_is_not_none(web: responses.RequestsMock, data: Any) -> None:
    web.get(GET_TOKEN, json=answer(TOLD))
    web.get(SHOPS, json=answer(data))
    with pytest.raises(Temporary):
        exchange()


@pytest.mark.parametrize("missing", ["access_token", "refresh_token"])
def test_an_answer_without_both_tokens_is_no_pair(web: responses.RequestsMock, missing: str) -> None:
    web.get(GET_TOKEN, json=answer({**TOLD, missing: ""}))
    with pytest.raises(Temporary):
        exchange()


@time_machine.travel(datetime(2026, 3, 2, tzinfo=UTC), tick=False)
def test_a_token_whose_end_is_not_told_lives_for_the_usual_week(web: responses.RequestsMock) -> None:
    accept_code(web, access_token_expire_in=None, refresh_token_expire_in=None)
    tokens = exchange().tokens
    assert (tokens.expires_at, tokens.authorized_until) == (datetime(2026, 3, 9, tzinfo=UTC), None)


# Refreshing


def test_a_refresh_gives_a_new_pair_with_its_owner(web: responses.RequestsMock) -> None:
    web.get(REFRESH, json=body("auth_token_refresh_response"))
    told = body("auth_token_refresh_response")["data"]
    assert refresh() == Tokens(
        access=told["access_token"],
        refresh=told["refresh_token"],
        expires_at=datetime.fromtimestamp(told["access_token_expire_in"], UTC),
        owner=OWNER,
        authorized_until=datetime.fromtimestamp(told["refresh_token_expire_in"], UTC),
    )
    assert query_of(web.calls[0]) == {
        "app_key": KEYS["app_key"],
        "app_secret": KEYS["app_secret"],
        "refresh_token": "old-refresh",
        "grant_type": "refresh_token",
    }


def test_a_refresh_that_does_not_tell_the_owner_keeps_it(web: responses.RequestsMock) -> None:
    web.get(REFRESH, json=answer({**TOLD, "open_id": None}))
    assert refresh().owner == OWNER


@pytest.mark.parametrize("tokens", [None, Tokens("access", datetime(2026, 1, 1, tzinfo=UTC))])
def test_without_a_refresh_token_there_is_no_refresh(
    web: responses.RequestsMock, tokens: Tokens | None
) -> None:
    with pytest.raises(NotAuthorized):
        refresh(tokens)
    assert not web.calls


@pytest.mark.parametrize("code", [36004001, 36004005, 105002])
def test_only_what_ends_an_authorization_needs_a_new_one(web: responses.RequestsMock, code: int) -> None:
    web.get(REFRESH, json=refusal(code, "can not find related auth record"))
    with pytest.raises(NotAuthorized) as caught:
        refresh()
    assert caught.value.code == str(code)


@pytest.mark.parametrize("code", [36009003, 36009004, 106001, 99999999])
def test_any_other_refusal_of_a_refresh_keeps_the_old_pair(web: responses.RequestsMock, code: int) -> None:
    web.get(REFRESH, json=refusal(code))
    with pytest.raises(Temporary) as caught:
        refresh()
    assert caught.value.code == str(code)


@pytest.mark.parametrize("lost", [requests.ReadTimeout("read timed out"), "<html>Bad gateway</html>", ""])
def test_a_lost_answer_to_a_refresh_keeps_the_old_pair(web: responses.RequestsMock, lost: Any) -> None:
    web.get(REFRESH, body=lost)
    with pytest.raises(Temporary):
        refresh()
    assert len(web.calls) == 1


def test_too_many_refreshes_wait(web: responses.RequestsMock) -> None:
    web.get(REFRESH, json=body("error_rate_limited"), status=429)
    with pytest.raises(RateLimited):
        refresh()


def test_tokens_are_refreshed_hours_before_their_end_but_not_with_every_call() -> None:
    assert timedelta(hours=1) < TikTokShopConnector.refresh_before < timedelta(days=1)


# A shop


def test_a_shop_of_the_consent_whose_chat_can_be_read_is_ours(web: responses.RequestsMock) -> None:
    web.get(SHOPS, json=body("authorized_shops_response"))
    web.get(CONVERSATIONS, json=body("cs_conversations_response"))
    facts = connector(FixedTokens()).facts()
    assert (facts.remote_id, facts.name) == (SHOP, "Nusantara Gadget")
    asked = query_of(web.calls[1])
    assert (asked["page_size"], asked["shop_cipher"]) == ("1", CIPHER)


def test_the_end_of_the_consent_is_told_with_the_shop(web: responses.RequestsMock) -> None:
    until = datetime(2027, 3, 1, tzinfo=UTC)
    tokens = FixedTokens()
    tokens.tokens = [Tokens("access-token", until, authorized_until=until)]
    web.get(SHOPS, json=body("authorized_shops_response"))
    web.get(CONVERSATIONS, json=answer({}))
    assert connector(tokens).facts().authorized_until == until


def test_a_shop_that_is_not_among_those_of_the_consent_is_not_ours(web: responses.RequestsMock) -> None:
    web.get(SHOPS, json=body("authorized_shops_response"))
    with pytest.raises(NotAuthorized) as caught:
        connector(shop="7000000000000000001").facts()
    assert caught.value.code == "shop_not_authorized"
    assert len(web.calls) == 1


def test_a_shop_whose_list_did_not_come_may_still_be_ours(web: responses.RequestsMock) -> None:
    web.get(SHOPS, json=answer({}))
    with pytest.raises(Temporary):
        connector().facts()


def test_a_shop_whose_chat_may_not_be_read_is_not_ours(web: responses.RequestsMock) -> None:
    web.get(SHOPS, json=body("authorized_shops_response"))
    web.get(CONVERSATIONS, json=refusal(105005, "access denied"), status=401)
    tokens = ShopTokens("first", "second")
    with pytest.raises(NotAuthorized) as caught:
        connector(tokens).facts()
    assert caught.value.code == "105005"
    assert "Customer Service" in TikTokShopConnector.explanations["105005"]
    assert tokens.refused == []


def test_a_shop_without_its_cipher_looks_it_up_once(web: responses.RequestsMock) -> None:
    web.get(SHOPS, json=body("authorized_shops_response"))
    web.get(MESSAGES, json=answer({}))
    web.post(SEND, json=answer({}))
    shop = connector(FixedTokens())
    shop.list_messages(ROOM.conversation)
    shop.send_text(ROOM, "Halo")
    assert [query_of(call).get("shop_cipher") for call in web.calls] == [None, CIPHER, CIPHER]


# Files


def test_files_are_fetched_with_the_shops_token_and_cipher() -> None:
    assert connector().file_access() == FileAccess(
        query={"shop_cipher": CIPHER}, headers={"x-tts-access-token": "access-token"}
    )


def test_only_hosts_of_the_marketplace_are_shown_the_token() -> None:
    assert all(host.startswith(".") and host.count(".") == 2 for host in TikTokShopConnector.media_hosts)
    assert not any("byted.org" in host for host in TikTokShopConnector.media_hosts)
