"""Shopee: what the app asks for itself: its keys, its shops, its pushes and those that were lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import responses
import time_machine

from marketplaces.connectors.shopee import auth
from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.content import LostPushes, PushHealth, PushKind, ShopFacts
from marketplaces.errors import BadWebhook, MarketplaceError, NotAuthorized, Rejected, Temporary
from marketplaces.http import Http
from tests.marketplaces.shopee import (
    CONFIRM_LOST,
    KEYS,
    LOST_PUSHES,
    PUSH_CONFIG,
    SHOP,
    SHOPS,
    answer,
    body_of,
    fixture,
    query_of,
    refusal,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def shops(*ids: int, more: bool = False) -> dict[str, Any]:
    return {"authed_shop_list": [{"shop_id": each, "expire_time": 0} for each in ids], "more": more}


def lost(web: responses.RequestsMock, *rows: Any, mark: Any = 9, more: Any = False) -> LostPushes:
    response = {"push_message_list": list(rows), "has_next_page": more, "last_message_id": mark}
    web.get(LOST_PUSHES, json=answer(response))
    return ShopeeConnector.lost_pushes(KEYS, Http())


# Keys


@time_machine.travel(NOW, tick=False)
def test_keys_are_tried_without_any_shop(web: responses.RequestsMock) -> None:
    web.get(SHOPS, json=fixture("public_get_shops_by_partner_response"))
    ShopeeConnector.check_keys(KEYS, Http())
    path, timestamp = "/api/v2/public/get_shops_by_partner", int(NOW.timestamp())
    assert query_of(web.calls[0]) == {
        "partner_id": "2000002",
        "timestamp": str(timestamp),
        "sign": auth.sign(KEYS["partner_key"], "2000002", path, timestamp),
        "page_size": "1",
        "page_no": "1",
    }


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("error_sign", Rejected),
        ("invalid_partner_id", Rejected),
        ("error_partner_key_expired", Rejected),
        ("source_ip_undeclared", Rejected),
        ("error_api_permission", NotAuthorized),
        ("error_server", Temporary),
    ],
)
def test_refused_keys(web: responses.RequestsMock, code: str, error: type[MarketplaceError]) -> None:
    web.get(SHOPS, json=refusal(code), status=403)
    with pytest.raises(error) as caught:
        ShopeeConnector.check_keys(KEYS, Http())
    assert caught.value.code == code
    assert code in ShopeeConnector.explanations


# Shops


def test_a_shop_is_listed_with_those_abroad_and_the_end_of_the_consent(web: responses.RequestsMock) -> None:
    web.get(SHOPS, json=fixture("public_get_shops_by_partner_response"))
    until = datetime.fromtimestamp(1642069441, UTC)
    ids = ("123", "346253", "101131", "598137", "421112", "403219", "255467")
    assert ShopeeConnector.authorized_shops(KEYS, Http()) == tuple(
        ShopFacts(each, authorized_until=until) for each in ids
    )


def test_the_list_of_shops_abroad_has_two_names(web: responses.RequestsMock) -> None:
    row = {"shop_id": "7", "sip_affi_shop_list": [{"affi_shop_id": 8}], "expire_time": None}
    web.get(SHOPS, json={"authed_shop_list": [row]})
    assert ShopeeConnector.authorized_shops(KEYS, Http()) == (ShopFacts("7"), ShopFacts("8"))


def test_all_pages_of_shops_are_read(web: responses.RequestsMock) -> None:
    web.get(SHOPS, json=shops(1, 2, more=True))
    web.get(SHOPS, json=shops(3))
    assert [each.remote_id for each in ShopeeConnector.authorized_shops(KEYS, Http())] == ["1", "2", "3"]
    assert [(query_of(call)["page_no"], query_of(call)["page_size"]) for call in web.calls] == [
        ("1", "100"),
        ("2", "100"),
    ]


@pytest.mark.parametrize("last", [shops(more=True), shops(1, more=True)], ids=["empty", "repeated"])
def test_a_page_that_tells_nothing_new_is_the_last(web: responses.RequestsMock, last: dict[str, Any]) -> None:
    web.get(SHOPS, json=shops(1, 2, more=True))
    web.get(SHOPS, json=last)
    assert [each.remote_id for each in ShopeeConnector.authorized_shops(KEYS, Http())] == ["1", "2"]
    assert len(web.calls) == 2


@pytest.mark.parametrize("listed", [None, {}, "none"])
def test_an_answer_without_a_list_does_not_mean_that_no_shop_is_left(
    web: responses.RequestsMock, listed: Any
) -> None:
    web.get(SHOPS, json={"error": "", "authed_shop_list": listed})
    with pytest.raises(Temporary):
        ShopeeConnector.authorized_shops(KEYS, Http())


# Pushes


def test_suspended_pushes_are_noticed(web: responses.RequestsMock) -> None:
    web.get(PUSH_CONFIG, json=fixture("push_get_app_push_config_response"))
    assert ShopeeConnector.push_health(KEYS, Http()) is PushHealth.SUSPENDED
    assert "access_token" not in query_of(web.calls[0])


@pytest.mark.parametrize(
    ("word", "health"),
    [("Normal", PushHealth.NORMAL), ("WARNING", PushHealth.WARNING), ("Suspended", PushHealth.SUSPENDED)],
)
def test_the_case_of_the_state_does_not_matter(
    web: responses.RequestsMock, word: str, health: PushHealth
) -> None:
    web.get(PUSH_CONFIG, json=answer({"live_push_status": word}))
    assert ShopeeConnector.push_health(KEYS, Http()) is health


@pytest.mark.parametrize("word", ["", None, "Resting", 3])
def test_an_unknown_state_is_no_state(web: responses.RequestsMock, word: Any) -> None:
    web.get(PUSH_CONFIG, json=answer({"live_push_status": word}))
    with pytest.raises(Temporary):
        ShopeeConnector.push_health(KEYS, Http())


# Lost pushes


def test_no_push_was_lost(web: responses.RequestsMock) -> None:
    assert lost(web, mark=0, more=False) == LostPushes()


def test_lost_pushes_come_with_a_mark_and_may_go_on(web: responses.RequestsMock) -> None:
    found = lost(web, fixture("push_order_status"), fixture("push_webchat_text"), mark=77, more=True)
    assert (found.mark, found.has_more) == ("77", True)
    assert [ShopeeConnector.read_stored_push(body).kind for body in found.bodies] == [
        PushKind.ORDER,
        PushKind.MESSAGE,
    ]


@pytest.mark.parametrize("is_text", [True, False], ids=["text", "object"])
@pytest.mark.parametrize("is_whole", [True, False], ids=["the envelope again", "its data"])
@pytest.mark.parametrize("name", ["push_webchat_text_2025", "push_order_status", "push_webchat_item"])
def test_a_lost_push_is_the_push_whatever_its_data_looks_like(
    web: responses.RequestsMock, name: str, is_whole: bool, is_text: bool
) -> None:
    push = fixture(name)
    data = push if is_whole else push["data"]
    row = {key: push[key] for key in ("shop_id", "code", "timestamp")}
    (body,) = lost(web, row | {"data": json.dumps(data) if is_text else data}).bodies
    told = json.loads(body)
    assert {key: told[key] for key in ("shop_id", "code", "data")} == {
        key: push[key] for key in ("shop_id", "code", "data")
    }
    event = ShopeeConnector.read_stored_push(body)
    assert event.shop == SHOP
    assert event == ShopeeConnector.read_stored_push(json.dumps(push).encode())


def test_a_lost_push_about_the_app_has_no_shop(web: responses.RequestsMock) -> None:
    push = fixture("push_authorization_expiry")
    (body,) = lost(web, {"code": 12, "timestamp": 1, "data": json.dumps(push["data"])}).bodies
    event = ShopeeConnector.read_stored_push(body)
    assert (event.kind, len(event.shops)) == (PushKind.EXPIRING, 5)


@pytest.mark.parametrize("data", ["not json", "", None, [1], 5, "\ud83d"])
def test_a_lost_push_without_an_object_is_handed_on_as_it_is(web: responses.RequestsMock, data: Any) -> None:
    (body,) = lost(web, {"shop_id": 7, "code": 10, "data": data}).bodies
    assert json.loads(body)["data"] == data
    assert ShopeeConnector.read_stored_push(body).shop == "7"


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff"])
def test_a_lost_push_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadWebhook):
        ShopeeConnector.read_stored_push(body)


def test_lost_pushes_are_confirmed_up_to_a_number(web: responses.RequestsMock) -> None:
    web.post(CONFIRM_LOST, json=fixture("chat_ok_empty_response"))
    ShopeeConnector.confirm_lost_pushes(KEYS, "77", Http())
    assert body_of(web.calls[0]) == {"last_message_id": 77}
    assert "access_token" not in query_of(web.calls[0])


def test_a_lost_answer_to_a_confirmation_is_only_temporary(web: responses.RequestsMock) -> None:
    web.post(CONFIRM_LOST, status=504)
    with pytest.raises(Temporary):
        ShopeeConnector.confirm_lost_pushes(KEYS, "77", Http())
