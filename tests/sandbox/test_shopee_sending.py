from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.callers import GADGET, Running, ShopeeCaller

DAY = 86400
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02"
    "fea735815d0000000049454e44ae426082"
)


@pytest.fixture
def shop(sandbox: Running) -> ShopeeCaller:
    return ShopeeCaller(sandbox).connect()


@pytest.fixture
def buyer(shop: ShopeeCaller) -> int:
    """Someone who has just written."""
    return shop.sandbox.buyer_says("shopee", GADGET, "Nina Baru")["buyer"]


def test_a_sent_text_is_there_to_read_back(shop: ShopeeCaller, buyer: int) -> None:
    sent = shop.send(buyer, "Masih ada kak 🤗")["response"]
    assert isinstance(sent["conversation_id"], int)
    assert isinstance(sent["message_id"], str)
    page = shop.get("sellerchat/get_message", conversation_id=sent["conversation_id"])["response"]["messages"]
    assert page[0]["message_id"] == sent["message_id"]
    assert (page[0]["from_shop_id"], page[0]["source"]) == (GADGET, "openapi")
    last = shop.sandbox.truth("shopee", GADGET, buyer)[-1]
    assert (last["sent_by"], last["text"]) == ("shop", "Masih ada kak 🤗")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"to_id": "61000101"}, "param_error"),
        ({"content": "Halo"}, "param_error"),
        ({"content": {"text": ""}}, "param_error"),
        ({"content": {"text": "x" * 601}}, "message_too_long"),
        ({"content": {"text": "kata-terlarang"}}, "message_is_censored"),
        ({"message_type": "carousel"}, "user_is_forbidden"),
        ({"message_type": "item", "content": {"item_id": 1}}, "param_error"),
        ({"message_type": "image", "content": {"image_url": "https://x.test/a.png"}}, "param_error"),
    ],
)
def test_refusals_of_sending(shop: ShopeeCaller, buyer: int, body: dict[str, Any], error: str) -> None:
    assert shop.send(**{"to_id": buyer} | body)["error"] == error
    assert len(shop.sandbox.truth("shopee", GADGET, buyer)) == 1


def test_600_characters_are_counted_as_code_points(shop: ShopeeCaller, buyer: int) -> None:
    assert shop.send(buyer, "🤗" * 600)["error"] == ""


def test_an_uploaded_picture_can_be_sent_and_loads(shop: ShopeeCaller, buyer: int) -> None:
    answer = shop.call("POST", "sellerchat/upload_image", files={"file": ("a.png", PIXEL)}).json()
    url = answer["response"]["url"]
    assert shop.send(buyer, message_type="image", content={"image_url": url})["error"] == ""
    assert shop.sandbox.http.get(url).content == PIXEL
    wrong = shop.call("POST", "sellerchat/upload_image", files={"image": ("a.png", PIXEL)})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "param_error")


def test_a_stranger_needs_an_order_first(shop: ShopeeCaller) -> None:
    now = shop.now()
    window = {"time_range_field": "create_time", "time_from": now - 15 * DAY, "time_to": now}
    rows = shop.get("order/get_order_list", page_size=1, **window)["response"]["order_list"]
    order_sn = rows[0]["order_sn"]
    query = {"order_sn_list": order_sn, "response_optional_fields": "buyer_user_id"}
    buyer = shop.get("order/get_order_detail", **query)["response"]["order_list"][0]["buyer_user_id"]
    assert shop.send(61_999_999)["error"] == "first_chat_without_order_info"
    sent = shop.send(buyer, message_type="order", content={"order_sn": order_sn})["response"]
    assert sent["content"] == {"order_sn": order_sn, "shop_id": GADGET}


def test_the_window_closes_a_week_after_the_buyer_wrote(shop: ShopeeCaller, buyer: int) -> None:
    shop.sandbox.control("clock", advance=8 * DAY)
    pair = shop.refresh(shop.refresh_token)
    shop.access_token = pair["access_token"]
    assert shop.send(buyer)["error"] == "user_is_forbidden"
    shop.sandbox.control("rules", buyer=buyer, rules={"user_is_forbidden": False})
    assert shop.send(buyer)["error"] == ""


def test_five_in_a_row_without_an_answer_is_the_limit(shop: ShopeeCaller, buyer: int) -> None:
    answers = [shop.send(buyer, f"pesan {n}")["error"] for n in range(6)]
    assert answers == [""] * 5 + ["reach_5_message_limit"]
    shop.sandbox.buyer_says("shopee", GADGET, buyer)
    assert shop.send(buyer, "pesan 7")["error"] == ""


def test_rules_can_be_switched_for_one_buyer_or_all(shop: ShopeeCaller, buyer: int) -> None:
    shop.sandbox.control("rules", buyer=buyer, rules={"error_blocked": True})
    assert shop.send(buyer)["error"] == "error_blocked"
    shop.sandbox.control("rules", buyer=buyer, rules={"error_blocked": None})
    assert [shop.send(buyer, "sama")["error"] for _ in range(2)] == ["", ""]
    shop.sandbox.control("rules", rules={"error_business": True})
    assert shop.send(buyer, "sama")["error"] == "error_business"


def test_the_word_filter_may_take_a_message_away_later(shop: ShopeeCaller, buyer: int) -> None:
    shop.sandbox.control("rules", buyer=buyer, rules={"censored_blacklist": True})
    sent = shop.send(buyer)["response"]
    query = {"conversation_id": sent["conversation_id"]}
    assert shop.get("sellerchat/get_message", **query)["response"]["messages"][0]["status"] == "normal"
    shop.sandbox.control("clock", advance=61)
    assert shop.get("sellerchat/get_message", **query)["response"]["messages"][0]["status"] == (
        "censored_blacklist"
    )


def test_a_message_can_be_taken_back_for_ten_minutes(shop: ShopeeCaller, buyer: int) -> None:
    first, second = (shop.send(buyer, text)["response"]["message_id"] for text in ("satu", "dua"))
    assert shop.post("sellerchat/delete_message", message_id=first)["error"] == ""
    assert shop.sandbox.truth("shopee", GADGET, buyer)[1]["text"] == "This message was deleted"
    shop.sandbox.control("clock", advance=601)
    assert shop.post("sellerchat/delete_message", message_id=second)["error"] == "param_error"


def test_an_automatic_reply_is_no_answer(shop: ShopeeCaller, buyer: int) -> None:
    body = {"to_id": buyer, "content": {"text": "Kami sedang tutup."}}
    assert shop.post("sellerchat/send_autoreply_message", **body)["error"] == ""
    assert shop.sandbox.truth("shopee", GADGET, buyer)[-1]["status"] == "auto_reply"


def test_calls_over_the_limit_are_429(shop: ShopeeCaller) -> None:
    limit = {"marketplace": "shopee", "endpoint": "get_profile", "rate": 0.1, "burst": 2}
    shop.sandbox.control("limits", **limit)
    statuses = [shop.call("GET", "shop/get_profile").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert shop.get("shop/get_profile")["error"] == "error_rate_limit"
    assert shop.sandbox.ask("calls")["shopee"]["get_profile"]["rate_limited"] == 2


@pytest.mark.parametrize("status", ["censored_blacklist", "blocked"])
def test_the_delay_after_which_a_message_is_taken_away_can_be_set(
    shop: ShopeeCaller, buyer: int, status: str
) -> None:
    shop.sandbox.control("rules", buyer=buyer, rules={status: 300})
    shop.send(buyer)
    statuses = [shop.sandbox.truth("shopee", GADGET, buyer)[-1]["status"]]
    for seconds in (280, 21):
        shop.sandbox.control("clock", advance=seconds)
        statuses.append(shop.sandbox.truth("shopee", GADGET, buyer)[-1]["status"])
    assert statuses == ["normal", "normal", status]


MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(40)


def test_a_video_is_worked_on_before_it_can_be_sent(shop: ShopeeCaller, buyer: int) -> None:
    answer = shop.call("POST", "sellerchat/upload_video", files={"file": ("a.mp4", MP4)}).json()
    vid = answer["response"]["vid"]
    assert shop.get("sellerchat/get_video_upload_result", vid=vid)["response"]["status"] == "reported"
    shop.sandbox.control("clock", advance=3)
    result = shop.get("sellerchat/get_video_upload_result", vid=vid)["response"]
    assert result["status"] == "successful"
    assert shop.sandbox.http.get(result["video"]).content == MP4
    content = {
        "vid": vid,
        "video_url": result["video"],
        "thumb_url": result["thumbnail"],
        "thumb_width": result["width"],
        "thumb_height": result["height"],
        "duration_seconds": result["duration"] // 1000,
    }
    assert shop.send(buyer, message_type="video", content=content)["error"] == ""
    foreign = content | {"vid": "never uploaded"}
    assert shop.send(buyer, message_type="video", content=foreign)["error"] == "param_error"


def test_what_is_no_video_fails_in_the_end(shop: ShopeeCaller) -> None:
    answer = shop.call("POST", "sellerchat/upload_video", files={"file": ("a.mp4", PIXEL)}).json()
    shop.sandbox.control("clock", advance=3)
    result = shop.get("sellerchat/get_video_upload_result", vid=answer["response"]["vid"])["response"]
    assert (result["status"], result["video"]) == ("failed", "")
    assert "not supported" in result["message"]
    assert shop.get("sellerchat/get_video_upload_result", vid="never uploaded")["error"] == "param_error"


@pytest.mark.parametrize(
    "rule", ["error_sender_block_receiver", "shop_bound_subaccount", "exceed_send_limitaion"]
)
def test_a_rule_of_the_whole_marketplace_yields_to_that_of_a_buyer(
    shop: ShopeeCaller, buyer: int, rule: str
) -> None:
    shop.sandbox.control("rules", rules={rule: True})
    assert shop.send(buyer)["error"] == rule
    shop.sandbox.control("rules", buyer=buyer, rules={rule: False})
    assert shop.send(buyer)["error"] == ""


def test_bargaining_is_suspended_and_nobody_rated_yet(shop: ShopeeCaller) -> None:
    assert shop.get("sellerchat/get_offer_toggle_status")["error"] == "api_suspended"
    answer = shop.post("sellerchat/set_offer_toggle_status", make_offer_status="enabled")
    assert answer["error"] == "api_suspended"
    window = {"time_from": shop.now() - DAY, "time_to": shop.now(), "page_no": 1, "page_size": 10}
    rated = shop.get("sellerchat/get_csat_msg_details", csat_result="Good", **window)
    assert rated["response"]["total_count"] == 0
    assert shop.get("sellerchat/get_csat_msg_details", csat_result="Fine", **window)["error"] == "param_error"
