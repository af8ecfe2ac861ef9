from __future__ import annotations

import json
from itertools import pairwise

import pytest

from tests.sandbox.callers import GADGET, KEYS, Receiver, Running, ShopeeCaller, hmac_hex, wait_for


@pytest.fixture
def shop(sandbox: Running, receiver: Receiver) -> ShopeeCaller:
    """Connected, and the push that tells so already taken."""
    caller = ShopeeCaller(sandbox).connect()
    wait_for(lambda: receiver.received)
    receiver.received.clear()
    return caller


def test_a_buyers_message_is_pushed_and_signed(shop: ShopeeCaller, receiver: Receiver) -> None:
    said = shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru", text="Halo kak 🤗")
    path, headers, body, _ = wait_for(lambda: receiver.received)[0]
    url = f"{receiver.url}/webhooks/shopee/"
    assert path == "/webhooks/shopee/"
    assert headers["Authorization"] == hmac_hex(KEYS.shopee_push_key, url.encode() + b"|" + body)
    push = json.loads(body)
    assert (push["code"], push["shop_id"], push["data"]["type"]) == (10, GADGET, "message")
    content = push["data"]["content"]
    assert (content["message_id"], content["conversation_id"]) == (said["id"], said["conversation"])
    assert content["content"] == {"text": "Halo kak 🤗"}
    assert content["shop_id"] != GADGET


def test_the_shops_own_words_are_only_hinted_at(shop: ShopeeCaller, receiver: Receiver) -> None:
    buyer = shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru", push=False)["buyer"]
    for number in range(5):
        shop.send(buyer, f"rahasia {number}")
    pushes = wait_for(lambda: len(receiver.bodies()) == 5 and receiver.bodies())
    assert {push["data"]["type"] for push in pushes} == {"notification"}
    assert {push["data"]["content"]["type"] for push in pushes} == {"mark_as_replied"}
    assert "rahasia" not in str(pushes)


def test_an_answer_other_than_an_empty_2xx_is_tried_again(shop: ShopeeCaller, receiver: Receiver) -> None:
    receiver.answers = [(500, b""), (200, b"ok")]
    shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")
    wait_for(lambda: len(receiver.received) == 3)
    first, second, third = (at for *_, at in receiver.received)
    assert 0.9 < second - first < 1.9 < third - second < 2.9
    assert len({body for _, _, body, _ in receiver.received}) == 1


def test_pushes_of_a_shop_keep_their_order(shop: ShopeeCaller, receiver: Receiver) -> None:
    receiver.answers = [(500, b"")]
    ids = [shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")["id"] for _ in range(4)]
    wait_for(lambda: len(receiver.received) == 5)
    assert [push["data"]["content"]["message_id"] for push in receiver.bodies()[1:]] == ids


def test_a_push_nobody_takes_waits_in_the_lost_queue(shop: ShopeeCaller, receiver: Receiver) -> None:
    receiver.answers = [(500, b"")] * 4
    said = shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")
    wait_for(lambda: shop.sandbox.ask("push")["lost"] == 1, seconds=12)
    page = shop.call("GET", "push/get_lost_push_message", "public").json()["response"]
    lost = page["push_message_list"][0]
    assert (lost["shop_id"], lost["code"]) == (GADGET, 10)
    assert lost["data"]["data"]["content"]["message_id"] == said["id"]
    confirmed = shop.public(
        "push/confirm_consumed_lost_push_message", last_message_id=page["last_message_id"]
    )
    assert confirmed["error"] == ""
    page = shop.call("GET", "push/get_lost_push_message", "public").json()["response"]
    assert page["push_message_list"] == []


def test_mode_off_sends_nothing(shop: ShopeeCaller, receiver: Receiver) -> None:
    shop.sandbox.control("push", marketplace="shopee", mode="off")
    shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")
    shop.sandbox.control("push", marketplace="shopee", mode="normal")
    last = shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")["id"]
    pushes = wait_for(receiver.bodies)
    assert [push["data"]["content"]["message_id"] for push in pushes] == [last]


def test_mode_duplicate_sends_everything_twice(shop: ShopeeCaller, receiver: Receiver) -> None:
    shop.sandbox.control("push", marketplace="shopee", mode="duplicate")
    shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")
    wait_for(lambda: len(receiver.received) == 2)
    assert receiver.received[0][2] == receiver.received[1][2]


def test_mode_reorder_turns_the_order_around(shop: ShopeeCaller, receiver: Receiver) -> None:
    shop.sandbox.control("push", marketplace="shopee", mode="reorder")
    ids = [shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")["id"] for _ in range(3)]
    wait_for(lambda: len(receiver.received) == 3)
    assert [push["data"]["content"]["message_id"] for push in receiver.bodies()] == ids[::-1]


def test_mode_delay_waits(shop: ShopeeCaller, receiver: Receiver) -> None:
    shop.sandbox.control("push", marketplace="shopee", mode="delay", seconds=0.6)
    shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")
    assert not receiver.received
    wait_for(lambda: receiver.received)


def test_mode_bad_signature_signs_wrongly(shop: ShopeeCaller, receiver: Receiver) -> None:
    shop.sandbox.control("push", marketplace="shopee", mode="bad_signature")
    shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")
    _, headers, body, _ = wait_for(lambda: receiver.received)[0]
    url = f"{receiver.url}/webhooks/shopee/"
    assert headers["Authorization"] != hmac_hex(KEYS.shopee_push_key, url.encode() + b"|" + body)


def test_a_callback_must_answer_before_it_is_taken(shop: ShopeeCaller, receiver: Receiver) -> None:
    receiver.answers = [(500, b"")]
    url = f"{receiver.url}/lain?a=1"
    assert shop.public("push/set_app_push_config", callback_url=url)["error"] == "error_param"
    assert shop.public("push/set_app_push_config", callback_url=url)["response"] == {"result": "success"}
    config = shop.call("GET", "push/get_app_push_config", "public").json()["response"]
    assert (config["callback_url"], config["live_push_status"]) == (url, "Normal")
    assert shop.public("push/set_app_push_config", set_push_config_off=[10])["error"] == ""
    receiver.received.clear()
    shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")
    assert not receiver.received


def test_message_ids_grow_with_time(shop: ShopeeCaller) -> None:
    ids = [int(shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")["id"]) for _ in range(20)]
    assert all(before < after for before, after in pairwise(ids))
    assert min(ids) > 2**53


def test_an_order_and_its_change_are_pushed(shop: ShopeeCaller, receiver: Receiver) -> None:
    place = {"marketplace": "shopee", "shop": GADGET}
    order = shop.sandbox.control("orders", buyer="Nina Baru", **place)["order"]
    shop.sandbox.control("orders", order=order["id"], status="SHIPPED", **place)
    pushes = wait_for(lambda: len(receiver.bodies()) == 2 and receiver.bodies())
    assert [(push["code"], push["data"]["ordersn"]) for push in pushes] == [(3, order["id"])] * 2
    assert {push["data"]["status"] for push in pushes} == {"READY_TO_SHIP", "SHIPPED"}


def test_an_order_pushed_may_have_any_status_of_shopee(shop: ShopeeCaller, receiver: Receiver) -> None:
    place = {"marketplace": "shopee", "shop": GADGET, "buyer": "Nina Baru"}
    order = shop.sandbox.control("orders", status="TO_RETURN", **place)["order"]
    assert wait_for(receiver.bodies)[0]["data"]["status"] == "TO_RETURN"
    query = {"order_sn_list": order["id"], "response_optional_fields": "buyer_user_id"}
    detail = shop.get("order/get_order_detail", **query)["response"]["order_list"][0]
    assert (detail["order_status"], detail["buyer_user_id"]) == ("TO_RETURN", order["buyer"])
    wrong = shop.sandbox.http.post("/control/orders", json=place | {"status": "LOST"})
    assert (wrong.status_code, "READY_TO_SHIP" in wrong.json()["error"]) == (400, True)


def test_mode_odd_sends_shopees_rarer_shapes(shop: ShopeeCaller, receiver: Receiver) -> None:
    shop.sandbox.control("push", marketplace="shopee", mode="odd")
    buyer = shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")["buyer"]
    for number in range(2):
        shop.send(buyer, f"jawaban {number}")
    pushes = wait_for(lambda: len(receiver.bodies()) == 3 and receiver.bodies())
    assert {(push["msg_id"], push["shop_id"], push["code"]) for push in pushes} == {(None, str(GADGET), "10")}
    notices = [push["data"]["content"] for push in pushes[1:]]
    assert all("conversation_id" not in notice and notice["content"] == {} for notice in notices)


@pytest.mark.parametrize(
    ("taken", "given_up", "word"),
    [(0, 590, "Normal"), (420, 190, "Warning"), (430, 180, "Normal"), (180, 430, "Suspended")],
)
def test_the_state_of_pushes_follows_from_how_many_were_taken(
    shop: ShopeeCaller, taken: int, given_up: int, word: str
) -> None:
    shop.sandbox.control("push", marketplace="shopee", taken=taken, given_up=given_up)
    config = shop.call("GET", "push/get_app_push_config", "public").json()["response"]
    assert config["live_push_status"] == word
    assert (config["suspended_time"] > 0) == (word == "Suspended")


def test_what_is_pushed_while_suspended_waits_in_the_lost_queue(
    shop: ShopeeCaller, receiver: Receiver
) -> None:
    shop.sandbox.control("push", marketplace="shopee", given_up=700)
    said = [shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")["id"] for _ in range(2)]
    page = shop.call("GET", "push/get_lost_push_message", "public").json()["response"]
    lost = [row["data"] for row in page["push_message_list"]]
    assert {type(data) for data in lost} == {dict, str}  # documented as one, shown as the other
    envelopes = [json.loads(data) if isinstance(data, str) else data for data in lost]
    assert [envelope["data"]["content"]["message_id"] for envelope in envelopes] == said
    assert receiver.received == []
    shop.public("push/set_app_push_config", set_push_config_on=[10])
    shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")
    assert len(wait_for(receiver.bodies)) == 1
    assert shop.sandbox.ask("push")["lost"] == 2


def test_the_lost_queue_keeps_pages_of_a_hundred_for_three_days(shop: ShopeeCaller) -> None:
    shop.sandbox.control("push", marketplace="shopee", mode="lost")
    for _ in range(101):
        shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")
    page = shop.call("GET", "push/get_lost_push_message", "public").json()["response"]
    assert (len(page["push_message_list"]), page["has_next_page"]) == (100, True)
    shop.public("push/confirm_consumed_lost_push_message", last_message_id=page["last_message_id"])
    page = shop.call("GET", "push/get_lost_push_message", "public").json()["response"]
    assert (len(page["push_message_list"]), page["has_next_page"]) == (1, False)
    shop.sandbox.control("clock", advance=3 * 86400 + 60)
    page = shop.call("GET", "push/get_lost_push_message", "public").json()["response"]
    assert page["push_message_list"] == []
