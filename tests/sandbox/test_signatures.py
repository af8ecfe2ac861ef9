from __future__ import annotations

import json
from pathlib import Path

import pytest

from marketplaces.sandbox.shopee.sign import sign, sign_push
from marketplaces.sandbox.tokopedia.pushes import sign as sign_tokopedia
from tests.sandbox.callers import FASHION, KEYS, OTHER, Running, ShopeeCaller

VECTORS = json.loads(
    (Path(__file__).parent.parent / "marketplaces/fixtures/shopee/signing_vectors.json").read_text()
)
PUSH = VECTORS["push"]


@pytest.mark.parametrize("vector", VECTORS["requests"], ids=lambda vector: vector["kind"])
def test_shopee_requests_are_signed_as_in_the_vectors(vector: dict[str, str]) -> None:
    assert sign(VECTORS["partner_key"], vector["base_string"]) == vector["sign"]


def test_shopee_pushes_are_signed_as_in_the_vector() -> None:
    signature = sign_push(PUSH["push_key"], PUSH["callback_url"], PUSH["raw_body"].encode())
    assert signature == PUSH["authorization"]


def test_tokopedia_pushes_are_signed_as_in_the_vector() -> None:
    body = (
        b'{"msg_id":10000,"buyer_id":654321,"message":"Hello World",'
        b'"thumbnail":"https://cdn.tokopedia.com/image.jpg","full_name":"Budi","shop_id":123456}'
    )
    signature = sign_tokopedia("webhook_secret", body)
    assert signature == "662f69989ee10d87543eed3d90aeb9248d2a9c0a256466beecec246a7d3a9d17"


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"sign": "0" * 64}, "error_sign", "Wrong sign."),
        ({"sign": None}, "error_param", "There is no sign in query."),
        ({"partner_id": None}, "error_param", "There is no partner_id in query."),
        ({"partner_id": 1}, "invalid_partner_id", "Invalid partner_id."),
    ],
)
def test_shopee_refuses_a_call_without_the_right_signature(
    sandbox: Running, changed: dict[str, object], error: str, message: str
) -> None:
    shop = ShopeeCaller(sandbox).connect()
    answer = shop.call("GET", "shop/get_shop_info", changed=changed)
    assert answer.status_code in (400, 403)
    assert (answer.json()["error"], answer.json()["message"]) == (error, message)


@pytest.mark.parametrize("seconds", [-310, 310])  # the window is 300 s; a second may pass on the way
def test_shopee_refuses_an_old_or_early_timestamp(sandbox: Running, seconds: int) -> None:
    shop = ShopeeCaller(sandbox).connect()
    answer = shop.call("GET", "shop/get_shop_info", at=shop.now() + seconds).json()
    assert (answer["error"], answer["message"]) == ("error_param", "Timestamp is expired.")


def test_shopee_refuses_a_shop_the_token_is_not_for(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox).connect()
    for other in (FASHION, OTHER):
        shop.shop_id = other
        assert shop.get("shop/get_shop_info")["error"] == "error_auth"


def test_an_unknown_path_is_said_to_be_offline(sandbox: Running) -> None:
    answer = ShopeeCaller(sandbox).get("sellerchat/get_everything")
    assert answer["error"] == "error_param"
    assert "path is incorrect" in answer["message"]


def test_refused_signatures_are_counted(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox).connect()
    shop.call("GET", "shop/get_shop_info", changed={"sign": "0" * 64})
    shop.get("shop/get_shop_info")
    count = sandbox.ask("calls")["shopee"]["get_shop_info"]
    assert (count["calls"], count["ok"], count["client_errors"], count["refused_signatures"]) == (2, 1, 1, 1)
    assert KEYS.shopee_partner_key not in str(sandbox.ask("world"))
