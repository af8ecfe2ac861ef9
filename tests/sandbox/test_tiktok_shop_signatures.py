from __future__ import annotations

from typing import Any

import pytest

from marketplaces.sandbox.tiktok_shop.sign import sign, sign_push
from tests.sandbox.callers import Running
from tests.sandbox.tiktok_shop import BEAUTY, CHAT, KIDS, STRANGER, STRANGERS, TikTokShopCaller

SECRET = "e59af819cc"
QUERY = {
    "app_key": "68xu9ks5p4i8",
    "shop_cipher": "ROW_xkMbgAAAeVAQra0eZWebFQq5aIK",
    "timestamp": "1696909648",
}
SHOPS = "/authorization/202309/shops"


@pytest.fixture
def shop(sandbox: Running) -> TikTokShopCaller:
    return TikTokShopCaller(sandbox).connect()


@pytest.mark.parametrize(
    ("path", "more", "body", "expected"),
    [
        (
            "/event/202309/webhooks",
            {},
            "",
            "ed58e1b5e59865c22a7b828c1cab65007441f43cc91a6cb2f2cdc638e0995a37",
        ),
        (
            "/event/202309/webhooks",
            {},
            '{"event_type":"PACKAGE_UPDATE","address":"https://partner.tiktokshop.com"}',
            "701dd6deb2389fe4c469b89bd37fc56f96a6da6afeb4d01c9077a65169752fa7",
        ),
        (
            "/customer_service/202309/conversations",
            {"page_size": "20", "locale": "id-ID", "page_token": "a+b/c=="},
            "",
            "0db62db12b0f2a051d85c0c47723cc4c1115acf31ff53ff11098b171b12bf776",
        ),
    ],
)
def test_requests_are_signed_as_in_the_vectors(
    path: str, more: dict[str, str], body: str, expected: str
) -> None:
    query = (QUERY | more | {"sign": "not signed itself", "access_token": "nor this"}).items()
    assert sign(SECRET, path, query, body.encode()) == expected


def test_pushes_are_signed_as_in_the_official_vector() -> None:
    body = (
        b'{"type":1,"tts_notification_id":"7380066284010030890","shop_id":"7495540735365777507",'
        b'"timestamp":1718305585,"data":{"is_on_hold_order":true,"order_id":"576653688135258178",'
        b'"order_status":"UNPAID","update_time":1718305585}}'
    )
    expected = "5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05"
    assert sign_push("abcdef", "123", body) == expected


@pytest.mark.parametrize(
    ("changed", "status", "code", "words"),
    [
        ({"sign": None}, 400, 36009004, "Missing credentials"),
        ({"app_key": "another"}, 400, 36009004, "Invalid `app_key`"),
        ({"timestamp": "soon"}, 400, 36009004, "lesser than 0"),
        ({"sign": "0" * 64}, 401, 106001, "`sign` query parameter is invalid"),
        ({"page_size": "5"}, 401, 106001, "`sign` query parameter is invalid"),
    ],
)
def test_a_call_without_the_right_signature_is_refused(
    shop: TikTokShopCaller, changed: dict[str, Any], status: int, code: int, words: str
) -> None:
    answer = shop.call("GET", f"{CHAT}/conversations", query={"page_size": 20}, changed=changed)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert words in answer.json()["message"]


@pytest.mark.parametrize(
    ("seconds", "words"), [(-310, "earlier than 5 minutes"), (40, "more than 30 seconds")]
)
def test_a_clock_that_is_wrong_is_told_in_which_direction(
    shop: TikTokShopCaller, seconds: int, words: str
) -> None:
    answer = shop.call("GET", SHOPS, at=shop.now() + seconds, cipher=None)
    assert (answer.status_code, answer.json()["code"]) == (400, 36009004)
    assert words in answer.json()["message"]


@pytest.mark.parametrize("seconds", [-290, 20])
def test_a_clock_may_be_a_little_wrong(shop: TikTokShopCaller, seconds: int) -> None:
    assert shop.call("GET", SHOPS, at=shop.now() + seconds, cipher=None).json()["code"] == 0


def test_the_body_is_signed_byte_by_byte(shop: TikTokShopCaller) -> None:
    path = "/event/202309/webhooks"
    body = '{"event_type":"NEW_MESSAGE", "address":"https://a.test/x"}'
    assert shop.call("PUT", path, body=body).json()["code"] == 0
    answer = shop.sandbox.http.put(
        shop.call("PUT", path, body=body).request.url,
        content=body.replace(" ", ""),
        headers={"x-tts-access-token": shop.token, "content-type": "application/json"},
    )
    assert answer.json()["code"] == 106001


def test_a_multipart_body_is_not_signed(shop: TikTokShopCaller) -> None:
    assert shop.upload().json()["code"] == 0


def test_a_token_must_be_there_and_hold(shop: TikTokShopCaller) -> None:
    for wrong in ("", "ROW_made_up"):
        answer = shop.call("GET", SHOPS, cipher=None, headers={"x-tts-access-token": wrong})
        assert answer.json()["code"] == 36009004
        assert "x-tts-access-token` header is invalid" in answer.json()["message"]
    shop.sandbox.control("authorizations", marketplace="tiktok_shop", shop=BEAUTY, way="expire")
    answer = shop.call("GET", SHOPS, cipher=None)
    assert (answer.status_code, answer.json()["code"]) == (401, 105002)


def test_a_cipher_is_needed_for_a_shop_and_only_there(shop: TikTokShopCaller) -> None:
    path = f"{CHAT}/conversations"
    answer = shop.call("GET", path, query={"page_size": 20}, cipher=None)
    assert (answer.status_code, answer.json()["code"]) == (400, 106013)
    answer = shop.call("GET", SHOPS)
    assert answer.json()["code"] == 36009004
    assert "`shop_cipher` query parameter is not required" in answer.json()["message"]


def test_one_token_opens_both_shops_of_the_seller_and_no_other(sandbox: Running) -> None:
    stranger = TikTokShopCaller(sandbox, STRANGERS).connect(STRANGER)
    shop = TikTokShopCaller(sandbox).connect()
    ciphers = shop.ciphers()
    assert list(ciphers) == [BEAUTY, KIDS]
    for cipher, code in ((ciphers[KIDS], 0), (stranger.cipher, 101000), ("ROW_made_up", 101000)):
        shop.cipher = cipher
        assert shop.get(f"{CHAT}/conversations", page_size=1)["code"] == code


def test_a_scope_that_is_missing_is_told(shop: TikTokShopCaller) -> None:
    place = {"marketplace": "tiktok_shop", "shop": BEAUTY}
    shop.sandbox.control("authorizations", way="no_chat", **place)
    answer = shop.call("GET", f"{CHAT}/conversations", query={"page_size": 1})
    assert (answer.status_code, answer.json()["code"]) == (401, 105005)
    assert shop.post("/order/202309/orders/search")["code"] == 0
    assert "seller.customer_service" not in shop.refresh(shop.refresh_token)["data"]["granted_scopes"]
    shop.sandbox.control("authorizations", way="chat", **place)
    assert shop.get(f"{CHAT}/conversations", page_size=1)["code"] == 0


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/customer_service/202309/rooms", 404, 36009009),
        ("DELETE", f"{CHAT}/conversations", 405, 36009010),
        ("GET", "/customer_service/202506/conversations", 400, 36009014),
        ("GET", "/customer_service/202309/conversations/1", 400, 36009014),
    ],
)
def test_what_is_wrong_with_a_path_is_told_before_anything_else(
    sandbox: Running, method: str, path: str, status: int, code: int
) -> None:
    answer = TikTokShopCaller(sandbox).call(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_body_must_be_json(shop: TikTokShopCaller) -> None:
    path = "/order/202309/orders/search"
    answer = shop.call("POST", path, body="{}", headers={"content-type": "text/plain"})
    assert answer.json()["code"] == 36009022
    assert shop.call("POST", path, body="[1]").json()["code"] == 36009004
    assert shop.call("POST", f"{CHAT}/images/upload", json={"data": "x"}).json()["code"] == 36009023


def test_an_answer_has_an_id_and_its_data(shop: TikTokShopCaller) -> None:
    answer = shop.call("GET", SHOPS, cipher=None).json()
    assert (answer["code"], answer["message"]) == (0, "Success")
    assert len(answer["request_id"]) == 34
    first = answer["data"]["shops"][0]
    assert first["id"] == str(BEAUTY)
    assert int(first["id"]) > 2**53
    assert (first["name"], first["region"], first["seller_type"]) == ("Nusantara Beauty", "ID", "LOCAL")


def test_refused_signatures_are_counted(shop: TikTokShopCaller) -> None:
    shop.call("GET", SHOPS, cipher=None, changed={"sign": "0" * 64})
    count = shop.sandbox.ask("calls")["tiktok_shop"]["shops"]
    assert (count["refused_signatures"], count["client_errors"]) == (1, 1)
    assert shop.token not in str(shop.sandbox.ask("world"))
