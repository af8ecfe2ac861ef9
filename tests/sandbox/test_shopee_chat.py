from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.callers import GADGET, Running, ShopeeCaller


@pytest.fixture
def shop(sandbox: Running) -> ShopeeCaller:
    return ShopeeCaller(sandbox).connect()


def times(page: dict[str, Any]) -> list[int]:
    return [row["last_message_timestamp"] for row in page["conversations"]]


def test_older_without_a_cursor_gives_the_newest_first(shop: ShopeeCaller) -> None:
    page = shop.rooms()
    assert len(times(page)) == 22
    assert times(page) == sorted(times(page), reverse=True)
    assert page["page_result"]["more"] is False


def test_older_with_a_cursor_goes_back(shop: ShopeeCaller) -> None:
    first = shop.rooms(page_size=15)
    cursor = first["page_result"]["next_cursor"]["next_message_time_nano"]
    assert isinstance(cursor, str)
    second = shop.rooms(page_size=15, next_timestamp_nano=cursor)
    assert (first["page_result"]["more"], second["page_result"]["more"]) == (True, False)
    assert times(first) + times(second) == times(shop.rooms())


def test_latest_without_a_cursor_is_a_trap(shop: ShopeeCaller) -> None:
    page = shop.rooms(direction="latest", page_size=5)
    assert times(page) == sorted(times(shop.rooms()))[:5]


def test_latest_with_a_cursor_catches_up(shop: ShopeeCaller) -> None:
    newest = times(shop.rooms())
    page = shop.rooms(direction="latest", next_timestamp_nano=newest[3])
    assert times(page) == [newest[2], newest[1], newest[0]]


def test_pinned_rooms_come_first(shop: ShopeeCaller) -> None:
    last = shop.rooms()["conversations"][-1]
    shop.post("sellerchat/pin_conversation", conversation_id=int(last["conversation_id"]))
    first = shop.rooms()["conversations"][0]
    assert (first["conversation_id"], first["pinned"]) == (last["conversation_id"], True)


def test_more_than_25_rooms_a_page_gives_none(shop: ShopeeCaller) -> None:
    assert len(shop.rooms(page_size=25)["conversations"]) == 22
    page = shop.rooms(page_size=26)
    assert (page["conversations"], page["page_result"]["more"]) == ([], False)


def test_ids_are_large_texts_and_times_bare_nanoseconds(shop: ShopeeCaller) -> None:
    row = shop.rooms()["conversations"][0]
    assert isinstance(row["conversation_id"], str)
    assert len(row["conversation_id"]) == 18
    assert len(row["latest_message_id"]) == 19
    assert isinstance(row["last_message_timestamp"], int)
    assert row["last_message_timestamp"] > 2**53


def test_messages_come_newest_first_in_pages(shop: ShopeeCaller) -> None:
    room = shop.rooms()["conversations"][0]
    seen: list[str] = []
    offset = ""
    for _ in range(10):
        query = {"conversation_id": room["conversation_id"], "page_size": 25, "offset": offset or None}
        page = shop.get("sellerchat/get_message", **query)["response"]
        seen += [row["message_id"] for row in page["messages"]]
        offset = page["page_result"]["next_offset"]
        if not offset:
            break
    truth = shop.sandbox.truth("shopee", GADGET, room["to_id"])
    assert seen == [m["id"] for m in reversed(truth)]
    assert len(seen) == 60


def test_a_message_tells_its_side_by_the_shop_id(shop: ShopeeCaller) -> None:
    buyer = shop.rooms()["conversations"][0]["to_id"]
    said = shop.sandbox.buyer_says("shopee", GADGET, buyer)
    shop.sandbox.buyer_says("shopee", GADGET, buyer, sent_by="seller_centre", text="dijawab")
    page = shop.get("sellerchat/get_message", conversation_id=said["conversation"])["response"]["messages"]
    assert [row["from_shop_id"] for row in page[:2]] == [GADGET, 0]
    assert page[1]["from_id"] == buyer
    assert 0 < page[1]["created_timestamp"] < 2**33


def test_unread_counts_fall_only_after_read_conversation(shop: ShopeeCaller) -> None:
    buyer = shop.rooms()["conversations"][0]["to_id"]
    said = shop.sandbox.buyer_says("shopee", GADGET, buyer)
    number = int(said["conversation"])

    def unread() -> int:
        query = {"conversation_id": number}
        return shop.get("sellerchat/get_one_conversation", **query)["response"]["unread_count"]

    shop.get("sellerchat/get_message", conversation_id=number)
    assert unread() > 0
    wrong = shop.post(
        "sellerchat/read_conversation", conversation_id=said["conversation"], last_read_message_id=said["id"]
    )
    assert wrong["error"] == "param_error"
    wrong = shop.post(
        "sellerchat/read_conversation", conversation_id=number, last_read_message_id=int(said["id"])
    )
    assert wrong["error"] == "param_error"
    right = shop.post("sellerchat/read_conversation", conversation_id=number, last_read_message_id=said["id"])
    assert (right["error"], right["response"]) == ("", {})
    assert unread() == 0


def test_an_item_message_names_the_product_and_its_picture_loads(shop: ShopeeCaller) -> None:
    items = shop.get("product/get_item_list", offset=0, page_size=100, item_status="NORMAL")["response"]
    item = items["item"][0]["item_id"]
    said = shop.sandbox.buyer_says("shopee", GADGET, "Pembeli Baru", kind="item", item=item)
    page = shop.get("sellerchat/get_message", conversation_id=said["conversation"])["response"]["messages"]
    assert page[0]["content"] == {"shop_id": GADGET, "item_id": item}
    listed = shop.rooms()["conversations"][0]
    assert listed["latest_message_type"] == "product"
    info = shop.get("product/get_item_base_info", item_id_list=item)["response"]["item_list"][0]
    picture = shop.sandbox.http.get(info["image"]["image_url_list"][0])
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")


def test_models_carry_the_prices_of_items_that_have_them(shop: ShopeeCaller) -> None:
    ids = ",".join(str(9112503530 + n) for n in range(16))
    items = shop.get("product/get_item_base_info", item_id_list=ids)["response"]["item_list"]
    assert {item["has_model"] for item in items} == {True, False}
    assert all(item["has_model"] != ("price_info" in item) for item in items)
    with_models = next(item["item_id"] for item in items if item["has_model"])
    models = shop.get("product/get_model_list", item_id=with_models)["response"]["model"]
    assert models[0]["price_info"][0]["currency"] == "IDR"


def test_orders_are_listed_in_windows_of_fifteen_days(shop: ShopeeCaller) -> None:
    now, day = shop.now(), 86400
    window = {"time_range_field": "create_time", "page_size": 100, "time_to": now}
    too_long = shop.get("order/get_order_list", time_from=now - 16 * day, **window)
    assert too_long["error"] == "order.order_list_invalid_time"
    page = shop.get("order/get_order_list", time_from=now - 15 * day, **window)["response"]
    numbers = [row["order_sn"] for row in page["order_list"]]
    query = {
        "order_sn_list": ",".join(numbers[:50]),
        "response_optional_fields": "buyer_user_id,item_list,total_amount",
    }
    details = shop.get("order/get_order_detail", **query)["response"]["order_list"]
    buyers = {row["to_id"] for row in shop.rooms()["conversations"]}
    assert {detail["buyer_user_id"] for detail in details} <= buyers
    assert all(detail["item_list"] and "package_list" not in detail for detail in details)
    assert shop.get("order/get_order_detail", order_sn_list="NOSUCHORDER")["error"] == "error_not_found"


def test_orders_are_filtered_by_status_and_pending_ones_only_shown_when_asked(shop: ShopeeCaller) -> None:
    place = {"marketplace": "shopee", "shop": GADGET, "buyer": "Nina Baru"}
    pending, sent = (
        shop.sandbox.control("orders", status=s, **place)["order"]["id"] for s in ("PENDING", "SHIPPED")
    )
    now = shop.now()
    window = {"time_range_field": "update_time", "time_from": now - 60, "time_to": now, "page_size": 100}

    def numbers(**query: object) -> list[str]:
        rows = shop.get("order/get_order_list", **window, **query)["response"]["order_list"]
        return [row["order_sn"] for row in rows]

    assert sent in numbers()
    assert pending not in numbers()
    assert pending in numbers(request_order_status_pending="true")
    assert sent in numbers(order_status="SHIPPED")
    assert sent not in numbers(order_status="COMPLETED")
    wrong = shop.get("order/get_order_list", order_status="LOST", **window)
    assert wrong["error"] == "error_param"


def test_unlisted_products_are_listed_only_when_asked_for(shop: ShopeeCaller) -> None:
    def ids(*statuses: str) -> set[int]:
        query = {"offset": 0, "page_size": 100, "item_status": list(statuses)}
        rows = shop.get("product/get_item_list", **query)["response"]["item"]
        assert {row["item_status"] for row in rows} == set(statuses)
        return {row["item_id"] for row in rows}

    normal, unlisted = ids("NORMAL"), ids("UNLIST")
    assert normal
    assert unlisted
    assert ids("NORMAL", "UNLIST") == normal | unlisted
    found = shop.get("product/search_item", page_size=100, item_name="edisi lama", item_status="UNLIST")
    assert set(found["response"]["item_id_list"]) == unlisted
    info = shop.get("product/get_item_base_info", item_id_list=min(unlisted))["response"]["item_list"][0]
    assert info["item_status"] == "UNLIST"
