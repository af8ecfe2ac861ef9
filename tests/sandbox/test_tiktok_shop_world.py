"""What TikTok Shop's shops have when the sandbox starts for the first time."""

from __future__ import annotations

from collections import Counter

import pytest

from marketplaces.sandbox.app import MARKETPLACES
from marketplaces.sandbox.seed import Size, default_size, plant
from marketplaces.sandbox.tiktok_shop import rows
from marketplaces.sandbox.world import Room, World
from tests.sandbox.tiktok_shop import BEAUTY, KIDS, STRANGERS

NOW_NS = 1_795_000_000_000_000_000


@pytest.fixture(scope="module")
def world() -> World:
    return plant(default_size(), MARKETPLACES, NOW_NS)


def rooms_of(world: World, shop_id: int) -> list[Room]:
    return world.rooms_of(world.catalogue.shops["tiktok_shop", shop_id])


def test_one_seller_has_two_shops_and_another_has_one(world: World) -> None:
    accounts = world.catalogue.accounts_of("tiktok_shop")
    assert [account.shop_ids for account in accounts] == [[BEAUTY, KIDS], [STRANGERS]]
    names = [world.catalogue.shops["tiktok_shop", shop_id].name for shop_id in (BEAUTY, KIDS)]
    assert names == ["Nusantara Beauty", "Nusantara Kids"]
    assert [account.username for account in world.catalogue.accounts_of("shopee")] == ["nusantara.main"]


def test_a_larger_world_is_one_sellers_too() -> None:
    world = plant(Size(4, 2, 2), MARKETPLACES, NOW_NS)
    accounts = world.catalogue.accounts_of("tiktok_shop")
    assert [account.shop_ids for account in accounts] == [[BEAUTY + number for number in range(4)]]


@pytest.mark.parametrize("shop_id", [BEAUTY, KIDS])
def test_each_shop_has_rooms_of_all_kinds(world: World, shop_id: int) -> None:
    rooms = rooms_of(world, shop_id)
    assert len(rooms) == 22
    said = [message for room in rooms for message in room.messages]
    kinds = Counter(message.kind for message in said)
    notes = {"notification", "allocated_service", "buyer_enter_from_transfer", "buyer_enter_from_product"}
    assert {"text", "image", "video", "item", "order", "sticker"} | notes <= set(kinds)
    assert {message.sent_by for message in said} == {"buyer", "seller_centre", "system", "robot"}
    assert {message.is_visible for message in said} == {True, False}
    platforms = Counter(world.buyer_of(room).platform for room in rooms)
    assert min(platforms["TOKOPEDIA"], platforms["TIKTOK_SHOP"]) > 5


def test_ids_are_as_large_as_the_real_ones(world: World) -> None:
    for room in rooms_of(world, BEAUTY):
        numbers = [room.id, room.buyer_id, room.shop_id, *(said.id for said in room.messages)]
        assert {len(str(number)) for number in numbers} == {19}
    products = world.catalogue.products["tiktok_shop", BEAUTY].values()
    models = [model.id for product in products for model in product.models]
    assert {len(str(number)) for number in (*models, *(product.id for product in products))} == {19}
    assert len(set(models)) == len(models)


def test_numbers_follow_what_was_said_even_where_times_do_not(world: World) -> None:
    rooms = rooms_of(world, BEAUTY) + rooms_of(world, KIDS)
    strange = 0
    for room in rooms:
        numbers = [rows.index(said) for said in room.messages]
        assert numbers == sorted(set(numbers))
        times = [rows.create_time(said) for said in room.messages]
        strange += times != sorted(times)
    assert strange >= 8


def test_the_last_word_may_be_hidden(world: World) -> None:
    assert any(not room.last.is_visible for room in rooms_of(world, BEAUTY))


def test_the_two_shops_sell_different_things(world: World) -> None:
    names = [
        {product.name for product in world.catalogue.products["tiktok_shop", shop_id].values()}
        for shop_id in (BEAUTY, KIDS)
    ]
    assert not names[0] & names[1]


def test_only_the_first_world_has_a_closed_room() -> None:
    world = plant(Size(1, 12, 20), MARKETPLACES, NOW_NS)
    oldest = min(room.last.at_ns for room in rooms_of(world, BEAUTY))
    assert NOW_NS - oldest < 30 * 86400 * 10**9
