from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

from marketplaces.sandbox.app import MARKETPLACES
from marketplaces.sandbox.seed import Size, default_size, plant
from marketplaces.sandbox.smalltalk import chain
from tests.sandbox.callers import ELEKTRONIK, GADGET, Running, ShopeeCaller, start

NOW_NS = 1_795_000_000_000_000_000


def test_the_first_world_has_rooms_longer_and_shorter_than_an_import(sandbox: Running) -> None:
    for marketplace, shop in (("shopee", GADGET), ("tokopedia", ELEKTRONIK)):
        rooms = sandbox.ask("rooms", marketplace=marketplace, shop=shop)["rooms"]
        sizes = [room["messages"] for room in rooms]
        assert len(sizes) == 22
        assert min(sizes) < 30 < max(sizes)


def test_the_same_size_gives_the_same_words() -> None:
    def words() -> list[str]:
        world = plant(default_size(), MARKETPLACES, NOW_NS)
        return [message.text for room in world.rooms.values() for message in room.messages]

    assert words() == words()
    assert len(set(words())) > 100


def test_message_ids_are_unique_and_in_order_of_time() -> None:
    world = plant(Size(4, 30, 20), MARKETPLACES, NOW_NS)
    ids = Counter((room.marketplace, m.id) for room in world.rooms.values() for m in room.messages)
    assert max(ids.values()) == 1
    assert len(ids) == len(MARKETPLACES) * 4 * 30 * 20
    for room in world.rooms.values():
        assert [m.at_ns for m in room.messages] == sorted(m.at_ns for m in room.messages)
        assert [m.id for m in room.messages] == sorted(m.id for m in room.messages)


def test_a_shop_has_products_with_and_without_choices_stock_and_buyers() -> None:
    world = plant(default_size(), MARKETPLACES, NOW_NS)
    shop = world.catalogue.shops["shopee", GADGET]
    products = world.catalogue.products_of(shop).values()
    assert len(products) > 50
    assert {bool(product.models) for product in products} == {True, False}
    assert {product.total_stock > 0 for product in products} == {True, False}
    assert Counter(product.status for product in products)["UNLIST"] > 5
    assert len({product.name for product in products}) == len(products)


def test_orders_are_as_far_as_their_age_says() -> None:
    world = plant(default_size(), MARKETPLACES, NOW_NS)
    shop = world.catalogue.shops["shopee", GADGET]
    now_s, day = NOW_NS // 10**9, 86400
    orders = world.catalogue.orders_of(shop).values()
    assert {"READY_TO_SHIP", "SHIPPED", "COMPLETED", "CANCELLED"} <= {order.status for order in orders}
    assert all(order.created_at <= order.updated_at <= now_s for order in orders)
    old = {order.status for order in orders if now_s - order.created_at > 20 * day}
    assert old == {"COMPLETED", "CANCELLED"}
    of_one = Counter(order.buyer_id for order in orders)
    assert len(of_one) > 10
    assert max(of_one.values()) >= 3


def test_the_first_world_shows_every_common_kind() -> None:
    world = plant(default_size(), MARKETPLACES, NOW_NS)
    rooms = [room for room in world.rooms.values() if room.marketplace != "tiktok_shop"]
    said = [message for room in rooms for message in room.messages]
    assert {m.kind for m in said} == {"text", "image", "video", "sticker", "item", "order"}
    assert any(m.kind == "text" and "order_sn" in m.source_content for m in said)


def test_a_chain_has_the_length_asked_for() -> None:
    assert [len(chain(size, Random(1))) for size in (0, 1, 5, 60, 300)] == [0, 1, 5, 60, 300]


def test_reset_makes_a_world_of_that_size_and_forgets_the_rest(sandbox: Running) -> None:
    shop = ShopeeCaller(sandbox).connect()
    sandbox.control("faults", marketplace="shopee", kind="error_before", count=9)
    sandbox.control("push", marketplace="shopee", mode="off")
    sandbox.control("clock", advance=99)
    sandbox.control("reset", shops=4, conversations=18, bubbles=7)
    world = sandbox.ask("world")
    assert [s["id"] for s in world["shops"] if s["marketplace"] == "shopee"] == [GADGET + n for n in range(4)]
    assert all(s["rooms"] == 18 for s in world["shops"])
    rooms = sandbox.ask("rooms", marketplace="shopee", shop=GADGET + 3)["rooms"]
    assert {room["messages"] for room in rooms} == {7}
    assert (world["offset"], world["push"]["shopee"]["mode"]) == (0, "normal")
    assert sandbox.ask("calls") == {}
    assert shop.get("shop/get_shop_info")["error"] == "invalid_acceess_token"
    assert shop.connect().get("shop/get_shop_info")["error"] == ""


def test_the_truth_tells_who_said_what(sandbox: Running) -> None:
    sandbox.buyer_says("shopee", GADGET, "Nina Baru", text="satu")
    sandbox.buyer_says("shopee", GADGET, "Nina Baru", sent_by="seller_centre", text="dua")
    sandbox.buyer_says("shopee", GADGET, "Nina Baru", sent_by="system", kind="logistics_card", text="tiga")
    said = sandbox.truth("shopee", GADGET, "Nina Baru")
    assert [(m["sent_by"], m["text"]) for m in said] == [
        ("buyer", "satu"),
        ("seller_centre", "dua"),
        ("system", "tiga"),
    ]


def test_an_unknown_shop_is_a_400(sandbox: Running) -> None:
    values = {"marketplace": "shopee", "shop": 1, "buyer": "Nina", "kind": "text", "text": "Halo"}
    assert sandbox.http.post("/control/messages", json=values).status_code == 400


def test_a_file_that_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "world.sqlite3").write_bytes(b"not a database at all, just some words" * 50)
    running = start(tmp_path)
    try:
        assert len(running.ask("world")["shops"]) == 3 * len(MARKETPLACES)
        assert (tmp_path / "unreadable-world.sqlite3").exists()
    finally:
        running.stop()
