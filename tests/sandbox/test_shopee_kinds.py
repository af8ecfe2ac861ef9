"""What a buyer, a bot or Shopee itself may say beside words."""

from __future__ import annotations

from typing import Any

import pytest

from marketplaces.sandbox.kinds import SYSTEM_CARDS
from tests.sandbox.callers import GADGET, Receiver, Running, ShopeeCaller, wait_for

BUYER = "Nina Baru"


@pytest.fixture
def shop(sandbox: Running, receiver: Receiver) -> ShopeeCaller:
    caller = ShopeeCaller(sandbox).connect()
    wait_for(lambda: receiver.received)
    receiver.received.clear()
    return caller


def newest(shop: ShopeeCaller, said: dict[str, Any]) -> dict[str, Any]:
    page = shop.get("sellerchat/get_message", conversation_id=said["conversation"])["response"]["messages"]
    return page[0]


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("image", {"url", "thumb_url", "thumb_width", "thumb_height", "file_server_id"}),
        ("image_with_text", {"text", "image_url", "thumb_url", "thumb_width", "thumb_height"}),
        ("video", {"video_url", "thumb_url", "thumb_width", "thumb_height", "duration_seconds"}),
        ("sticker", {"sticker_package_id", "sticker_id"}),
        ("item", {"shop_id", "item_id"}),
        ("order", {"shop_id", "order_sn"}),
        ("voucher", {"shop_id", "voucher_id", "voucher_code"}),
        ("faq_liveagent", {"text", "pass_through_data"}),
    ],
)
def test_each_kind_of_a_buyer_is_read_and_pushed_with_its_own_content(
    shop: ShopeeCaller, receiver: Receiver, kind: str, keys: set[str]
) -> None:
    shop.sandbox.control("orders", marketplace="shopee", shop=GADGET, buyer=BUYER)
    said = shop.sandbox.buyer_says("shopee", GADGET, BUYER, kind=kind, text="")
    row = newest(shop, said)
    assert (row["message_type"], set(row["content"]), row["from_shop_id"]) == (kind, keys, 0)
    pushes = wait_for(lambda: [push for push in receiver.bodies() if push["code"] == 10])
    assert pushes[0]["data"]["content"]["content"] == row["content"]


def test_a_video_of_a_buyer_and_its_picture_load(shop: ShopeeCaller) -> None:
    content = newest(shop, shop.sandbox.buyer_says("shopee", GADGET, BUYER, kind="video"))["content"]
    video, picture = (shop.sandbox.http.get(content[key]) for key in ("video_url", "thumb_url"))
    assert (video.headers["content-type"], video.content[4:8]) == ("video/mp4", b"ftyp")
    assert picture.headers["content-type"] == "image/png"


@pytest.mark.parametrize("kind", SYSTEM_CARDS)
def test_a_card_of_the_system_is_on_the_shops_side_and_is_not_pushed(
    shop: ShopeeCaller, receiver: Receiver, kind: str
) -> None:
    order = shop.sandbox.control("orders", marketplace="shopee", shop=GADGET, buyer=BUYER)["order"]
    row = newest(shop, shop.sandbox.buyer_says("shopee", GADGET, BUYER, kind=kind, text=""))
    assert (row["from_shop_id"], row["from_id"], row["source"]) == (GADGET, 0, "server")
    assert row["content"]["order_sn"] == order["id"]
    shop.sandbox.buyer_says("shopee", GADGET, BUYER)
    pushes = wait_for(lambda: [push for push in receiver.bodies() if push["code"] == 10])
    assert pushes[0]["data"]["content"]["message_type"] == "text"


def test_a_bundle_only_wraps_what_can_be_read_by_id(shop: ShopeeCaller, receiver: Receiver) -> None:
    said = shop.sandbox.buyer_says("shopee", GADGET, BUYER, kind="bundle_message", text="satu\ndua")
    content = newest(shop, said)["content"]
    assert (content["type"], content["shopee_chatbot_replied"], len(content["messages"])) == (1, False, 2)
    query = {"conversation_id": said["conversation"], "message_id_list": content["messages"]}
    rows = shop.get("sellerchat/get_message", **query)["response"]["messages"]
    assert [row["content"]["text"] for row in rows] == ["dua", "satu"]
    assert len(wait_for(receiver.bodies)) == 1
    assert shop.rooms()["conversations"][0]["latest_message_content"] is None


def test_words_may_say_where_the_buyer_came_from(shop: ShopeeCaller, receiver: Receiver) -> None:
    source = {"item_id": 9112503531}
    said = shop.sandbox.buyer_says("shopee", GADGET, BUYER, source_content=source)
    assert newest(shop, said)["source_content"] == source
    assert wait_for(receiver.bodies)[0]["data"]["content"]["source_content"] == source


def test_a_kind_nobody_knows_is_passed_on_as_it_is(shop: ShopeeCaller) -> None:
    content = {"anything": [1, {"two": None}]}
    row = newest(shop, shop.sandbox.buyer_says("shopee", GADGET, BUYER, kind="hologram", content=content))
    assert (row["message_type"], row["content"]) == ("hologram", content)


def test_a_sticker_and_a_video_can_be_sent_from_the_phone(sandbox: Running) -> None:
    buyer = sandbox.ask("rooms", marketplace="shopee", shop=GADGET)["rooms"][0]["buyer"]
    here = f"/phone/shopee/{GADGET}/{buyer}"
    for values in ({"kind": "sticker", "text": "hore"}, {"kind": "video", "text": ""}):
        sandbox.http.post(f"{here}/messages", data=values)
    sticker, video = sandbox.truth("shopee", GADGET, buyer)[-2:]
    assert (sticker["content"]["sticker_id"], video["kind"]) == ("hore", "video")
    page = sandbox.http.get(here).text
    assert "🎉" in page
    assert "<video" in page
