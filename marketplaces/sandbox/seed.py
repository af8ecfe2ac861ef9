"""A world to begin with. The same size gives the same world, but for the time, which counts back from now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from marketplaces.sandbox.catalogue import Buyer, Catalogue, MainAccount, Order, Product, Shop
from marketplaces.sandbox.clock import NS
from marketplaces.sandbox.files import SAMPLE_VIDEO
from marketplaces.sandbox.goods import DAY_S, fill_shelf, likely_status, place_order
from marketplaces.sandbox.kinds import SECONDS_OF_SAMPLE, STICKERS
from marketplaces.sandbox.marketplace import Marketplace
from marketplaces.sandbox.people import make_buyer, new_buyer
from marketplaces.sandbox.smalltalk import Line, chain
from marketplaces.sandbox.tiles import tile_name
from marketplaces.sandbox.world import Message, Room, State, World

__all__ = ["Size", "default_size", "new_buyer", "plant"]

PASSWORD = "sandbox"
LONGEST_AGO_S = 85 * DAY_S  # the oldest order
SHARED_BUYERS = 4  # of two neighbouring shops
FIRST_SHOP = {"shopee": 947042923, "tokopedia": 479979, "tiktok_shop": 7_494_049_642_642_441_621}
FIRST_USER = {"shopee": 947151379, "tokopedia": 5511917, "tiktok_shop": 7_010_736_057_180_000_101}
NAMES = {
    "shopee": ("Nusantara Gadget", "Nusantara Fashion", "Toko Orang Lain"),
    "tokopedia": ("Nusantara Elektronik", "Nusantara Rumah", "Nusantara Menunggu"),
    "tiktok_shop": ("Nusantara Beauty", "Nusantara Kids", "Toko Orang Lain"),
}
# The login that is over all of the demo seller's shops.
MAIN_ACCOUNTS = {
    "shopee": (880_001, "nusantara.main"),
    "tiktok_shop": (7_010_736_057_180_325_601, "nusantara.seller"),
}


@dataclass(frozen=True)
class Size:
    shops: int  # of each marketplace
    conversations: int  # in each shop
    bubbles: int  # in each conversation; 0 means from 5 to 60
    days: int = 6  # how far back the last words of the quietest room lie


def default_size() -> Size:
    return Size(shops=2, conversations=22, bubbles=0, days=12)


def plant(size: Size, marketplaces: Mapping[str, Marketplace], now_ns: int) -> World:
    world = World(Catalogue(), State(), [])
    for market in marketplaces.values():
        if market.slug not in FIRST_SHOP:
            continue
        main = _open_account(world, market.slug)
        taken: set[int] = set()  # milliseconds, so that no two messages share an id
        # Never fewer than three shops: the one that is not the demo seller's is there to be refused.
        for number in range(max(size.shops, 3)):
            shop = _open_shop(world, market.slug, number, now_ns // NS)
            if number >= size.shops:
                shop.is_accepted = False  # only Tokopedia asks
                _belongs_to_a_stranger(world, shop)
                continue
            if main:
                _belongs_to(main, shop)
            _fill_rooms(world, market, shop, number, size, now_ns, taken)
        world.state.last_ids[market.slug] = market.message_id(now_ns)
    return world


def _open_account(world: World, marketplace: str) -> MainAccount | None:
    if marketplace not in MAIN_ACCOUNTS:
        return None
    account = MainAccount(marketplace, *MAIN_ACCOUNTS[marketplace], PASSWORD, [])
    world.catalogue.main_accounts.append(account)
    return account


def _belongs_to(account: MainAccount, shop: Shop) -> None:
    account.shop_ids.append(shop.id)
    if shop.marketplace == "tiktok_shop":  # where a shop has no login of its own
        shop.username = account.username


def _belongs_to_a_stranger(world: World, shop: Shop) -> None:
    if shop.marketplace == "tiktok_shop":
        account_id = shop.user_id + 1_000_000
        account = MainAccount(shop.marketplace, account_id, shop.username, shop.password, [shop.id])
        world.catalogue.main_accounts.append(account)


def _open_shop(world: World, marketplace: str, number: int, now_s: int) -> Shop:
    names = NAMES[marketplace]
    name = names[number] if number < len(names) else f"Nusantara Toko {number + 1}"
    username = name.lower().replace(" ", ".")
    shop = Shop(
        marketplace=marketplace,
        id=FIRST_SHOP[marketplace] + number,
        name=name,
        user_id=FIRST_USER[marketplace] + number * 11,
        username=username,
        password=PASSWORD,
        domain=name.lower().replace(" ", "-"),
        created_at=now_s - 900 * DAY_S,
    )
    world.catalogue.shops[shop.key] = shop
    fill_shelf(world.catalogue, shop, number, now_s, Random(f"{marketplace}-{number}"))
    return shop


def _fill_rooms(
    world: World, market: Marketplace, shop: Shop, number: int, size: Size, now_ns: int, taken: set[int]
) -> None:
    rng = Random(f"{market.slug}-{number}-{size}")
    start = number * max(size.conversations - SHARED_BUYERS, 1)
    rooms: list[Room] = []
    for place in range(size.conversations):
        buyer = make_buyer(market.slug, start + place)
        world.catalogue.buyers.setdefault((market.slug, buyer.id), buyer)
        for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 5))):
            age_s = int(LONGEST_AGO_S * rng.random() ** 2) + 60  # most of them lately
            status = likely_status(age_s, rng)
            order = place_order(world.catalogue, shop, buyer.id, now_ns // NS - age_s, status, rng)
            order.updated_at += min(age_s, 6 * DAY_S) // 2
        bubbles = size.bubbles or (60, 5, 34, 12, 45, 8, 31, 22)[place % 8] - (place // 8)
        share = place / max(size.conversations, 1)
        last_ns = now_ns - int((300 + share * share * size.days * DAY_S) * NS)
        room = Room(market.room_id(shop, buyer.id), market.slug, shop.id, buyer.id)
        room.messages = _talk(world, market, shop, buyer, chain(bubbles, rng), last_ns, taken, rng)
        _mark_read(room)
        world.add_room(room)
        rooms.append(room)
    market.touch_up(world, rooms, size.bubbles == 0, Random(f"{market.slug}-{number}-touch"))


def _talk(
    world: World,
    market: Marketplace,
    shop: Shop,
    buyer: Buyer,
    lines: list[Line],
    last_ns: int,
    taken: set[int],
    rng: Random,
) -> list[Message]:
    """The lines as messages; the last one at about `last_ns`, earlier ones minutes, sometimes days before."""
    products = world.catalogue.on_sale(shop)
    product = rng.choice(products)
    orders = world.catalogue.orders_between(shop, buyer.id)
    messages: list[Message] = []
    at_ms = last_ns // 1_000_000
    for line in reversed(lines):
        while at_ms in taken:
            at_ms -= 1
        taken.add(at_ms)
        kind, content = _content(shop, line, product, orders, rng)
        message_id = market.message_id(at_ms * 1_000_000)
        source = {"buyer": "android", "shop": "new_webchat", "system": "server"}[line.sent_by]
        sent_by = "seller_centre" if line.sent_by == "shop" else line.sent_by
        said = Message(message_id, sent_by, kind, content, at_ms * 1_000_000, source=source)
        if line.sent_by == "buyer":
            said.source_content = _source(kind, line, product, orders)
        messages.append(said)
        at_ms -= (
            rng.randrange(8_000, 400_000) if rng.random() < 0.93 else rng.randrange(3_600_000, 90_000_000)
        )
        if rng.random() < 0.1:
            product = rng.choice(products)
    messages.reverse()
    return messages


def _content(
    shop: Shop, line: Line, product: Product, orders: list[Order], rng: Random
) -> tuple[str, dict[str, Any]]:
    """The kind, which is a text when there is no order to show, and what it holds."""
    files = f"/{shop.marketplace}/file"
    if line.kind == "item":
        return "item", {"shop_id": shop.id, "item_id": product.id}
    if line.kind == "order" and orders:
        return "order", {"shop_id": shop.id, "order_sn": orders[0].id}
    if line.kind == "order":
        return "text", {"text": "Pesanan saya bagaimana ya kak?"}
    if line.kind == "sticker":
        return "sticker", {"sticker_package_id": "1000", "sticker_id": rng.choice(STICKERS)}
    if line.kind in ("image", "video"):
        url = f"{files}/{tile_name('foto', product.name, rng.randrange(360))}"
        shown = {"thumb_url": url, "thumb_width": 480, "thumb_height": 640}
        if line.kind == "image":
            return "image", shown | {"url": url, "file_server_id": 0}
        return "video", shown | {
            "video_url": f"{files}/{SAMPLE_VIDEO}",
            "duration_seconds": SECONDS_OF_SAMPLE,
        }
    return "text", {"text": line.words(product.name, rng)}


def _source(kind: str, line: Line, product: Product, orders: list[Order]) -> dict[str, Any]:
    """Where the buyer came from: said for product cards, now and then for words about an order."""
    if kind == "item":
        return {"item_id": product.id}
    return {"order_sn": orders[0].id} if line.is_about_order and orders else {}


def _mark_read(room: Room) -> None:
    """The shop has read up to its own last words, the buyer up to theirs, or all when they spoke last."""
    answered = [m.id for m in room.messages if m.sent_by == "seller_centre"]
    said = [m.id for m in room.messages if m.is_from_buyer]
    room.read_by_shop = answered[-1] if answered else 0
    room.read_by_buyer = max(said[-1] if said else 0, answered[-2] if len(answered) > 1 else 0)
