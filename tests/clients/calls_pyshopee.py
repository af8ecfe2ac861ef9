"""PyPI pyshopee 1.4.0, module pyshopee2: whatever it has for chat, orders, products, shop, tokens and push.

Its own faults, tested around: it imports selenium to open a browser (a stub here, which walks through the
consent instead); a status other than 2xx becomes {"error": status}, so the sandbox's code is lost; upload_image sends
JSON where Shopee wants multipart; its push and shop-list calls have names that Shopee gave up.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import BACK, GADGET, PARTNER_ID, PARTNER_KEY, Sandbox

DAY = 86400
PRODUCT = 9112503531
WITH_MODELS = 9112503530


class Chrome:
    """A browser that goes to consent and comes back."""

    sandbox: Sandbox

    def __init__(self, path: str) -> None:
        self.current_url = ""

    def get(self, url: str) -> None:
        self.current_url = self.sandbox.consent(url)

    def close(self) -> None:
        pass


selenium = ModuleType("selenium")
selenium.webdriver = ModuleType("selenium.webdriver")  # type: ignore[attr-defined]
selenium.webdriver.Chrome = Chrome  # type: ignore[attr-defined]
sys.modules["selenium"] = selenium

# The stub must be there first.
from pyshopee2 import Client  # noqa: E402
from pyshopee2.chat import Chat  # noqa: E402
from pyshopee2.order import Order  # noqa: E402
from pyshopee2.product import Product  # noqa: E402
from pyshopee2.public import Public  # noqa: E402
from pyshopee2.push import Push  # noqa: E402
from pyshopee2.shop import Shop  # noqa: E402


def connect(sandbox: Sandbox) -> Any:
    Chrome.sandbox = sandbox
    client = Client(GADGET, PARTNER_ID, PARTNER_KEY, BACK)
    client.host = sandbox.host
    client.get_code()
    client.get_token()
    return client


@pytest.fixture(scope="module")
def client(sandbox: Sandbox) -> Any:
    return connect(sandbox)


@pytest.fixture
def said(sandbox: Sandbox) -> dict[str, Any]:
    """Something that a buyer has just written."""
    return sandbox.buyer_says("Pembeli Pyshopee")


def good(answer: dict[str, Any]) -> Any:
    """What is in `response`, or the whole answer of a call without one."""
    assert answer["error"] == "", answer
    assert answer["request_id"]
    return answer.get("response", answer)


# Tokens


def test_the_code_comes_back_and_becomes_tokens(sandbox: Sandbox) -> None:
    client = connect(sandbox)
    assert (client.shop_id, len(client.code)) == (GADGET, 32)
    assert (len(client.access_token), len(client.refresh_token), client.timeout) == (32, 32, 14400)


def test_a_refresh_token_gives_another_pair_and_is_spent(sandbox: Sandbox) -> None:
    client = connect(sandbox)
    before = client.refresh_token
    _, seconds, refresh = client.get_access_token(GADGET, PARTNER_ID, PARTNER_KEY, before)
    assert (seconds, refresh != before) == (14400, True)
    assert good(client.shop.get_shop_info())["shop_name"] == "Nusantara Gadget"
    with pytest.raises(KeyError):  # it reads the tokens out of the refusal
        client.get_access_token(GADGET, PARTNER_ID, PARTNER_KEY, before)


def test_a_wrong_key_is_refused(sandbox: Sandbox, client: Any) -> None:
    wrong = Client(GADGET, PARTNER_ID, "shpk-another", BACK, access_token=client.access_token)
    wrong.host = sandbox.host
    assert wrong.shop.get_shop_info()["error"] == 403


# Shop


def test_shop_info_profile_and_its_change(client: Any) -> None:
    info = good(client.shop.get_shop_info())
    assert (info["region"], info["status"]) == ("ID", "NORMAL")
    assert info["expire_time"] - info["auth_time"] == 365 * DAY
    before = good(client.shop.get_profile())
    good(client.shop.update_profile(description="Buka setiap hari"))
    after = good(client.shop.get_profile())
    assert (after["description"], after["shop_name"]) == ("Buka setiap hari", before["shop_name"])


def test_the_list_of_shops_is_asked_under_a_name_that_is_gone(client: Any) -> None:
    assert client.public.get_shop_by_partner() == {"request_id": None, "error": 400, "msg": "http error code"}
    shops = good(client.execute("public/get_shops_by_partner", "GET", {"page_size": 100, "page_no": 1}))
    assert [shop["shop_id"] for shop in shops["authed_shop_list"]] == [GADGET]


# Chat


def test_conversations_are_listed_page_by_page(client: Any, said: dict[str, Any]) -> None:
    first = good(client.chat.get_conversation_list(direction="older", type="all", page_size=15))
    assert first["conversations"][0]["conversation_id"] == said["conversation"]
    assert first["page_result"]["more"] is True
    cursor = first["page_result"]["next_cursor"]["next_message_time_nano"]
    query = {"direction": "older", "type": "all", "page_size": 15, "next_timestamp_nano": cursor}
    second = good(client.chat.get_conversation_list(**query))
    ids = [row["conversation_id"] for page in (first, second) for row in page["conversations"]]
    assert len(ids) == len(set(ids)) > 15


def test_one_conversation_and_its_messages(client: Any, said: dict[str, Any]) -> None:
    number = int(said["conversation"])
    assert good(client.chat.get_one_conversation(conversation_id=number))["to_id"] == said["buyer"]
    page = good(client.chat.get_message(conversation_id=number, page_size=1))
    assert [row["message_id"] for row in page["messages"]] == [said["id"]]
    offset = page["page_result"]["next_offset"]
    if offset:
        older = good(client.chat.get_message(conversation_id=number, page_size=1, offset=offset))
        assert int(older["messages"][0]["message_id"]) < int(said["id"])


def test_reading_and_unreading_is_counted(client: Any, said: dict[str, Any]) -> None:
    number = int(said["conversation"])

    def unread() -> int:
        return good(client.chat.get_unread_conversation_count())["total_unread_count"]

    before = unread()
    body = {"conversation_id": number, "last_read_message_id": said["id"]}
    assert good(client.chat.read_conversation(**body)) == {}
    assert unread() == before - 1
    assert good(client.chat.unread_conversation(conversation_id=number)) == {}
    assert unread() == before


def test_pinning_and_deleting_show_in_the_list(client: Any, said: dict[str, Any]) -> None:
    number = int(said["conversation"])

    def listed(kind: str) -> list[str]:
        page = good(client.chat.get_conversation_list(direction="older", type=kind))
        return [row["conversation_id"] for row in page["conversations"]]

    assert good(client.chat.pin_conversation(conversation_id=number)) == {}
    assert listed("pinned") == [said["conversation"]]
    assert good(client.chat.unpin_conversation(conversation_id=number)) == {}
    assert listed("pinned") == []
    assert good(client.chat.delete_conversation(conversation_id=number)) == {}
    assert said["conversation"] not in listed("all")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text", {"text": "Masih ada kak 🤗"}),
        ("sticker", {"sticker_id": "jempol", "sticker_package_id": "1000"}),
        ("item", {"item_id": PRODUCT}),
        ("order", {}),
    ],
)
def test_messages_are_sent(
    sandbox: Sandbox, client: Any, said: dict[str, Any], kind: str, content: dict[str, Any]
) -> None:
    if kind == "order":
        content = {"order_sn": sandbox.orders(said["buyer"])["id"]}
    sent = good(client.chat.send_message(to_id=said["buyer"], message_type=kind, content=content))
    assert isinstance(sent["conversation_id"], int)
    last = sandbox.truth(said["buyer"])[-1]
    assert (last["id"], last["kind"], last["sent_by"]) == (sent["message_id"], kind, "shop")
    assert content.items() <= last["content"].items()


def test_a_business_refusal_comes_inside_a_200(client: Any, said: dict[str, Any]) -> None:
    body = {"to_id": said["buyer"], "message_type": "text", "content": {"text": "x" * 601}}
    assert client.chat.send_message(**body)["error"] == "message_too_long"


def test_bargaining_is_suspended(client: Any) -> None:
    assert client.chat.get_offer_toggle_status()["error"] == "api_suspended"
    assert client.chat.set_offer_toggle_status(make_offer_status="enabled")["error"] == "api_suspended"


def test_upload_image_is_no_multipart_and_so_refused(client: Any) -> None:
    assert client.chat.upload_image(file="a.png")["error"] == 400


# Push


def test_push_settings_are_asked_under_names_that_are_gone(client: Any) -> None:
    assert client.push.get_push_config()["error"] == 400
    assert client.push.set_push_config(callback_url="https://a.test", blocked_shop_id=[1])["error"] == 400
    config = good(client.execute("push/get_app_push_config", "GET", {}))
    assert (config["live_push_status"], 10 in config["push_config_on_list"]) == ("Normal", True)
    off = {"set_push_config_off": [5], "blocked_shop_id_list": [1]}
    assert good(client.execute("push/set_app_push_config", "POST", off)) == {"result": "success"}
    config = good(client.execute("push/get_app_push_config", "GET", {}))
    assert (config["push_config_off_list"], config["blocked_shop_id"]) == ([5], [1])


# Orders


def window() -> dict[str, int]:
    return {"time_from": int(time.time()) - 14 * DAY, "time_to": int(time.time()) + 60}


def test_orders_are_listed_and_detailed(sandbox: Sandbox, client: Any) -> None:
    order = sandbox.orders("Pembeli Pyshopee")
    query = {"time_range_field": "create_time", "page_size": 100, "response_optional_fields": "order_status"}
    page = good(client.order.get_order_list(**query, **window()))
    assert {"order_sn": order["id"], "order_status": "READY_TO_SHIP"} in page["order_list"]
    optional = "buyer_user_id,buyer_username,item_list,total_amount"
    detail = good(client.order.get_order_detail(order_sn_list=order["id"], response_optional_fields=optional))
    row = detail["order_list"][0]
    assert (row["buyer_user_id"], row["total_amount"]) == (order["buyer"], float(order["total"]))


def test_every_page_of_orders_is_reached_by_its_cursor(client: Any) -> None:
    query = {"time_range_field": "create_time", "page_size": 5, **window()}
    seen: list[str] = []
    cursor = ""
    while True:
        page = good(client.order.get_order_list(cursor=cursor, **query))
        seen += [row["order_sn"] for row in page["order_list"]]
        cursor = page["next_cursor"]
        if not page["more"]:
            break
    assert cursor == ""
    assert len(seen) == len(set(seen)) > 5


def test_an_order_is_noted_split_and_cancelled(sandbox: Sandbox, client: Any) -> None:
    first, second = (sandbox.orders("Pembeli Pyshopee")["id"] for _ in range(2))
    waiting = good(client.order.get_shipment_list(page_size=100))["order_list"]
    assert {first, second} <= {row["order_sn"] for row in waiting}
    good(client.order.set_note(order_sn=first, note="Bungkus kado"))
    packages = [
        {"item_list": [{"item_id": 1, "model_id": 0}]},
        {"item_list": [{"item_id": 2, "model_id": 0}]},
    ]
    split = good(client.order.split_order(order_sn=first, package_list=packages))
    assert len(split["package_list"]) == 2
    good(client.order.unsplit_order(order_sn=first))
    good(client.order.cancel_order(order_sn=first, cancel_reason="OUT_OF_STOCK"))
    detail = good(client.order.get_order_detail(order_sn_list=first, response_optional_fields="note"))
    row = detail["order_list"][0]
    assert (row["note"], row["order_status"]) == ("Bungkus kado", "CANCELLED")
    assert client.order.cancel_order(order_sn=first, cancel_reason="OUT_OF_STOCK")["error"]


def test_a_buyer_may_ask_to_cancel(sandbox: Sandbox, client: Any) -> None:
    order = sandbox.orders("Pembeli Pyshopee", status="IN_CANCEL")["id"]
    good(client.order.handle_buyer_cancellation(order_sn=order, operation="REJECT"))
    detail = good(client.order.get_order_detail(order_sn_list=order))
    assert detail["order_list"][0]["order_status"] == "READY_TO_SHIP"


def test_invoices_are_for_brazil(sandbox: Sandbox, client: Any) -> None:
    order = sandbox.orders("Pembeli Pyshopee")["id"]
    assert client.order.add_invoice_data(order_sn=order, invoice_data={})["error"] == "order.error_invoice"


# Products


def test_products_are_listed_searched_and_detailed(client: Any) -> None:
    page = good(client.product.get_item_list(offset=0, page_size=10, item_status="NORMAL"))
    assert (len(page["item"]), page["has_next_page"], page["next_offset"]) == (10, True, 10)
    info = good(client.product.get_item_base_info(item_id_list=f"{PRODUCT},{WITH_MODELS}"))["item_list"]
    assert {row["item_id"]: "price_info" in row for row in info} == {PRODUCT: True, WITH_MODELS: False}
    found = good(client.product.search_item(page_size=10, item_name=info[0]["item_name"]))
    assert info[0]["item_id"] in found["item_id_list"]
    models = good(client.product.get_model_list(item_id=WITH_MODELS))["model"]
    assert len(models) == 3


def test_price_stock_and_state_of_a_product_change(client: Any) -> None:
    price = [{"model_id": 0, "original_price": 41_000}]
    good(client.product.update_price(item_id=PRODUCT, price_list=price))
    good(client.product.update_stock(item_id=PRODUCT, stock_list=[{"model_id": 0, "normal_stock": 7}]))
    good(client.product.update_item(item_id=PRODUCT, item_name="Kabel Data Baru"))
    good(client.product.unlist_item(item_list=[{"item_id": PRODUCT, "unlist": True}]))
    row = good(client.product.get_item_base_info(item_id_list=PRODUCT))["item_list"][0]
    assert (row["item_name"], row["item_status"]) == ("Kabel Data Baru", "UNLIST")
    assert row["price_info"][0]["current_price"] == 41_000
    assert row["stock_info_v2"]["summary_info"]["total_available_stock"] == 7
    good(client.product.unlist_item(item_list=[{"item_id": PRODUCT, "unlist": False}]))
    query = {"offset": 0, "page_size": 10, "item_status": "NORMAL", "update_time_from": row["update_time"]}
    changed = good(client.product.get_item_list(**query))
    assert PRODUCT in {item["item_id"] for item in changed["item"]}


def test_a_product_is_made_with_choices_and_deleted(client: Any) -> None:
    made = good(client.product.add_item(item_name="Gelas Uji Coba", original_price=10_000, normal_stock=3))
    item_id = made["item_id"]
    tiers = [{"name": "Warna", "option_list": [{"option": "Merah"}, {"option": "Putih"}]}]
    model = [{"tier_index": [0], "original_price": 11_000, "normal_stock": 2}]
    made = good(client.product.init_tier_variation(item_id=item_id, tier_variation=tiers, model=model))
    first = made["model"][0]["model_id"]
    more = [{"tier_index": [0], "original_price": 12_000, "normal_stock": 5}]
    second = good(client.product.add_model(item_id=item_id, model_list=more))["model"][0]["model_id"]
    renamed = [{"name": "Warna", "option_list": [{"option": "Biru"}, {"option": "Hijau"}]}]
    good(client.product.update_tier_variation(item_id=item_id, tier_variation=renamed))
    good(client.product.update_model(item_id=item_id, model=[{"model_id": first, "model_sku": "A"}]))
    good(client.product.delete_model(item_id=item_id, model_id=first))
    models = good(client.product.get_model_list(item_id=item_id))["model"]
    assert [(row["model_id"], row["model_name"]) for row in models] == [(second, "Hijau")]
    good(client.product.delete_item(item_id=item_id))
    row = good(client.product.get_item_base_info(item_id_list=item_id))["item_list"][0]
    assert row["item_status"] == "SELLER_DELETE"


def test_a_boosted_product_cools_down(client: Any) -> None:
    good(client.product.boost_item(item_id_list=[WITH_MODELS]))
    boosted = good(client.product.get_boosted_list())["item_list"]
    assert [row["item_id"] for row in boosted] == [WITH_MODELS]
    assert 14_000 < boosted[0]["cool_down_second"] <= 14_400


def test_what_shopee_tells_about_categories_and_limits(client: Any) -> None:
    product = client.product
    leaf = good(product.category_recommend(item_name="gelas"))["category_id"][0]
    assert leaf in {row["category_id"] for row in good(product.get_category(language="id"))["category_list"]}
    assert good(product.get_attributes(category_id=leaf)) == {"attribute_list": []}
    brands = good(product.get_brand_list(category_id=leaf, page_size=10, status=1, offset=0))
    assert brands["brand_list"][0]["brand_id"] == 0
    assert good(product.get_dts_limit(category_id=leaf))["non_pre_order_days_to_ship"] == 2
    assert good(product.get_item_limit())["item_image_count_limit"]["max_limit"] == 9
    assert good(product.support_size_chart(category_id=leaf)) == {"support_size_chart": False}
    assert product.update_size_chart(item_id=PRODUCT, size_chart="a")["error"] == "product.error_not_support"
    assert product.update_sip_item_price(item_id=PRODUCT)["error"] == "product.error_not_sip_shop"


def test_what_buyers_made_of_a_product(client: Any) -> None:
    extra = good(client.product.get_item_extra_info(item_id_list=PRODUCT))["item_list"]
    assert extra[0]["item_id"] == PRODUCT
    promoted = good(client.product.get_item_promotion(item_id_list=PRODUCT))["success_list"]
    assert promoted == [{"item_id": PRODUCT, "promotion": []}]
    assert good(client.product.get_comment(cursor="", page_size=10))["item_comment_list"] == []
    replies = [{"comment_id": 1, "comment": "Terima kasih"}]
    answer = good(client.product.reply_comment(comment_list=replies))["result_list"]
    assert answer[0]["fail_error"] == "product.error_comment_not_found"


# Whether all of it is here


@pytest.mark.parametrize("module", [Chat, Order, Product, Public, Push, Shop])
def test_every_call_of_the_modules_in_question_is_made_above(module: type) -> None:
    source = Path(__file__).read_text()
    calls = [name for name in vars(module) if not name.startswith("_")]
    assert calls
    assert [name for name in calls if f".{name}(" not in source] == []
