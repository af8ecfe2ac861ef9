from __future__ import annotations

import pytest

from tests.sandbox.callers import ELEKTRONIK, GADGET, Running, ShopeeCaller
from tests.sandbox.tiktok_shop import BEAUTY, TikTokShopCaller


@pytest.mark.parametrize(
    ("marketplace", "shop"), [("shopee", GADGET), ("tokopedia", ELEKTRONIK), ("tiktok_shop", BEAUTY)]
)
def test_every_page_of_the_phone_opens(sandbox: Running, marketplace: str, shop: int) -> None:
    assert "Nusantara Gadget" in sandbox.http.get("/").text
    buyers = sandbox.ask("rooms", marketplace=marketplace, shop=shop)["rooms"]
    assert buyers[0]["buyer_name"] in sandbox.http.get(f"/phone/{marketplace}/{shop}").text
    for row in buyers:
        page = sandbox.http.get(f"/phone/{marketplace}/{shop}/{row['buyer']}")
        assert page.status_code == 200
        assert "https://" not in page.text.replace("https://contoh.example", "")


def test_a_new_buyer_writes_and_sees_the_answer(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox).connect()
    room = sandbox.http.post(f"/phone/shopee/{GADGET}/buyers", data={"name": "Nina <Baru>"})
    here = room.headers["location"]
    sandbox.http.post(f"{here}/messages", data={"kind": "text", "text": "Ready <b>kak</b>?"})
    said = sandbox.truth("shopee", GADGET, "Nina <Baru>")[0]
    assert said["text"] == "Ready <b>kak</b>?"
    assert "Ready &lt;b&gt;kak&lt;/b&gt;?" in sandbox.http.get(here).text
    assert sandbox.http.get(f"{here}/after/{said['id']}").status_code == 204
    shop.send(said["buyer"], "Ready kak")
    news = sandbox.http.get(f"{here}/after/{said['id']}")
    assert "Ready kak" in news.text
    assert "bubble--theirs" in news.text
    room_now = shop.rooms()["conversations"][0]
    assert room_now["opposite_last_read_msg_id"] == room_now["latest_message_id"]


def test_a_buyer_sends_a_picture_a_product_and_an_order(sandbox: Running) -> None:
    rooms = sandbox.ask("rooms", marketplace="shopee", shop=GADGET)["rooms"]
    here = f"/phone/shopee/{GADGET}/{rooms[0]['buyer']}"
    gif = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
    sandbox.http.post(f"{here}/messages", data={"kind": "image"}, files={"picture": ("a.gif", gif)})
    sandbox.http.post(f"{here}/messages", data={"kind": "item", "item": "9112503531"})
    image, item = sandbox.truth("shopee", GADGET, rooms[0]["buyer"])[-2:]
    assert sandbox.http.get(image["content"]["url"]).content == gif
    assert item["content"]["item_id"] == 9112503531
    wrong = sandbox.http.post(f"{here}/messages", data={"kind": "order", "order": "NONE"})
    assert "error=" in wrong.headers["location"]


def test_the_push_mode_is_chosen_on_the_phone(sandbox: Running) -> None:
    sandbox.http.post("/phone/shopee/push", data={"mode": "off"})
    assert sandbox.ask("push")["push"]["shopee"]["mode"] == "off"


def test_a_buyer_of_either_platform_writes_all_that_the_phone_offers(sandbox: Running) -> None:
    sandbox.control("limits", marketplace="tiktok_shop", endpoint="*", rate=1000, burst=1000)
    shop = TikTokShopCaller(sandbox).connect()
    place = f"/phone/tiktok_shop/{BEAUTY}"
    assert "Tokopedia" in sandbox.http.get(place).text
    form = {"name": "Nina Baru", "platform": "TOKOPEDIA"}
    here = sandbox.http.post(f"{place}/buyers", data=form).headers["location"]
    order = sandbox.control("orders", marketplace="tiktok_shop", shop=BEAUTY, buyer="Nina Baru")["order"][
        "id"
    ]
    page = sandbox.http.get(here).text
    assert "Tokopedia · Anda menulis sebagai Nina Baru" in page
    assert 'data-kind="notification"' in page
    assert "Tokopedia · " not in sandbox.http.get(f"/phone/shopee/{GADGET}").text
    gif = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
    for form, files in (
        ({"kind": "text", "text": "Halo"}, {}),
        ({"kind": "image"}, {"picture": ("a.gif", gif)}),
        ({"kind": "item"}, {}),
        ({"kind": "order", "order": order}, {}),
        ({"kind": "notification", "text": "Dikirim hari ini"}, {}),
    ):
        assert (
            "error=" not in sandbox.http.post(f"{here}/messages", data=form, files=files).headers["location"]
        )
    room = shop.truth()[0]["conversation"]
    rows = shop.messages(room, sort_field="index", sort_order="ASC")["messages"]
    types = ["TEXT", "IMAGE", "PRODUCT_CARD", "ORDER_CARD", "NOTIFICATION"]
    assert [row["type"] for row in rows] == types
    picture = shop.truth()[1]["content"]["url"]
    assert sandbox.http.get(picture).content == gif
    assert picture in sandbox.http.get(here).text
    shop.send(room, content="Siap kak")
    news = sandbox.http.get(f"{here}/after/{rows[-1]['id']}")
    assert "Siap kak" in news.text
