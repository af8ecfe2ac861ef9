"""What the shops sell, and what was ordered."""

from __future__ import annotations

import time
from itertools import product as pairs
from random import Random

from marketplaces.sandbox.catalogue import Catalogue, Model, Order, OrderLine, Product, Shop
from marketplaces.sandbox.tiles import tile_name

DAY_S = 86400
# name and price in thousands of rupiah; names after "|" are the choices
SHELVES = (
    (
        ("Earphone Bluetooth Nada Pro|Hitam|Putih|Biru", 189), ("Kabel Data Type-C 2 Meter Kilat", 35),
        ("Power Bank 20000 mAh Bima", 259), ("Charger GaN 65 Watt Tiga Port", 320),
        ("Tripod HP Lipat 170 cm", 115),
        ("Speaker Mini Gema Tahan Air|Merah|Hitam", 210), ("Smartwatch Arloji Aktif 2|Hitam|Krem", 449),
        ("Casing Bening Anti Retak|Tipe A|Tipe B|Tipe C", 29), ("Mouse Nirkabel Senyap", 99),
        ("Keyboard Mekanik 68 Tombol Rasi", 525), ("Ring Light 26 cm dengan Dudukan", 145),
        ("Kartu Memori 128 GB Kelas 10", 175), ("Holder HP Motor Aluminium", 79),
        ("Lampu Meja LED Lipat USB", 88),
        ("Mikrofon Klip Nirkabel Swara", 235), ("Hub USB 7 in 1 Serbaguna", 299),
    ),
    (
        ("Kemeja Batik Pria Parang|M|L|XL", 165), ("Gamis Katun Harian Melati|S|M|L|XL", 219),
        ("Hijab Segi Empat Voal|Sage|Dusty Pink|Hitam", 45), ("Kaos Polos Combed 30s|S|M|L|XL", 55),
        ("Celana Kulot Linen|M|L", 139), ("Jaket Bomber Senja|L|XL", 275),
        ("Sepatu Kanvas Langkah|39|40|41|42", 199),
        ("Tas Selempang Anyam Rotan", 185), ("Sandal Kulit Handmade|40|41|42", 159),
        ("Topi Baseball Sulam", 49),
        ("Outer Rajut Lembut", 129), ("Rok Plisket Premium", 98), ("Sarung Tenun Samudra", 175),
        ("Dompet Kulit Lipat Dua", 120), ("Kaos Kaki Isi 5 Pasang", 39),
    ),
    (
        ("Blender Portabel 400 ml Segar", 179), ("Rice Cooker Mini 1 Liter", 289),
        ("Setrika Uap Genggam Rapi", 245),
        ("Kipas Angin Meja 12 Inci", 199), ("Air Fryer Digital 4 Liter Renyah", 749),
        ("Vacuum Cleaner Genggam Bersih", 399), ("Lampu LED 12 Watt Isi 4", 85),
        ("Stop Kontak 5 Lubang SNI", 95),
        ("Mesin Kopi Moka 3 Cangkir", 165), ("Timbangan Dapur Digital", 69),
        ("Dispenser Galon Bawah Sejuk", 1150),
        ("Humidifier Aroma 300 ml", 119), ("Teko Listrik 1,7 Liter", 159), ("Bel Rumah Nirkabel", 75),
        ("Oven Listrik 20 Liter Hangat", 689),
    ),
    (
        ("Rak Bumbu Bambu Susun Tiga", 125), ("Sprei Katun Jepang 180 x 200|Biru|Abu|Krem", 239),
        ("Toples Kaca Kedap Udara Isi 6", 149), ("Gorden Blackout Polos|Abu|Krem", 175),
        ("Keset Diatom Cepat Kering", 59),
        ("Panci Granit Set 4", 459), ("Wajan Anti Lengket 28 cm", 169), ("Bantal Leher Memory Foam", 89),
        ("Rak Sepatu Lipat 5 Tingkat", 135), ("Jam Dinding Kayu Minimalis", 110),
        ("Karpet Bulu 160 x 210", 325),
        ("Tempat Sampah Injak 10 Liter", 115), ("Vas Keramik Tanah", 95),
        ("Gantungan Baju Velvet Isi 10", 65),
        ("Lilin Aroma Kayu Manis", 79), ("Set Piring Keramik 12 Pcs", 289), ("Handuk Mandi Serat Bambu", 99),
    ),
    (
        ("Serum Wajah Niacinamide 20 ml", 89), ("Lip Cream Matte Senja|Merah Bata|Nude|Mawar", 59),
        ("Tabir Surya SPF 50 Ringan", 79), ("Cushion Glow Natural|Terang|Sedang|Sawo", 145),
        ("Masker Rambut Minyak Kemiri", 65), ("Parfum Melati Malam 50 ml", 175),
        ("Sabun Muka Beras Merah", 39), ("Toner Mawar 100 ml", 55), ("Body Lotion Urang-Aring", 49),
        ("Maskara Tahan Air Lentik", 72), ("Pensil Alis Dua Sisi|Cokelat|Abu", 35),
        ("Micellar Water 300 ml", 45), ("Krim Malam Bakuchiol", 129), ("Sisir Anti Kusut Bulat", 29),
        ("Set Kuas Rias Isi 10", 119),
    ),
    (
        ("Baju Tidur Anak Bintang|2 th|4 th|6 th", 79), ("Mainan Balok Kayu Isi 50", 135),
        ("Botol Minum Anak 500 ml|Biru|Kuning", 65), ("Tas Sekolah Dinosaurus", 159),
        ("Sepatu Anak Lampu|24|26|28", 119), ("Buku Cerita Nusantara Isi 6", 99),
        ("Puzzle Peta Indonesia", 55), ("Kotak Makan Sekat 4", 69), ("Jas Hujan Anak Katak|S|M|L", 89),
        ("Boneka Komodo 40 cm", 110), ("Krayon 24 Warna Aman", 35), ("Kaos Anak Isi 3|S|M|L", 95),
        ("Selimut Bayi Flanel", 75), ("Sepeda Roda Tiga Ceria", 385), ("Sendok Silikon Isi 4", 29),
    ),
)  # fmt: skip
FIRST_PRODUCT = {
    "shopee": 9_112_503_530, "tokopedia": 15_245_228, "tiktok_shop": 1_729_582_718_312_380_123,
}  # fmt: skip
FIRST_SHELF = {"tokopedia": 2, "tiktok_shop": 4}  # of its first shop
FIRST_ORDER = {"tokopedia": 43_481_289, "tiktok_shop": 576_461_413_038_785_752}
# What an order may be, in Shopee's words; PENDING and the later ones only where it says.
STATUSES = ("UNPAID", "READY_TO_SHIP", "PROCESSED", "SHIPPED", "COMPLETED", "CANCELLED")
MORE_STATUSES = {
    "shopee": ("PENDING", "RETRY_SHIP", "TO_CONFIRM_RECEIVE", "IN_CANCEL", "TO_RETURN", "INVOICE_PENDING"),
    "tiktok_shop": ("PENDING", "PARTLY_SHIPPED", "TO_CONFIRM_RECEIVE", "IN_CANCEL", "TO_RETURN"),
}
# Days after the order -> what it usually is by then.
LIKELY = (
    (1, ("UNPAID", "READY_TO_SHIP", "READY_TO_SHIP")),
    (3, ("READY_TO_SHIP", "PROCESSED", "PROCESSED", "CANCELLED")),
    (9, ("SHIPPED", "SHIPPED", "SHIPPED", "COMPLETED")),
    (400, ("COMPLETED",) * 9 + ("CANCELLED",)),
)
# A shop has each product of its shelf alone, in packs, and as what is left of last year's.
SERIES = (
    ("", 1.0, "NORMAL"),
    (" Paket Isi 2", 1.9, "NORMAL"),
    (" Paket Isi 3", 2.7, "NORMAL"),
    (" Edisi Lama", 0.7, "UNLIST"),
)
CARRIERS = ("JNE Reguler", "J&T Express", "SiCepat Halu", "SPX Standard", "AnterAja")
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def fill_shelf(catalogue: Catalogue, shop: Shop, number: int, now_s: int, rng: Random) -> None:
    """Products of the shop with that number on its marketplace, counted from 0."""
    offset = FIRST_SHELF.get(shop.marketplace, 0)
    first = FIRST_PRODUCT.get(shop.marketplace, 1_700_000_000) + number * 100
    shelf = SHELVES[(number + offset) % len(SHELVES)]
    for place, ((ending, factor, status), (words, thousands)) in enumerate(pairs(SERIES, shelf)):
        name, *choices = words.split("|")
        price = round(thousands * factor) * 1000
        made = _product(
            first + place, name + ending, price, f"SKU-{number + 1:02d}-{place + 1:03d}", now_s, rng
        )
        made.status = status
        made.stock = 0 if place % 7 == 5 else made.stock
        made.models = [
            Model(
                _model_id(shop, made.id, i), choice, price + 5000 * i, 0 if i == 2 else rng.randrange(1, 60)
            )
            for i, choice in enumerate(choices)
        ]
        catalogue.products_of(shop)[made.id] = made


def _model_id(shop: Shop, product_id: int, place: int) -> int:
    """Of 19 digits at TikTok Shop, like the product's own."""
    return (
        product_id + (place + 2) * 100_000 if shop.marketplace == "tiktok_shop" else product_id * 100 + place
    )


def _product(product_id: int, name: str, price: int, sku: str, now_s: int, rng: Random) -> Product:
    return Product(
        id=product_id,
        name=name,
        sku=sku,
        price=price,
        stock=rng.randrange(3, 240),
        picture=tile_name("tile", name, product_id * 53),
        created_at=now_s - rng.randrange(60, 400) * DAY_S,
        updated_at=now_s - rng.randrange(1, 40) * DAY_S,
    )


def statuses_of(marketplace: str) -> tuple[str, ...]:
    return STATUSES + MORE_STATUSES.get(marketplace, ())


def likely_status(age_s: int, rng: Random) -> str:
    """What an order of that age may well be."""
    return rng.choice(next(statuses for days, statuses in LIKELY if age_s < days * DAY_S))


def place_order(
    catalogue: Catalogue, shop: Shop, buyer_id: int, at_s: int, status: str, rng: Random
) -> Order:
    """An order of one to three products, remembered."""
    products = catalogue.on_sale(shop)
    lines = [_line(chosen, rng) for chosen in rng.sample(products, rng.choice((1, 1, 1, 2, 3)))]
    order = Order(
        id=_order_id(catalogue, shop, at_s, rng),
        buyer_id=buyer_id,
        status=status,
        lines=lines,
        shipping=rng.randrange(9, 26) * 1000,
        created_at=at_s,
        updated_at=at_s,
        carrier=rng.choice(CARRIERS),
    )
    catalogue.orders_of(shop)[order.id] = order
    return order


def _line(chosen: Product, rng: Random) -> OrderLine:
    model = rng.choice(chosen.models) if chosen.models else None
    return OrderLine(
        product_id=chosen.id,
        name=chosen.name,
        model_id=model.id if model else 0,
        model_name=model.name if model else "",
        quantity=rng.choice((1, 1, 1, 2)),
        price=model.price if model else chosen.price,
        picture=chosen.picture,
    )


def _order_id(catalogue: Catalogue, shop: Shop, at_s: int, rng: Random) -> str:
    """The day and eight letters at Shopee, a number elsewhere."""
    if shop.marketplace == "shopee":
        day = time.strftime("%y%m%d", time.gmtime(at_s))
        return day + "".join(rng.choice(ALPHABET) for _ in range(8))
    taken = sum(len(orders) for (slug, _), orders in catalogue.orders.items() if slug == shop.marketplace)
    return str(FIRST_ORDER.get(shop.marketplace, 1_000_001) + taken)
