from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from tests.sandbox.callers import Running
from tests.sandbox.tiktok_shop import BEAUTY, CHAT, KIDS, TikTokShopCaller

DAY, HOUR = 86400, 3600
PLACE = {"marketplace": "tiktok_shop", "shop": BEAUTY}


@pytest.fixture
def shop(sandbox: Running) -> TikTokShopCaller:
    """Connected, without the limit in the way."""
    sandbox.control("limits", marketplace="tiktok_shop", endpoint="*", rate=1000, burst=1000)
    return TikTokShopCaller(sandbox).connect()


def every_room(shop: TikTokShopCaller) -> list[dict[str, Any]]:
    first = shop.rooms()
    second = shop.rooms(page_token=first["next_page_token"])
    assert (len(first["conversations"]), second["next_page_token"]) == (20, "")
    return first["conversations"] + second["conversations"]


def every_message(shop: TikTokShopCaller, room: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token = ""
    while True:
        page = shop.messages(room, **query, **({"page_token": token} if token else {}))
        found += page["messages"]
        token = page["next_page_token"]
        if not token:
            return found


def of_room(shop: TikTokShopCaller, room: str) -> dict[str, Any]:
    return next(row for row in every_room(shop) if row["id"] == room)


def one(shop: TikTokShopCaller, room: str, **query: Any) -> dict[str, Any]:
    return shop.get(f"/customer_service/202601/conversations/{room}", **query)["data"]["conversation"]


def buyer_in(row: dict[str, Any]) -> dict[str, Any]:
    return next(person for person in row["participants"] if person["role"] == "BUYER")


def test_rooms_come_in_pages_of_twenty_newest_first(shop: TikTokShopCaller) -> None:
    rooms = every_room(shop)
    assert len(rooms) == len({room["id"] for room in rooms}) == 22
    assert {len(room["id"]) for room in rooms} == {19}
    ids = [int(room["latest_message"]["id"]) for room in rooms]
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize(
    "query",
    [
        {"page_size": None},
        {"page_size": 21},
        {"page_size": 0},
        {"page_size": 5, "page_token": "x"},
        {"page_size": 5, "locale": "id"},
    ],
)
def test_a_page_must_be_asked_for_rightly(shop: TikTokShopCaller, query: dict[str, Any]) -> None:
    given = {key: value for key, value in query.items() if value is not None}
    answer = shop.call("GET", f"{CHAT}/conversations", query=given)
    assert (answer.status_code, answer.json()["code"]) == (400, 36009004)


def test_a_page_token_has_to_be_encoded(shop: TikTokShopCaller) -> None:
    token = shop.rooms(page_size=5)["next_page_token"]
    assert token.startswith("+/")
    answer = shop.call("GET", f"{CHAT}/conversations", query={"page_size": 5, "page_token": token})
    plain = str(answer.request.url).replace("%2B", "+")
    wrong = shop.sandbox.http.get(plain, headers={"x-tts-access-token": shop.token})
    assert (answer.json()["code"], wrong.json()["code"]) == (0, 106001)


def test_buyers_are_of_two_platforms_with_two_ids_each(shop: TikTokShopCaller) -> None:
    rooms = every_room(shop)
    buyers = [buyer_in(room) for room in rooms]
    assert {buyer["buyer_platform"] for buyer in buyers} == {"TOKOPEDIA", "TIKTOK_SHOP"}
    assert all(buyer["im_user_id"] != buyer["user_id"] for buyer in buyers)
    assert all(int(buyer["user_id"]) > 2**53 for buyer in buyers)
    assert "" in {buyer["avatar"] for buyer in buyers}


def test_the_buyer_may_be_listed_alone_whatever_the_count_says(shop: TikTokShopCaller) -> None:
    rooms = every_room(shop)
    shapes = {(room["participant_count"], len(room["participants"])) for room in rooms}
    assert {(3, 1), (3, 3)} <= shapes
    _, room = shop.said()
    assert of_room(shop, room)["participant_count"] == 2
    shop.send(room)
    assert of_room(shop, room)["participant_count"] == 3


def test_one_room_tells_other_things_than_the_list(shop: TikTokShopCaller) -> None:
    listed = every_room(shop)[0]
    single = one(shop, listed["id"])
    assert buyer_in(single)["platform"] == buyer_in(listed)["buyer_platform"]
    assert "buyer_platform" not in buyer_in(single)
    assert set(listed) - set(single) == {"can_send_message", "latest_message"}
    assert single["create_time"] == listed["create_time"]


def test_the_platform_of_every_third_new_buyer_is_told_only_later(shop: TikTokShopCaller) -> None:
    rooms = [shop.said(buyer=f"Pembeli Baru {number}")[1] for number in range(3)]
    told = [buyer_in(one(shop, room)).get("platform") for room in rooms]
    assert sorted(map(str, told)) == ["None", "TIKTOK_SHOP", "TIKTOK_SHOP"]
    shop.sandbox.control("clock", advance=61)
    assert {buyer_in(one(shop, room)).get("platform") for room in rooms} == {"TIKTOK_SHOP"}


def test_a_buyers_platform_can_be_set_or_kept_secret(shop: TikTokShopCaller) -> None:
    buyer, room = shop.said(buyer="Pembeli Baru 0")
    shop.sandbox.control("clock", advance=61)
    for platform, told in (("TOKOPEDIA", "TOKOPEDIA"), ("", None)):
        shop.sandbox.control("buyers", marketplace="tiktok_shop", buyer=buyer, platform=platform)
        assert buyer_in(of_room(shop, room)).get("buyer_platform") == told
    wrong = {"marketplace": "tiktok_shop", "buyer": buyer, "platform": "SHOPEE"}
    assert shop.sandbox.http.post("/control/buyers", json=wrong).status_code == 400


def test_messages_come_in_pages_of_ten(shop: TikTokShopCaller) -> None:
    room = every_room(shop)[0]["id"]
    assert shop.get(f"{CHAT}/conversations/{room}/messages")["code"] == 36009004
    assert shop.get(f"{CHAT}/conversations/{room}/messages", page_size=11)["code"] == 36009004
    found = every_message(shop, room, sort_field="index", page_size=7)
    truth = shop.truth(buyer_in(of_room(shop, room))["user_id"])
    assert [row["id"] for row in reversed(found)] == [said["id"] for said in truth]
    forward = every_message(shop, room, sort_field="index", sort_order="ASC")
    assert forward == found[::-1]


def test_numbers_grow_with_gaps_and_are_not_the_ids(shop: TikTokShopCaller) -> None:
    _, room = shop.said()
    for _ in range(3):
        shop.send(room)
    rows = every_message(shop, room, sort_field="index", sort_order="ASC")
    numbers = [int(row["index"]) for row in rows]
    assert all(after - before > 1 for before, after in pairwise(numbers))
    assert all(row["index"] != row["id"] for row in rows)
    assert {len(row["index"]) for row in rows} == {19}


def test_times_do_not_always_agree_with_numbers(shop: TikTokShopCaller) -> None:
    disagreeing = 0
    for room in every_room(shop):
        times = [row["create_time"] for row in every_message(shop, room["id"], sort_field="index")]
        disagreeing += any(older > newer for newer, older in pairwise(times))
    assert disagreeing >= 4


def test_by_time_is_the_usual_order_and_pages_hold_where_times_are_alike(shop: TikTokShopCaller) -> None:
    _, room = shop.said(text="nol")
    for number in range(12):
        shop.said(text=f"pesan {number}", shift_s=-30 if number == 5 else 0)
    found = every_message(shop, room, page_size=4)
    assert len(found) == len({row["id"] for row in found}) == 13
    times = [row["create_time"] for row in found]
    assert times == sorted(times, reverse=True)
    assert json.loads(found[-1]["content"])["content"] == "pesan 5"


def test_hidden_messages_are_told_and_marked(shop: TikTokShopCaller) -> None:
    _, room = shop.said()
    shop.said(kind="notification", text="Beri nilai ya", is_visible=False)
    row, content = shop.newest(room, need_plaintext="true")
    assert (row["is_visible"], row["sender"]["role"], content) == (
        False,
        "SYSTEM",
        {"content": "Beri nilai ya"},
    )
    assert "plaintext" not in row
    assert of_room(shop, room)["latest_message"]["is_visible"] is False


@pytest.mark.parametrize(
    ("values", "type_", "keys"),
    [
        ({"kind": "text", "text": "Halo"}, "TEXT", {"content"}),
        ({"kind": "image"}, "IMAGE", {"url", "width", "height"}),
        ({"kind": "item"}, "PRODUCT_CARD", {"product_id"}),
        ({"kind": "buyer_enter_from_product"}, "BUYER_ENTER_FROM_PRODUCT", {"product_id"}),
        ({"kind": "voucher"}, "COUPON_CARD", {"coupon_id"}),
        ({"kind": "sticker"}, "EMOTICONS", {"url", "width", "height"}),
        ({"kind": "notification", "text": "Info"}, "NOTIFICATION", {"content"}),
        ({"kind": "allocated_service", "text": "Info"}, "ALLOCATED_SERVICE", {"content"}),
        ({"kind": "buyer_enter_from_transfer", "text": "Info"}, "BUYER_ENTER_FROM_TRANSFER", {"content"}),
        ({"kind": "permainan"}, "OTHER", {"content"}),
        ({"kind": "LIVE_CARD", "content": {"live_id": "7"}}, "LIVE_CARD", {"live_id"}),
    ],
)
def test_every_type_has_json_inside_the_json(
    shop: TikTokShopCaller, values: dict[str, Any], type_: str, keys: set[str]
) -> None:
    _, room = shop.said(**values)
    row, content = shop.newest(room)
    assert (row["type"], set(content)) == (type_, keys)
    assert all(isinstance(value, str) for value in content.values())


def test_cards_about_an_order_name_it(shop: TikTokShopCaller) -> None:
    order = shop.sandbox.control("orders", buyer="Nina Baru", **PLACE)["order"]
    for kind in ("order", "buyer_enter_from_order", "logistics_card"):
        _, room = shop.said(kind=kind)
        assert shop.newest(room)[1]["order_id"] == order["id"]


def test_a_video_has_an_address_that_ends(shop: TikTokShopCaller) -> None:
    _, room = shop.said(kind="video")
    _, content = shop.newest(room)
    assert (content["width"], content["height"], content["format"]) == (480, 640, "mp4")
    assert shop.sandbox.http.get(content["url"]).headers["content-type"] == "video/mp4"
    assert shop.sandbox.http.get(content["url"][:-1]).status_code == 403
    shop.sandbox.control("clock", advance=int(content["expire_time"]) - shop.now() + 1)
    assert shop.sandbox.http.get(content["url"]).status_code == 403


@pytest.mark.parametrize(
    ("sent_by", "role"),
    [
        ("buyer", "BUYER"),
        ("shop", "SHOP"),
        ("seller_centre", "CUSTOMER_SERVICE"),
        ("system", "SYSTEM"),
        ("robot", "ROBOT"),
    ],
)
def test_every_role_speaks(shop: TikTokShopCaller, sent_by: str, role: str) -> None:
    _, room = shop.said(sent_by=sent_by)
    sender = shop.newest(room)[0]["sender"]
    assert sender["role"] == role
    assert (sender["nickname"] == "Nusantara Beauty") == (role in ("SHOP", "SYSTEM", "ROBOT"))


def test_facts_and_words_come_on_request(shop: TikTokShopCaller) -> None:
    _, room = shop.said(kind="item")
    row, content = shop.newest(room)
    assert {"data", "plaintext"}.isdisjoint(row)
    row, _ = shop.newest(room, need_data="true", need_plaintext="true")
    assert json.loads(row["data"])["product_id"] == content["product_id"]
    assert content["product_id"] in row["plaintext"]


def test_the_tip_for_unknown_types_is_in_the_language_asked_for(shop: TikTokShopCaller) -> None:
    _, room = shop.said()
    assert "Please check" in shop.messages(room)["unsupported_msg_tips"]
    assert "Silakan cek" in shop.messages(room, locale="id-ID")["unsupported_msg_tips"]


def test_reading_marks_all_that_the_buyer_wrote(shop: TikTokShopCaller) -> None:
    for _ in range(3):
        _, room = shop.said()
    shop.messages(room)
    assert of_room(shop, room)["unread_count"] == 3
    answer = shop.post(f"{CHAT}/conversations/{room}/messages/read")
    assert (answer["code"], answer["data"]) == (0, {})
    assert of_room(shop, room)["unread_count"] == 0


def test_a_room_of_another_shop_is_not_found(shop: TikTokShopCaller) -> None:
    said = shop.sandbox.buyer_says("tiktok_shop", KIDS, "Nina Baru")
    for room in (said["conversation"], "1", "abc"):
        assert shop.get(f"{CHAT}/conversations/{room}/messages", page_size=1)["code"] == 45101003
        assert shop.get(f"/customer_service/202601/conversations/{room}")["code"] == 45101003
        assert shop.send(room)["code"] == 45101003


def test_a_session_is_told_on_request_while_it_is_open(shop: TikTokShopCaller) -> None:
    _, room = shop.said()
    asked = {"need_session_id": "true", "need_session_info": "true"}
    assert "cur_session" not in one(shop, room)
    phases = [one(shop, room, **asked)["cur_session"]["phase"]]
    shop.said(sent_by="robot")
    phases.append(one(shop, room, **asked)["cur_session"]["phase"])
    shop.send(room)
    phases.append(one(shop, room, **asked)["cur_session"]["phase"])
    assert phases == ["QUEUED", "AUTO_REPLY", "ASSIGNED"]
    assert set(one(shop, room, need_session_id="true")) >= {"cur_session_id"}
    shop.sandbox.control("clock", advance=6 * HOUR + 1)
    assert "cur_session_id" not in one(shop, room, **asked)


def test_a_session_can_be_ended_and_another_begins(shop: TikTokShopCaller) -> None:
    _, room = shop.said()
    asked = {"need_session_id": "true"}
    session = one(shop, room, **asked)["cur_session_id"]
    path = f"/customer_service/202605/conversations/{room}/sessions"
    assert shop.post(f"{path}/1/end")["code"] == 45101003
    assert shop.post(f"{path}/{session}/end")["code"] == 0
    assert "cur_session_id" not in one(shop, room, **asked)
    shop.said()
    assert "cur_session_id" in one(shop, room, **asked)


def test_a_conversation_is_opened_with_somebody_who_ordered(shop: TikTokShopCaller) -> None:
    buyer = shop.sandbox.control("orders", buyer="Pemesan Baru", **PLACE)["order"]["buyer"]
    made = shop.post(f"{CHAT}/conversations", buyer_user_id=str(buyer))["data"]["conversation_id"]
    assert made not in {room["id"] for room in every_room(shop)}
    assert shop.messages(made)["messages"] == []
    assert shop.send(made)["code"] == 0
    again = shop.post(f"{CHAT}/conversations", buyer_user_id=str(buyer))["data"]["conversation_id"]
    assert again == made


@pytest.mark.parametrize("who", ["7494560109732999999", "abc"])
def test_a_conversation_is_not_opened_with_a_stranger(shop: TikTokShopCaller, who: str) -> None:
    assert shop.post(f"{CHAT}/conversations", buyer_user_id=who)["code"] == 45109003


def test_the_first_world_has_a_room_that_is_closed(shop: TikTokShopCaller) -> None:
    rooms = every_room(shop)
    closed = [room for room in rooms if not room["can_send_message"]]
    assert closed == rooms[-1:]
    assert shop.send(closed[0]["id"])["code"] == 45109001
    user_id = buyer_in(closed[0])["user_id"]
    assert shop.post(f"{CHAT}/conversations", buyer_user_id=user_id)["code"] == 45109003


def test_a_room_closes_thirty_days_after_the_last_word(shop: TikTokShopCaller) -> None:
    _, room = shop.said()
    shop.sandbox.control("clock", advance=31 * DAY)
    shop.token = shop.refresh(shop.refresh_token)["data"]["access_token"]
    assert (of_room(shop, room)["can_send_message"], shop.send(room)["code"]) == (False, 45109001)
    shop.sandbox.control("orders", buyer="Nina Baru", **PLACE)
    assert (of_room(shop, room)["can_send_message"], shop.send(room)["code"]) == (True, 0)


def test_whether_one_may_write_can_be_switched(shop: TikTokShopCaller) -> None:
    buyer, room = shop.said()
    switch = {"marketplace": "tiktok_shop", "rules": {"can_send_message": False}}
    shop.sandbox.control("rules", **switch)
    assert shop.send(room)["code"] == 45109001
    shop.sandbox.control("rules", buyer=buyer, **switch | {"rules": {"can_send_message": True}})
    assert shop.send(room)["code"] == 0
    wrong = {"marketplace": "tiktok_shop", "rules": {"error_blocked": True}}
    assert shop.sandbox.http.post("/control/rules", json=wrong).status_code == 400
