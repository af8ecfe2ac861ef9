"""Shopee: a clock of ours that is wrong is set right by the answer that refuses it."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
import responses
import time_machine

from marketplaces import clock
from marketplaces.connectors.shopee import auth
from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.errors import Temporary
from marketplaces.http import Http
from tests.marketplaces.shopee import (
    API,
    CONVERSATIONS,
    KEYS,
    REFRESH,
    ROOM,
    SEND,
    SHOP,
    SHOP_INFO,
    SHOPS,
    answer,
    connector,
    fixture,
    query_of,
    refusal,
)
from tests.marketplaces.test_shopee_connecting import PAIR

OURS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHOPEES = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
EXPIRED = refusal("error_param", "Timestamp is expired.")
DATED = {"Date": format_datetime(SHOPEES, usegmt=True)}


@pytest.fixture(autouse=True)
def offsets(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """A process that has learned nothing yet."""
    fresh: dict[str, float] = {}
    monkeypatch.setattr(clock, "offsets", fresh)
    return fresh


def timestamps(web: responses.RequestsMock) -> list[int]:
    return [int(query_of(call)["timestamp"]) for call in web.calls]


@time_machine.travel(OURS, tick=False)
def test_a_refused_timestamp_is_corrected_once_and_remembered(web: responses.RequestsMock) -> None:
    web.get(CONVERSATIONS, json=EXPIRED, status=400, headers=DATED)
    web.get(CONVERSATIONS, json=answer({}))
    connector().list_conversations()
    connector().list_conversations()
    ours, shopees = int(OURS.timestamp()), int(SHOPEES.timestamp())
    assert timestamps(web) == [ours, shopees, shopees]
    path = "/api/v2/sellerchat/get_conversation_list"
    assert query_of(web.calls[1])["sign"] == auth.sign(
        KEYS["partner_key"], "2000002", path, shopees, "access-token", SHOP
    )


@time_machine.travel(OURS, tick=False)
def test_a_send_goes_out_with_the_corrected_time(web: responses.RequestsMock) -> None:
    web.post(SEND, json=EXPIRED, status=400, headers=DATED)
    web.post(SEND, json=fixture("chat_send_message_text_response"))
    assert connector().send_text(ROOM, "Halo").remote_id == "2410077390115487749"
    assert web.calls[0].request.body == web.calls[1].request.body


@time_machine.travel(OURS, tick=False)
def test_calls_without_a_shop_are_corrected_too(
    web: responses.RequestsMock, offsets: dict[str, float], noted_clocks: dict[str, float]
) -> None:
    web.get(SHOPS, json=EXPIRED, status=400, headers=DATED)
    web.get(SHOPS, json=fixture("public_get_shops_by_partner_response"))
    ShopeeConnector.check_keys(KEYS, Http())
    assert offsets == {API: 5 * 3600}
    offsets.clear()
    noted_clocks.clear()
    web.post(REFRESH, json=EXPIRED, status=400, headers=DATED)
    web.post(REFRESH, json=fixture("auth_token_refresh_response"))
    tokens = ShopeeConnector.refresh(KEYS, SHOP, PAIR, Http())
    assert tokens.access == fixture("auth_token_refresh_response")["access_token"]


@time_machine.travel(OURS, tick=False)
def test_a_corrected_time_that_is_refused_again_is_temporary(web: responses.RequestsMock) -> None:
    web.get(CONVERSATIONS, json=EXPIRED, status=400, headers=DATED)
    with pytest.raises(Temporary):
        connector().list_conversations()
    assert len(web.calls) == 2


@pytest.mark.parametrize("headers", [{}, {"Date": "soon"}, {"Date": format_datetime(OURS, usegmt=True)}])
@time_machine.travel(OURS, tick=False)
def test_without_another_time_nothing_is_repeated(
    web: responses.RequestsMock, offsets: dict[str, float], headers: dict[str, Any]
) -> None:
    web.get(CONVERSATIONS, json=EXPIRED, status=400, headers=headers)
    with pytest.raises(Temporary):
        connector().list_conversations()
    assert (len(web.calls), offsets[API]) == (1, 0.0)


def test_a_clock_that_was_set_right_is_believed_again(
    web: responses.RequestsMock, offsets: dict[str, float]
) -> None:
    offsets[API] = 5 * 3600
    with time_machine.travel(SHOPEES, tick=False):
        web.get(CONVERSATIONS, json=EXPIRED, status=400, headers=DATED)
        web.get(CONVERSATIONS, json=answer({}))
        connector().list_conversations()
    assert timestamps(web)[1] == int(SHOPEES.timestamp())
    assert offsets == {API: 0}


@time_machine.travel(OURS, tick=False)
def test_each_address_has_a_clock_of_its_own(offsets: dict[str, float]) -> None:
    assert clock.learn(API, DATED["Date"])
    assert clock.timestamp("https://another.example.test") == int(OURS.timestamp())


@time_machine.travel(OURS, tick=False)
def test_the_login_link_is_good_by_shopees_clock(offsets: dict[str, float]) -> None:
    offsets[API] = 5 * 3600
    link = ShopeeConnector.consent_url(KEYS, "https://x.test/", "s")
    assert f"timestamp={int(SHOPEES.timestamp())}" in link


@time_machine.travel(OURS, tick=False)
def test_what_one_process_has_learned_the_login_link_of_another_goes_by(
    offsets: dict[str, float], noted_clocks: dict[str, float]
) -> None:
    clock.learn(API, DATED["Date"])
    offsets.clear()
    link = ShopeeConnector.consent_url(KEYS, "https://x.test/", "s")
    assert f"timestamp={int(SHOPEES.timestamp())}" in link
    assert noted_clocks == {API: 5 * 3600}


def test_the_end_of_a_consent_is_told_in_our_time(
    web: responses.RequestsMock, offsets: dict[str, float]
) -> None:
    offsets[API] = 5 * 3600
    ends = int(SHOPEES.timestamp())
    web.get(SHOP_INFO, json={"error": "", "shop_name": "Toko", "expire_time": ends})
    web.get(SHOPS, json={"error": "", "authed_shop_list": [{"shop_id": int(SHOP), "expire_time": ends}]})
    assert connector().facts().authorized_until == OURS
    assert [facts.authorized_until for facts in ShopeeConnector.authorized_shops(KEYS, Http())] == [OURS]


def test_an_unknown_end_stays_unknown(offsets: dict[str, float]) -> None:
    offsets[API] = 5 * 3600
    assert clock.ours(API, None) is None
