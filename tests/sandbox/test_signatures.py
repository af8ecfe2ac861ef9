from __future__ import annotations

import pytest

from marketplaces.sandbox.shopee.sign import sign, sign_push
from marketplaces.sandbox.tokopedia.pushes import sign as sign_tokopedia
from tests.sandbox.callers import FASHION, KEYS, OTHER, Running, ShopeeCaller

KEY = "shpk4e6f7420612072656c61206b6579"
PUSH_BODY = (
    '{"msg_id":"","data":{"type":"message","region":"ID","content":{"message_id":"2302748948493123953",'
    '"shop_id":165103149,"request_id":"35f9478b-7482-46eb-a268-8f828fedb673","from_id":165105353,'
    '"from_user_name":"vn_cstoreponorogo","to_id":947151379,"to_user_name":"keelatofficial",'
    '"message_type":"text","content":{"text":"Baik kak .. 🤗"},"conversation_id":"709122092476686867",'
    '"created_timestamp":1726044721,"region":"ID","is_in_chatbot_session":false,"source_content":{},'
    '"quoted_msg":{"message_id":""},"sub_account_id":0,"sub_account_name":0}},"shop_id":947042923,"code":10,'
    '"timestamp":1726044722}'
)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            (2000002, "/api/v2/auth/token/get", 1726044722),
            "09e127594d3cff3eb3dd0c8ab682ffb819db9ea9328478b3ffc064f1eabeca3f",
        ),
        (
            (2000002, "/api/v2/shop/auth_partner", 1726044722),
            "2b81f98e243be05dbbaec4be0aa368ed8d0228bc15c82543fe39ca7fafd85fa5",
        ),
        (
            (
                2000002,
                "/api/v2/sellerchat/get_conversation_list",
                1726044722,
                "6b5a46716e474d6f6e59777659459849",
                947042923,
            ),
            "3a8a68d0c4a1c433b50a42f8444d9a6b80fee259acf83a9d9fa67521f622f9bd",
        ),
    ],
)
def test_shopee_requests_are_signed_as_in_the_vectors(parts: tuple[object, ...], expected: str) -> None:
    assert sign(KEY, *parts) == expected


def test_shopee_pushes_are_signed_as_in_the_vector() -> None:
    signature = sign_push(KEY, "https://inbox.example.com/hooks/shopee", PUSH_BODY.encode())
    assert signature == "136608f6333cb9f2879ca9ee0ecdc00244e5c458dc34da2df53237642f467d21"


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
