from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.callers import Running
from tests.sandbox.tiktok_shop import BEAUTY, CHAT, KIDS, PNG, TikTokShopCaller

PLACE = {"marketplace": "tiktok_shop", "shop": BEAUTY}
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x02\x40\x00\x00" + bytes(8)
ON_BOTH, TIKTOK_ONLY, TOKOPEDIA_ONLY = 0, 4, 7  # remainders of nine; see the sandbox's products.py


@pytest.fixture
def shop(sandbox: Running) -> TikTokShopCaller:
    sandbox.control("limits", marketplace="tiktok_shop", endpoint="*", rate=1000, burst=1000)
    return TikTokShopCaller(sandbox).connect()


@pytest.fixture
def room(shop: TikTokShopCaller) -> str:
    """Of someone who has just written."""
    return shop.said()[1]


def product(shop: TikTokShopCaller, remainder: int) -> str:
    """The id of one that is on these platforms."""
    answer = shop.call("POST", "/product/202502/products/search", query={"page_size": 100}, json={})
    ids = [row["id"] for row in answer.json()["data"]["products"]]
    return next(product_id for product_id in ids if int(product_id) % 9 == remainder)


def test_a_sent_text_is_there_to_read_back(shop: TikTokShopCaller, room: str) -> None:
    sent = shop.send(room, content="Masih ada kak 🤗")["data"]
    assert set(sent) == {"message_id"}
    row, content = shop.newest(room)
    assert (row["id"], content) == (sent["message_id"], {"content": "Masih ada kak 🤗"})
    last = shop.truth()[-1]
    assert (last["id"], last["sent_by"], last["text"]) == (sent["message_id"], "shop", "Masih ada kak 🤗")


@pytest.mark.parametrize(
    ("version", "given", "role"),
    [
        ("202309", None, "SHOP"),
        ("202309", "ROBOT", "SHOP"),
        ("202606", None, "CUSTOMER_SERVICE"),
        ("202606", "SYSTEM", "SYSTEM"),
        ("202606", "ROBOT", "ROBOT"),
    ],
)
def test_only_the_newer_version_is_told_who_speaks(
    shop: TikTokShopCaller, room: str, version: str, given: str | None, role: str
) -> None:
    body = {"type": "TEXT", "content": '{"content": "Halo"}'} | ({"sender_role": given} if given else {})
    path = f"/customer_service/{version}/conversations/{room}/messages"
    assert shop.post(path, **body)["code"] == 0
    assert shop.newest(room)[0]["sender"]["role"] == role


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "TEXT"}, 36009004),
        ({"type": "TEXT", "content": {"content": "Halo"}}, 36009004),
        ({"type": "TEXT", "content": "Halo"}, 36009004),
        ({"type": "TEXT", "content": '{"content": ""}'}, 36009004),
        ({"type": "STICKER", "content": '{"content": "x"}'}, 36009004),
        ({"content": '{"content": "x"}'}, 36009004),
        ({"type": "TEXT", "content": json.dumps({"content": "x" * 2001})}, 36009004),
        ({"type": "TEXT", "content": '{"content": "ada kata-terlarang"}'}, 45101006),
        ({"type": "PRODUCT_CARD", "content": '{"product_id": "12345"}'}, 45101002),
        ({"type": "PRODUCT_CARD", "content": '{"product_id": 12345}'}, 36009004),
        ({"type": "ORDER_CARD", "content": '{"order_id": "12345"}'}, 45101002),
        ({"type": "COUPON_CARD", "content": '{"coupon_id": "1"}'}, 45111017),
        ({"type": "LOGISTICS_CARD", "content": '{"order_id": "1"}'}, 45101002),
        ({"type": "RETURN_REFUND_CARD", "content": '{"order_id": "1", "sku_id": "2"}'}, 45101002),
        ({"type": "VIDEO", "content": '{"vid": "v1"}'}, 36009004),
        (
            {"type": "IMAGE", "content": '{"url": "https://a.test/x.png", "width": 1, "height": 1}'},
            36009004,
        ),
        ({"type": "TEXT", "content": '{"content": "x"}', "sender_role": "BUYER"}, 36009004),
    ],
)
def test_refusals_of_sending(shop: TikTokShopCaller, room: str, body: dict[str, Any], code: int) -> None:
    answer = shop.call("POST", f"/customer_service/202606/conversations/{room}/messages", json=body)
    assert (answer.json()["code"], answer.status_code) == (code, 200 if code > 45_000_000 else 400)
    assert len(shop.truth()) == 1


def test_2000_characters_are_counted_as_code_points(shop: TikTokShopCaller, room: str) -> None:
    assert shop.send(room, content="🤗" * 2000)["code"] == 0


def test_an_uploaded_picture_can_be_sent(shop: TikTokShopCaller, room: str) -> None:
    data = shop.upload().json()["data"]
    assert (data["width"], data["height"]) == (1, 1)
    assert shop.send(room, "IMAGE", **data)["code"] == 0
    row, content = shop.newest(room)
    assert (row["type"], content) == ("IMAGE", {"url": data["url"], "width": "1", "height": "1"})
    sizes_as_texts = data | {"width": "1"}
    assert shop.send(room, "IMAGE", **sizes_as_texts)["code"] == 36009004


def test_only_the_shops_own_uploads_can_be_sent(shop: TikTokShopCaller, room: str) -> None:
    shop.said(kind="image")
    _, theirs = shop.newest(room)
    assert shop.send(room, "IMAGE", url=theirs["url"], width=480, height=640)["code"] == 36009004
    data = shop.upload(cipher=shop.ciphers()[KIDS]).json()["data"]
    assert shop.send(room, "IMAGE", **data)["code"] == 36009004


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("data", WEBP, 0),
        ("file", PNG, 36009004),
        ("data", b"%PDF-1.7", 36009004),
        ("data", PNG + bytes(10 * 1024 * 1024), 36009021),
    ],
)
def test_what_may_be_uploaded(shop: TikTokShopCaller, name: str, body: bytes, code: int) -> None:
    answer = shop.upload(name, body).json()
    assert answer["code"] == code
    if not code:
        assert (answer["data"]["width"], answer["data"]["height"]) == (3, 2)


def test_a_picture_wants_a_token_and_the_cipher_of_its_shop(shop: TikTokShopCaller, room: str) -> None:
    shop.said(kind="image")
    url = shop.newest(room)[1]["url"]
    assert "?" in url  # a cipher is added to a query that is there already
    token = {"x-tts-access-token": shop.token}

    def fetch(headers: dict[str, str], cipher: str = "") -> int:
        query = f"&shop_cipher={cipher}" if cipher else ""
        return shop.sandbox.http.get(url + query, headers=headers).status_code

    assert fetch({}, shop.cipher) == 401
    assert fetch({"x-tts-access-token": "ROW_made_up"}, shop.cipher) == 401
    assert fetch(token) == 403
    assert fetch(token, shop.ciphers()[KIDS]) == 403
    assert fetch(token, shop.cipher) == 200
    shop.sandbox.control("authorizations", way="expire", **PLACE)
    assert fetch(token, shop.cipher) == 401


def test_faces_and_products_are_public_and_nothing_else_is(shop: TikTokShopCaller, room: str) -> None:
    shop.said(kind="image")
    name = shop.newest(room)[1]["url"].partition("?")[0].rpartition("/")[2]
    face = shop.newest(room)[0]["sender"]["avatar"]
    assert shop.sandbox.http.get(face).status_code == 200
    assert shop.sandbox.http.get(f"/tiktok-shop/file/{name}").status_code == 404


@pytest.mark.parametrize(
    ("platform", "remainder", "code"),
    [
        ("TOKOPEDIA", ON_BOTH, 0),
        ("TOKOPEDIA", TOKOPEDIA_ONLY, 0),
        ("TOKOPEDIA", TIKTOK_ONLY, 45101002),
        ("TIKTOK_SHOP", TIKTOK_ONLY, 0),
        ("TIKTOK_SHOP", TOKOPEDIA_ONLY, 45101002),
    ],
)
def test_a_product_is_sent_where_it_is_on_sale(
    shop: TikTokShopCaller, room: str, platform: str, remainder: int, code: int
) -> None:
    shop.sandbox.control("buyers", marketplace="tiktok_shop", buyer="Nina Baru", platform=platform)
    assert shop.send(room, "PRODUCT_CARD", product_id=product(shop, remainder))["code"] == code


def test_an_order_is_sent_to_the_buyer_whose_it_is(shop: TikTokShopCaller, room: str) -> None:
    mine = shop.sandbox.control("orders", buyer="Nina Baru", **PLACE)["order"]["id"]
    other = shop.sandbox.control("orders", buyer="Orang Lain", **PLACE)["order"]["id"]
    assert shop.send(room, "ORDER_CARD", order_id=mine)["code"] == 0
    assert shop.newest(room)[1] == {"order_id": mine}
    assert shop.send(room, "ORDER_CARD", order_id=other)["code"] == 45101002


def test_cards_about_a_parcel_and_a_return_need_one(shop: TikTokShopCaller, room: str) -> None:
    order = shop.sandbox.control("orders", buyer="Nina Baru", **PLACE)["order"]["id"]
    row = shop.get("/order/202507/orders", ids=order)["data"]["orders"][0]
    sku_id, package = row["line_items"][0]["sku_id"], row["packages"][0]["id"]
    cards = [("LOGISTICS_CARD", {}), ("RETURN_REFUND_CARD", {"sku_id": sku_id})]

    def codes() -> list[int]:
        return [shop.send(room, type_, order_id=order, **more)["code"] for type_, more in cards]

    assert codes() == [45101002, 45101002]
    shop.sandbox.control("orders", order=order, status="SHIPPED", **PLACE)
    assert codes() == [0, 45101002]
    shop.sandbox.control("orders", order=order, status="COMPLETED", **PLACE)
    assert codes() == [0, 0]
    assert shop.newest(room)[1] == {"order_id": order, "sku_id": sku_id}
    assert shop.send(room, "LOGISTICS_CARD", order_id=order, package_id=package)["code"] == 0
    assert shop.send(room, "LOGISTICS_CARD", order_id=order, package_id="1")["code"] == 45101002


def test_the_shops_coupon_can_be_sent(shop: TikTokShopCaller, room: str) -> None:
    shop.said(kind="voucher")
    coupon = shop.newest(room)[1]["coupon_id"]
    assert shop.send(room, "COUPON_CARD", coupon_id=coupon)["code"] == 0


def test_a_send_marks_nothing_read(shop: TikTokShopCaller, room: str) -> None:
    shop.send(room)
    assert shop.rooms(page_size=1)["conversations"][0]["unread_count"] == 1


def test_calls_over_the_limit_are_429_for_that_shop_and_endpoint_alone(sandbox: Running) -> None:
    shop = TikTokShopCaller(sandbox).connect()
    limit = {"marketplace": "tiktok_shop", "endpoint": "conversations", "rate": 0.1, "burst": 2}
    sandbox.control("limits", **limit)
    answers = [shop.call("GET", f"{CHAT}/conversations", query={"page_size": 1}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == 36009002
    assert 8 <= int(answers[2].headers["Retry-After"]) <= 10
    assert shop.get(f"{CHAT}/agents/settings")["code"] == 0
    shop.cipher = shop.ciphers()[KIDS]
    assert shop.get(f"{CHAT}/conversations", page_size=1)["code"] == 0
    assert sandbox.ask("calls")["tiktok_shop"]["conversations"]["rate_limited"] == 1


def test_five_a_second_is_the_usual_limit(sandbox: Running) -> None:
    shop = TikTokShopCaller(sandbox).connect()
    at = shop.now()
    answers = [shop.call("GET", f"{CHAT}/agents/settings", at=at).status_code for _ in range(40)]
    assert answers[:5] == [200] * 5
    assert 429 in answers


def test_a_day_has_so_many_customer_service_calls(shop: TikTokShopCaller, room: str) -> None:
    assert shop.sandbox.control("quota", **PLACE)["quota"]["most"] == 10_000
    shop.sandbox.control("quota", left=2, **PLACE)
    codes = [shop.send(room)["code"] for _ in range(3)]
    assert codes == [0, 0, 45101004]
    assert shop.get(f"{CHAT}/conversations", page_size=1)["code"] == 45101004
    assert shop.post("/order/202309/orders/search")["code"] == 0
    assert len(shop.truth()) == 3
    shop.sandbox.control("clock", advance=86400)
    assert shop.send(room)["code"] == 0


@pytest.mark.parametrize(
    ("kind", "status", "code", "stored"),
    [
        ("error_before", 500, 36009003, 0),
        ("error_after", 500, 36009003, 1),
        ("rate_limit", 429, 36009002, 0),
    ],
)
def test_faults_answer_in_its_own_words(
    shop: TikTokShopCaller, room: str, kind: str, status: int, code: int, stored: int
) -> None:
    shop.sandbox.control("faults", marketplace="tiktok_shop", endpoint="send", kind=kind)
    body = {"type": "TEXT", "content": '{"content": "Siap"}'}
    answer = shop.call("POST", f"{CHAT}/conversations/{room}/messages", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(shop.truth()) - 1 == stored


def test_any_code_can_be_asked_for_and_an_overload(shop: TikTokShopCaller, room: str) -> None:
    path = f"{CHAT}/conversations/{room}/messages"
    for code, status in (("45101008", 200), ("36009007", 408), ("", 503)):
        fault = {"marketplace": "tiktok_shop", "endpoint": "send", "kind": "refuse", "code": code}
        shop.sandbox.control("faults", **fault)
        answer = shop.call("POST", path, json={"type": "TEXT", "content": '{"content": "Siap"}'})
        assert answer.status_code == status
        assert not code or answer.json()["code"] == int(code)
    assert len(shop.truth()) == 1


def test_the_desk_takes_chats_or_not(shop: TikTokShopCaller) -> None:
    path = f"{CHAT}/agents/settings"
    assert shop.get(path)["data"] == {"can_accept_chat": True}
    assert shop.call("PUT", path, json={"can_accept_chat": False}).json()["code"] == 0
    assert shop.get(path)["data"] == {"can_accept_chat": False}
    assert shop.call("PUT", path, json={"can_accept_chat": "no"}).json()["code"] == 36009004
    shop.cipher = shop.ciphers()[KIDS]
    assert shop.get(path)["data"] == {"can_accept_chat": True}


def test_performance_follows_from_what_was_said(shop: TikTokShopCaller, room: str) -> None:
    path = "/customer_service/202407/performance"
    days = {"support_date_ge": "2020-01-01", "support_date_lt": "2100-01-01"}
    before = shop.get(path, **days)["data"]["performance"]
    assert before["support_session_count"] > 22
    assert 0 < float(before["response_percentage"]) <= 100
    assert float(before["response_time_mins"]) > 0
    shop.said(buyer="Orang Lain Lagi")
    after = shop.get(path, **days)["data"]["performance"]
    assert after["support_session_count"] == before["support_session_count"] + 1
    none = {"support_date_ge": "2020-01-01", "support_date_lt": "2020-01-02"}
    assert shop.get(path, **none)["data"]["performance"]["support_session_count"] == 0
    assert shop.get(path, support_date_ge="1", support_date_lt="2")["code"] == 36009004


def test_sessions_are_searched_by_time_and_by_name(shop: TikTokShopCaller, room: str) -> None:
    path, now = "/customer_service/202602/sessions/search", shop.now()

    def found(page_size: int = 50, **body: Any) -> dict[str, Any]:
        body = {"begin_time_ge": now - 30 * 86400, "begin_time_lt": now + 60} | body
        return shop.call("POST", path, query={"page_size": page_size}, json=body).json()

    mine = found(buyer_nickname="nina baru")["data"]["sessions"]
    assert [(row["conversation_id"], row["first_response_late"]) for row in mine] == [(room, True)]
    first = found(page_size=5)["data"]
    assert len(first["sessions"]) == 5
    assert first["next_page_token"]
    assert first["sessions"][0] == mine[0]
    assert found(begin_time_ge=now - 91 * 86400)["code"] == 36009004
    assert found(begin_time_ge=now, begin_time_lt=now - 1)["code"] == 36009004


def test_uploads_are_kept_on_disk(shop: TikTokShopCaller, tmp_path: Path) -> None:
    shop.upload()
    assert [path.read_bytes() for path in (tmp_path / "files").iterdir()] == [PNG]
