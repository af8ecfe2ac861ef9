"""Tokopedia: the app's token, and the one click that activates a shop."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import responses

from marketplaces.connectors.tokopedia.connector import TokopediaConnector
from marketplaces.connectors.tokopedia.explanations import NOT_ATTACHED
from marketplaces.errors import NotAuthorized, RateLimited, Temporary
from marketplaces.http import Http
from tests.marketplaces.conftest import Permits
from tests.marketplaces.tokopedia import (
    KEYS,
    SHOP_INFO,
    TOKEN,
    connector,
    envelope,
    fixture,
    headers_of,
    query_of,
    refusal,
)

# The token


def test_it_asks_for_a_token_with_the_apps_own_keys(web: responses.RequestsMock) -> None:
    web.post(TOKEN, json=fixture("token_response")["body"])
    before = datetime.now(UTC)

    tokens = TokopediaConnector.refresh(KEYS, "7001", None, Http())

    assert tokens.access == "fixture-access-token"
    assert abs((tokens.expires_at - before).total_seconds() - 2592000) < 60
    call = web.calls[0]
    assert query_of(call) == fixture("token_response")["request"]["query"]
    assert headers_of(call)["Authorization"] == "Basic Y2xpZW50LWlkOmNsaWVudC1zZWNyZXQtdmFsdWU="
    assert headers_of(call)["Content-Length"] == "0"
    assert headers_of(call)["User-Agent"].startswith("ForstokChat")


@pytest.mark.parametrize("status", [400, 401, 403])
def test_refused_app_keys_need_an_administrator(web: responses.RequestsMock, status: int) -> None:
    web.post(TOKEN, status=status, body="<html>no</html>")
    with pytest.raises(NotAuthorized) as refused:
        TokopediaConnector.refresh(KEYS, "7001", None, Http())
    assert "client id" in TokopediaConnector.explanations[refused.value.code]


def test_the_token_hosts_own_error_is_kept(web: responses.RequestsMock) -> None:
    web.post(TOKEN, json={"error": "invalid_request", "error_description": "grant_type is missing"})
    with pytest.raises(NotAuthorized) as refused:
        TokopediaConnector.refresh(KEYS, "7001", None, Http())
    assert (refused.value.code, refused.value.detail) == ("invalid_request", "grant_type is missing")


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 503, "body": "down"},
        {"status": 200, "body": "<html>hello</html>"},
        {"status": 200, "json": ["not", "a", "token"]},
        {"status": 200, "json": {"access_token": "x", "expires_in": "soon"}},
        {"body": requests.ReadTimeout()},
    ],
)
def test_a_token_that_did_not_arrive_is_only_temporary(
    web: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    web.post(TOKEN, **answer)
    with pytest.raises(Temporary):
        TokopediaConnector.refresh(KEYS, "7001", None, Http())


def test_a_429_of_the_token_host_pauses_only_the_token_calls(
    web: responses.RequestsMock, permits: Permits
) -> None:
    web.post(TOKEN, status=429)
    with pytest.raises(RateLimited):
        TokopediaConnector.refresh(KEYS, "7001", None, Http())
    assert [(bucket.key, wait) for bucket, wait in permits.paused] == [("tokopedia:20001:token", 2.0)]


# The shop


def test_it_finds_its_own_shop_among_those_of_the_app(web: responses.RequestsMock) -> None:
    web.get(SHOP_INFO, json=fixture("shop_info_response")["body"])
    facts = connector(shop="7002").facts()
    assert (facts.remote_id, facts.name, facts.authorized_until) == ("7002", "Dapur Contoh", None)


def test_it_also_reads_shops_in_the_other_envelope(web: responses.RequestsMock) -> None:
    web.get(SHOP_INFO, json=envelope(fixture("shop_info_response")["body"]["data"]))
    assert connector().facts().name == "Kriya Bambu"


@pytest.mark.parametrize(
    ("code", "advice"),
    [("RBAC_MDLW_001", "Add the shop"), ("RBAC_MDLW_002", "Ask the owner"), ("SHP_USC_001", "Add the shop")],
)
@pytest.mark.parametrize("is_bare", [False, True])
def test_a_refusal_in_either_envelope_says_what_to_do(
    web: responses.RequestsMock, code: str, advice: str, is_bare: bool
) -> None:
    bare = {"data": None, "status": "403 Forbidden", "error_message": [f"{code}: no permission"]}
    web.get(SHOP_INFO, status=403, json=bare if is_bare else refusal("no permission", code))
    with pytest.raises(NotAuthorized) as refused:
        connector().facts()
    assert refused.value.code == code
    assert advice in TokopediaConnector.explanations[code]


def test_the_keys_of_a_shop_and_its_envelope_are_read_in_any_case(web: responses.RequestsMock) -> None:
    web.get(SHOP_INFO, json={"Data": [{"Shop_ID": 7001, "Shop_Name": "Kriya Bambu"}], "Status": "200 Ok"})
    assert connector().facts().name == "Kriya Bambu"


def test_it_pages_until_it_finds_its_shop(web: responses.RequestsMock) -> None:
    web.get(SHOP_INFO, json=envelope([{"shop_id": number} for number in range(15)]))
    web.get(SHOP_INFO, json=envelope([{"shop_id": 7001, "shop_name": "Kriya Bambu"}]))
    assert connector().facts().name == "Kriya Bambu"
    assert [query_of(call) for call in web.calls] == [
        {"shop_id": "7001", "page": "1", "per_page": "15"},
        {"shop_id": "7001", "page": "2", "per_page": "15"},
    ]


@pytest.mark.parametrize("shops", [[], None, [{"shop_id": 7002}]])
def test_a_shop_that_is_not_attached_is_not_authorized(web: responses.RequestsMock, shops: Any) -> None:
    web.get(SHOP_INFO, json=envelope(shops))
    with pytest.raises(NotAuthorized) as missing:
        connector().facts()
    assert missing.value.code == NOT_ATTACHED
    assert "Add the shop" in TokopediaConnector.explanations[NOT_ATTACHED]


def test_a_list_that_ignores_the_page_number_is_read_only_twice(web: responses.RequestsMock) -> None:
    web.get(SHOP_INFO, json=envelope([{"shop_id": number} for number in range(20)]))
    with pytest.raises(NotAuthorized):
        connector().facts()
    assert len(web.calls) == 2
