from __future__ import annotations

import json

import pytest

from tests.sandbox.callers import (
    ELEKTRONIK,
    GADGET,
    KEYS,
    RUMAH,
    WAITING,
    Receiver,
    Running,
    TokopediaCaller,
    hmac_hex,
    wait_for,
)

DAY = 86400
HEADERS = ("Limit", "Remaining", "Reset-After", "Full-Reset-After")


@pytest.fixture
def shop(sandbox: Running) -> TokopediaCaller:
    """Connected, without the limit in the way."""
    sandbox.control("limits", marketplace="tokopedia", endpoint="*", rate=1000, burst=1000)
    return TokopediaCaller(sandbox).connect()


def test_the_same_token_comes_back_until_it_ends(shop: TokopediaCaller) -> None:
    first = shop.fetch_token().json()
    assert first["access_token"] == shop.token
    assert first["expires_in"] == pytest.approx(30 * DAY, abs=5)
    assert shop.fetch_token(secret="salah").status_code == 401
    shop.sandbox.control("clock", advance=30 * DAY + 1)
    assert shop.messages().status_code == 401
    assert shop.connect().messages().status_code == 200


def test_every_answer_carries_the_limit(shop: TokopediaCaller) -> None:
    shop.sandbox.control("limits", marketplace="tokopedia", endpoint="messages", rate=5, burst=5)
    answer = shop.messages()
    assert answer.headers["X-Ratelimit-Limit"] == "5 req/s (burst 5)"
    assert answer.headers["X-Ratelimit-Remaining"] == "4"
    assert answer.headers["X-Ratelimit-Reset-After"] == "-0.000000"
    assert float(answer.headers["X-Ratelimit-Full-Reset-After"]) == pytest.approx(0.2, abs=0.05)
    shop.token = "salah"
    for refused in (shop.messages(), shop.call("GET", "/nowhere")):
        assert refused.status_code == 401
        assert all(f"X-Ratelimit-{name}" in refused.headers for name in HEADERS)


def test_over_the_limit_is_429_for_that_endpoint_alone(sandbox: Running) -> None:
    shop = TokopediaCaller(sandbox).connect()
    shop.sandbox.control("limits", marketplace="tokopedia", endpoint="messages", rate=0.1, burst=5)
    statuses = [shop.messages(shop_id=shop_id).status_code for shop_id in (ELEKTRONIK, RUMAH) * 3]
    assert statuses == [200] * 5 + [429]
    over = shop.messages()
    assert float(over.headers["X-Ratelimit-Reset-After"]) > 5
    assert over.headers["X-Ratelimit-Remaining"] == "0"
    assert shop.call("GET", "/v1/shop/fs/{fs}/shop-info").status_code == 200


def test_the_usual_limit_is_five_a_second(sandbox: Running) -> None:
    answer = TokopediaCaller(sandbox).connect().messages()
    assert answer.headers["X-Ratelimit-Limit"] == "5 req/s (burst 5)"


def test_shop_info_lists_the_shops_that_are_active(shop: TokopediaCaller) -> None:
    answer = shop.call("GET", "/v1/shop/fs/{fs}/shop-info").json()
    assert [row["shop_id"] for row in answer["data"]] == [ELEKTRONIK, RUMAH]
    assert (answer["status"], answer["error_message"]) == ("200 Ok", [])
    wrong = shop.call("GET", "/v1/shop/fs/1/shop-info")
    assert wrong.json() == {
        "data": None,
        "status": "400 Bad Request",
        "error_message": ["Invalid FS ID Format"],
    }


@pytest.mark.parametrize(("shop_id", "code"), [(WAITING, "RBAC_MDLW_002"), (GADGET, "RBAC_MDLW_001")])
def test_shops_without_permission_are_refused(shop: TokopediaCaller, shop_id: int, code: str) -> None:
    answer = shop.messages(shop_id=shop_id)
    assert answer.status_code == 403
    assert answer.json()["header"]["error_code"] == code


def test_a_bad_shop_id_has_the_error_code_zero(shop: TokopediaCaller) -> None:
    answer = shop.messages(shop_id="abc")
    assert answer.status_code == 400
    header = answer.json()["header"]
    assert (header["reason"], header["error_code"]) == ("invalid shop_id format", 0)


def test_rooms_come_in_pages_of_fifteen_until_a_short_one(shop: TokopediaCaller) -> None:
    pages = [shop.messages(page=number, per_page=15).json() for number in (1, 2, 3)]
    assert [len(page["data"]) for page in pages] == [15, 7, 0]
    assert all("have_next_page" not in str(page) for page in pages)
    assert shop.messages(per_page=16).status_code == 400
    room = pages[0]["data"][0]
    assert room["message_key"] == f"user-{room['attributes']['contact']['id']}~shop-{ELEKTRONIK}"
    assert "Name" in room["attributes"]["contact"]["attributes"]
    assert room["attributes"]["last_reply_time"] > 10**12


def test_a_reply_is_stored_but_its_id_is_not_told(shop: TokopediaCaller) -> None:
    said = shop.sandbox.buyer_says("tokopedia", ELEKTRONIK, "Nina Baru", text="Cek https://a.test/x?y=1&z=2")
    room = int(said["conversation"])
    answer = shop.reply(room, message="Siap kak").json()
    assert answer["header"]["error_code"] == 0
    assert "reply_id" not in answer["data"]
    assert answer["data"]["role"] == 2
    newest, first = shop.replies(room).json()["data"]
    assert (newest["msg"], newest["is_opposite"]) == ("Siap kak", False)
    assert newest["reply_time"] == answer["data"]["reply_time"]
    assert newest["reply_id"] > first["reply_id"]
    assert first["is_opposite"] is True
    assert first["msg"] == (
        'Cek <a rel="nofollow" target="_blank" href="https://a.test/x?y=1&amp;z=2">'
        "https://a.test/x?y=1&amp;z=2</a>"
    )


def test_what_is_attached_cannot_be_told_from_the_list(shop: TokopediaCaller) -> None:
    said = shop.sandbox.buyer_says("tokopedia", ELEKTRONIK, "Nina Baru", kind="item")
    bubble = shop.replies(int(said["conversation"])).json()["data"][0]
    assert bubble["msg"] == ""
    assert bubble["attachment_id"] > 0


def test_a_quotation_answers_without_msg(shop: TokopediaCaller) -> None:
    room = int(shop.sandbox.buyer_says("tokopedia", ELEKTRONIK, "Nina Baru")["conversation"])
    card = {"thumbnail": "https://a.test/t.png", "identifier": "1", "title": "Kipas", "price": "Rp10.000"}
    data = shop.reply(room, attachment_type=19, payload=card | {"url": "https://a.test"}).json()["data"]
    assert "msg" not in data
    assert data["attachment"]["quotation_profile"]["title"] == "Kipas"
    assert shop.reply(room, message="").status_code == 400
    assert shop.reply(room, attachment_type=17, message="x").status_code == 400


def test_a_room_of_another_shop_is_refused(shop: TokopediaCaller) -> None:
    said = shop.sandbox.buyer_says("tokopedia", RUMAH, "Nina Baru")
    assert shop.reply(int(said["conversation"]), message="Halo").status_code == 400


def test_a_chat_can_begin_with_an_order(shop: TokopediaCaller) -> None:
    now = shop.sandbox.ask("clock")["now"]
    window = {"fs_id": KEYS.tokopedia_fs_id, "shop_id": ELEKTRONIK, "page": 1, "per_page": 100}
    too_long = {"from_date": now - 3 * DAY - 1, "to_date": now}
    answer = shop.call("GET", "/v2/order/list", params=window | too_long)
    assert answer.json()["header"]["error_code"] == "ORD_DLV_013"
    orders: list[dict[str, object]] = []
    for back in range(0, 27, 3):
        since = now - (back + 3) * DAY
        dates = {"from_date": since, "to_date": since + 3 * DAY - 1}
        orders += shop.call("GET", "/v2/order/list", params=window | dates).json()["data"]
    order_id = orders[0]["order_id"]
    started = shop.call("GET", "/v1/chat/fs/{fs}/initiate", params={"order_id": order_id}).json()["data"]
    assert started["contact"]["id"] == orders[0]["buyer"]["id"]  # type: ignore[index]
    missing = shop.call("GET", "/v2/fs/{fs}/order", params={"order_id": 1}).json()
    assert missing["header"]["error_code"] == "ORD_API_008"


def test_products_are_read_by_page_or_by_id(shop: TokopediaCaller) -> None:
    path = "/inventory/v1/fs/{fs}/product/info"
    page = shop.call("GET", path, params={"shop_id": ELEKTRONIK, "page": 1, "per_page": 50}).json()["data"]
    assert len(page) >= 12
    one = shop.call("GET", path, params={"product_id": page[0]["basic"]["productID"]}).json()["data"]
    assert one == page[:1]
    answer = shop.call("GET", path, params={"shop_id": ELEKTRONIK})
    assert answer.json()["header"]["error_code"] == "PRD_DLV_005"


def test_a_push_has_no_message_id_and_is_signed(shop: TokopediaCaller, receiver: Receiver) -> None:
    said = shop.sandbox.buyer_says("tokopedia", ELEKTRONIK, "Nina Baru", text="Halo kak")
    path, headers, body, _ = wait_for(lambda: receiver.received)[0]
    assert path == "/webhooks/tokopedia/"
    assert headers["Authorization-Hmac"] == hmac_hex(KEYS.tokopedia_webhook_secret, body)
    push = json.loads(body)
    assert set(push) == {"msg_id", "buyer_id", "message", "thumbnail", "full_name", "shop_id"}
    assert (push["msg_id"], push["message"]) == (int(said["conversation"]), "Halo kak")


def test_only_the_push_shows_what_is_attached(shop: TokopediaCaller, receiver: Receiver) -> None:
    shop.sandbox.buyer_says("tokopedia", ELEKTRONIK, "Nina Baru", kind="item")
    shop.sandbox.buyer_says("tokopedia", ELEKTRONIK, "Nina Baru", kind="image")
    wait_for(lambda: len(receiver.received) == 2)
    item, image = (push["payload"] for push in receiver.bodies())
    assert (item["attachment_type"], item["product"]["price"][:2]) == (3, "Rp")
    assert image["attachment_type"] == 2
    assert shop.sandbox.http.get(image["image"]["image_url"]).status_code == 200


def test_webhooks_can_be_registered_and_read_back(shop: TokopediaCaller, receiver: Receiver) -> None:
    url = f"{receiver.url}/chat"
    body = {"fs_id": KEYS.tokopedia_fs_id, "chat_notification_url": url, "webhook_secret": "lain"}
    assert shop.call("POST", "/v1/fs/{fs}/register", json=body).json()["data"] == "success"
    data = shop.call("GET", "/v1/fs/{fs}").json()["data"]
    assert (data["chat_notification_url"], data["order_status_url"]) == (url, "")
    shop.sandbox.buyer_says("tokopedia", ELEKTRONIK, "Nina Baru")
    path, headers, raw, _ = wait_for(lambda: receiver.received)[0]
    assert path == "/chat"
    assert headers["Authorization-Hmac"] == hmac_hex("lain", raw)


def test_shop_info_has_two_envelopes(shop: TokopediaCaller) -> None:
    bare = shop.call("GET", "/v1/shop/fs/{fs}/shop-info").json()
    assert shop.sandbox.control("tokopedia", header=True)["header"] is True
    headed = shop.call("GET", "/v1/shop/fs/{fs}/shop-info").json()
    assert (bare.keys(), headed.keys()) == ({"data", "status", "error_message"}, {"header", "data"})
    assert headed["data"] == bare["data"]
    wrong = shop.call("GET", "/v1/shop/fs/1/shop-info").json()
    assert wrong["header"]["reason"] == "invalid fs_id format"


def test_a_shop_can_be_attached_and_accepted_later(shop: TokopediaCaller) -> None:
    assert shop.messages(shop_id=WAITING).status_code == 403
    shop.sandbox.control("tokopedia", shop=WAITING, accepted=True)
    assert shop.messages(shop_id=WAITING).status_code == 200
    found = shop.sandbox.control("tokopedia", shop=ELEKTRONIK, attached=False)
    assert (found["attached"], found["accepted"]) == (False, True)
    assert shop.messages().json()["header"]["error_code"] == "RBAC_MDLW_001"


def test_a_range_of_three_days_is_too_long(shop: TokopediaCaller) -> None:
    now = shop.sandbox.ask("clock")["now"]
    query = {"fs_id": KEYS.tokopedia_fs_id, "shop_id": ELEKTRONIK, "page": 1, "per_page": 10}
    for length, status in ((3 * DAY, 400), (3 * DAY - 1, 200)):
        dates = {"from_date": now - length, "to_date": now}
        assert shop.call("GET", "/v2/order/list", params=query | dates).status_code == status
