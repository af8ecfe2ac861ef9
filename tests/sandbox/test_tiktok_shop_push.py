from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.sandbox.callers import KEYS, Receiver, Running, hmac_hex, wait_for
from tests.sandbox.tiktok_shop import BEAUTY, CHAT, KIDS, STRANGERS, TikTokShopCaller

DAY = 86400
PLACE = {"marketplace": "tiktok_shop", "shop": BEAUTY}
MARKET = {"marketplace": "tiktok_shop"}


@pytest.fixture
def shop(sandbox: Running) -> TikTokShopCaller:
    return TikTokShopCaller(sandbox).connect()


def pushes(receiver: Receiver, type_: int, count: int = 1) -> list[dict[str, Any]]:
    """The first so many pushes of a type, once they have come."""
    return wait_for(
        lambda: len(found := [push for push in receiver.bodies() if push["type"] == type_]) >= count and found
    )


def test_a_message_is_pushed_whole_and_signed(shop: TikTokShopCaller, receiver: Receiver) -> None:
    _, room = shop.said(text="Halo kak 🤗")
    push = pushes(receiver, 14)[0]
    row, _ = shop.newest(room)
    data = push["data"]
    assert (push["shop_id"], data["conversation_id"], data["message_id"]) == (str(BEAUTY), room, row["id"])
    assert (data["index"], data["create_time"], data["type"]) == (row["index"], row["create_time"], "TEXT")
    assert data["content"] == '{"content":"Halo kak 🤗"}'
    assert data["sender"] == {"im_user_id": row["sender"]["im_user_id"], "role": "BUYER"}
    for path, headers, body, _ in receiver.received:
        assert path == "/webhooks/tiktok_shop/"
        right = hmac_hex(KEYS.tiktok_shop_app_secret, KEYS.tiktok_shop_app_key.encode() + body)
        assert headers["Authorization"] == right


@pytest.mark.parametrize("sent_by", ["seller_centre", "system", "robot", "shop"])
def test_what_anybody_says_is_pushed(shop: TikTokShopCaller, receiver: Receiver, sent_by: str) -> None:
    shop.said(sent_by=sent_by, text="dari toko")
    assert "dari toko" in pushes(receiver, 14)[0]["data"]["content"]


def test_our_own_send_comes_back(shop: TikTokShopCaller, receiver: Receiver) -> None:
    _, room = shop.said()
    sent = shop.send(room, version="202606")["data"]["message_id"]
    echo = pushes(receiver, 14, 2)
    mine = next(push for push in echo if push["data"]["message_id"] == sent)
    assert mine["data"]["sender"]["role"] == "CUSTOMER_SERVICE"


def test_the_echo_may_come_before_the_answer(shop: TikTokShopCaller, receiver: Receiver) -> None:
    _, room = shop.said()
    shop.sandbox.control("push", mode="odd", **MARKET)
    sent = shop.send(room)["data"]["message_id"]
    answered = time.monotonic()
    (at,) = [at for _, _, body, at in receiver.received if json.loads(body)["data"].get("message_id") == sent]
    assert at < answered


def test_a_room_is_announced_when_it_begins_and_when_an_agent_joins_or_leaves(
    shop: TikTokShopCaller, receiver: Receiver
) -> None:
    _, room = shop.said()
    shop.said()
    assert len(pushes(receiver, 14, 2)) == 2
    assert [push["data"]["conversation_id"] for push in pushes(receiver, 13)] == [room]
    shop.send(room)
    shop.send(room)
    pushes(receiver, 14, 4)
    assert len(pushes(receiver, 13, 2)) == 2
    path = f"/customer_service/202601/conversations/{room}"
    session = shop.get(path, need_session_id="true")["data"]["conversation"]["cur_session_id"]
    shop.post(f"/customer_service/202605/conversations/{room}/sessions/{session}/end")
    data = pushes(receiver, 13, 3)[2]["data"]
    assert set(data) == {"conversation_id", "create_time"}


def test_hidden_messages_are_pushed_and_marked(shop: TikTokShopCaller, receiver: Receiver) -> None:
    shop.said(kind="notification", text="Beri nilai", is_visible=False)
    assert pushes(receiver, 14)[0]["data"]["is_visible"] is False


def test_nothing_is_told_of_a_shop_that_has_not_let_the_app_in(sandbox: Running, receiver: Receiver) -> None:
    sandbox.buyer_says("tiktok_shop", BEAUTY, "Nina Baru")
    shop = TikTokShopCaller(sandbox).connect()
    sandbox.buyer_says("tiktok_shop", STRANGERS, "Nina Baru")
    sandbox.control("authorizations", way="no_chat", **PLACE)
    shop.said()
    order = sandbox.control("orders", buyer="Nina Baru", **PLACE)["order"]
    assert pushes(receiver, 1)[0]["data"]["order_id"] == order["id"]
    assert {push["type"] for push in receiver.bodies()} == {1}


@pytest.mark.parametrize(
    ("status", "told", "more"),
    [
        ("SHIPPED", "IN_TRANSIT", None),
        ("CANCELLED", "CANCEL", (11, "cancel_status", "CANCELLATION_REQUEST_SUCCESS")),
        ("IN_CANCEL", "AWAITING_SHIPMENT", (11, "cancel_status", "CANCELLATION_REQUEST_PENDING")),
        ("TO_RETURN", "DELIVERED", (12, "return_status", "RETURN_OR_REFUND_REQUEST_PENDING")),
    ],
)
def test_an_order_and_what_is_asked_about_it_are_pushed(
    shop: TikTokShopCaller, receiver: Receiver, status: str, told: str, more: tuple[int, str, str] | None
) -> None:
    order = shop.sandbox.control("orders", buyer="Nina Baru", status=status, **PLACE)["order"]
    data = pushes(receiver, 1)[0]["data"]
    assert (data["order_id"], data["order_status"]) == (order["id"], told)
    assert set(data) == {"order_id", "order_status", "is_on_hold_order", "update_time"}
    if more:
        assert pushes(receiver, more[0])[0]["data"][more[1]] == more[2]


def test_a_removed_app_is_told_for_every_shop(shop: TikTokShopCaller, receiver: Receiver) -> None:
    shop.sandbox.control("authorizations", way="cancel", **PLACE)
    told = pushes(receiver, 6, 2)
    assert {push["shop_id"] for push in told} == {str(BEAUTY), str(KIDS)}
    assert "deauthorized" in told[0]["data"]["message"]


def test_a_removed_app_may_not_be_told(shop: TikTokShopCaller, receiver: Receiver) -> None:
    shop.sandbox.control("authorizations", way="cancel", push=False, **PLACE)
    assert shop.get(f"{CHAT}/conversations", page_size=1)["code"] == 36009004
    assert receiver.received == []


def test_the_last_month_of_a_consent_is_told_once_a_day(shop: TikTokShopCaller, receiver: Receiver) -> None:
    for days in (334, 2, 0.1, 1):
        shop.sandbox.control("clock", advance=days * DAY)
    told = pushes(receiver, 7, 4)
    assert [push["shop_id"] for push in told].count(str(BEAUTY)) == len(told) / 2 <= 3
    ends = told[0]["data"]["expiration_time"]
    assert abs(int(ends) - shop.now() - 28 * DAY) < DAY


def test_the_last_month_can_be_brought_about(shop: TikTokShopCaller, receiver: Receiver) -> None:
    shop.sandbox.control("authorizations", way="ends_soon", **PLACE)
    ends = int(pushes(receiver, 7)[0]["data"]["expiration_time"])
    assert abs(ends - shop.now() - 30 * DAY) <= 5
    assert shop.refresh(shop.refresh_token)["data"]["refresh_token_expire_in"] == ends


def test_any_other_push_can_be_sent_and_one_names_the_seller(
    shop: TikTokShopCaller, receiver: Receiver
) -> None:
    shop.sandbox.control("pushes", code=5, data={"product_id": "1"}, **PLACE)
    assert pushes(receiver, 5)[0]["data"] == {"product_id": "1"}
    shop.sandbox.control("pushes", code=35, data={"mirror_status": "MIRRORED"}, **PLACE)
    push = pushes(receiver, 35)[0]
    assert (push["seller_open_id"], "shop_id" in push) == ("7010736057180325601", False)


@pytest.mark.parametrize("answer", [(500, b""), (200, b"ok")])
def test_an_answer_other_than_an_empty_2xx_is_tried_again_without_holding_up_others(
    shop: TikTokShopCaller, receiver: Receiver, answer: tuple[int, bytes]
) -> None:
    shop.sandbox.control("push", retry_after=[0.6], **MARKET)
    shop.said(push=False)
    receiver.answers = [answer]
    shop.said(text="pertama")
    wait_for(lambda: receiver.received)
    shop.said(text="kedua")
    wait_for(lambda: len(receiver.received) == 3)
    texts = [json.loads(push["data"]["content"])["content"] for push in receiver.bodies()]
    assert texts == ["pertama", "kedua", "pertama"]
    assert receiver.received[0][2] == receiver.received[2][2]  # under the same notification id


def test_mode_duplicate_sends_everything_twice(shop: TikTokShopCaller, receiver: Receiver) -> None:
    shop.said(push=False)
    shop.sandbox.control("push", mode="duplicate", **MARKET)
    shop.said()
    wait_for(lambda: len(receiver.received) == 2)
    assert receiver.received[0][2] == receiver.received[1][2]


def test_mode_reorder_turns_the_order_around(shop: TikTokShopCaller, receiver: Receiver) -> None:
    shop.said(push=False)
    shop.sandbox.control("push", mode="reorder", **MARKET)
    for number in range(3):
        shop.said(text=f"pesan {number}")
    wait_for(lambda: len(receiver.received) == 3)
    texts = [json.loads(push["data"]["content"])["content"] for push in receiver.bodies()]
    assert texts == ["pesan 2", "pesan 1", "pesan 0"]


@pytest.mark.parametrize("mode", ["off", "lost"])
def test_what_is_off_or_lost_never_comes(shop: TikTokShopCaller, receiver: Receiver, mode: str) -> None:
    shop.sandbox.control("push", mode=mode, **MARKET)
    shop.said()
    shop.sandbox.control("push", mode="normal", **MARKET)
    shop.said(text="terakhir")
    assert ["terakhir" in push["data"]["content"] for push in pushes(receiver, 14)] == [True]
    assert shop.sandbox.ask("push")["lost"] == 0  # there is no queue to ask for them


def test_mode_delay_waits(shop: TikTokShopCaller, receiver: Receiver) -> None:
    shop.sandbox.control("push", mode="delay", seconds=0.6, **MARKET)
    shop.said()
    assert not receiver.received
    wait_for(lambda: receiver.received)


def test_mode_bad_signature_signs_wrongly(shop: TikTokShopCaller, receiver: Receiver) -> None:
    shop.sandbox.control("push", mode="bad_signature", **MARKET)
    shop.said()
    _, headers, body, _ = wait_for(lambda: receiver.received)[0]
    right = hmac_hex(KEYS.tiktok_shop_app_secret, KEYS.tiktok_shop_app_key.encode() + body)
    assert headers["Authorization"] != right


def test_mode_odd_leaves_the_notification_id_out(shop: TikTokShopCaller, receiver: Receiver) -> None:
    shop.said()
    normal = pushes(receiver, 14)[0]
    assert len(normal["tts_notification_id"]) == 19
    shop.sandbox.control("push", mode="odd", **MARKET)
    shop.said()
    assert "tts_notification_id" not in pushes(receiver, 14, 2)[1]


def test_an_address_is_registered_for_one_shop_and_event(shop: TikTokShopCaller, receiver: Receiver) -> None:
    path, url = "/event/202309/webhooks", f"{receiver.url}/chat"
    assert shop.get(path)["data"] == {"total_count": 0, "webhooks": []}
    body = {"event_type": "NEW_MESSAGE", "address": url}
    assert shop.call("PUT", path, json=body).json()["code"] == 0
    row = shop.get(path)["data"]["webhooks"][0]
    assert (row["event_type"], row["address"]) == ("NEW_MESSAGE", url)
    shop.said()
    shop.sandbox.buyer_says("tiktok_shop", KIDS, "Nina Baru")
    wait_for(lambda: len(receiver.received) == 4)
    where = {
        (p, json.loads(body)["type"], json.loads(body)["shop_id"]) for p, _, body, _ in receiver.received
    }
    usual = "/webhooks/tiktok_shop/"
    assert where == {
        ("/chat", 14, str(BEAUTY)),
        (usual, 13, str(BEAUTY)),
        (usual, 13, str(KIDS)),
        (usual, 14, str(KIDS)),
    }
    assert shop.call("DELETE", path, json={"event_type": "NEW_MESSAGE"}).json()["code"] == 0
    assert shop.get(path)["data"]["total_count"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"event_type": "NEW_MESSAGE"},
        {"event_type": "NEW_MESSAGE", "address": "app.test"},
        {"event_type": "NEW_MESSAGE", "address": "https://app.test/" + "x" * 250},
        {"event_type": "NEWS", "address": "https://app.test/"},
    ],
)
def test_an_address_must_be_one(shop: TikTokShopCaller, body: dict[str, str]) -> None:
    assert shop.call("PUT", "/event/202309/webhooks", json=body).json()["code"] == 36009004
