"""Buyers with Indonesian names, any number of them, always the same ones in the same order."""

from __future__ import annotations

from marketplaces.sandbox.catalogue import Buyer, Catalogue
from marketplaces.sandbox.tiles import tile_name

FIRST = (
    "Siti", "Budi", "Dewi", "Agus", "Rina", "Andi", "Putri", "Joko", "Ayu", "Hendra", "Maya", "Rizky",
    "Fitri",
    "Dimas", "Nurul", "Bayu", "Lestari", "Yusuf", "Intan", "Galih", "Wulan", "Arif", "Sari", "Ilham", "Ratna",
    "Eko", "Mega", "Fajar", "Indah", "Teguh", "Citra", "Reza", "Yuni", "Wahyu", "Tia", "Doni", "Novi", "Rama",
)  # fmt: skip
LAST = (
    "Rahayu", "Santoso", "Kusuma", "Wijaya", "Permata", "Pratama", "Maharani", "Siregar", "Handayani",
    "Nugroho",
    "Simanjuntak", "Hidayat", "Anggraini", "Saputra", "Utami", "Ramadhan", "Puspita", "Setiawan", "Kurniawan",
    "Lubis", "Aulia", "Gunawan", "Melati", "Firmansyah", "Oktaviani", "Halim", "Safitri", "Irawan", "Cahyani",
)  # fmt: skip
# Shopee's lie in a range that gives conversation ids of 18 digits; see ids.py.
FIRST_ID = {"shopee": 61_000_101, "tokopedia": 5_600_011, "tiktok_shop": 7_494_560_109_732_300_011}
# One shop of TikTok Shop has buyers of two platforms.
PLATFORMS = ("TOKOPEDIA", "TIKTOK_SHOP", "TIKTOK_SHOP", "TOKOPEDIA", "TIKTOK_SHOP")
STEP = 37


def make_buyer(marketplace: str, number: int) -> Buyer:
    """The buyer with that number, counted from 0."""
    first = FIRST[number % len(FIRST)]
    last = LAST[(number + number // len(FIRST)) % len(LAST)]
    name = f"{first} {last}"
    if number >= len(FIRST) * len(LAST):
        name += f" {number // (len(FIRST) * len(LAST)) + 1}"
    username = f"{first}{last}{70 + number}".lower()
    picture = "" if number % 6 == 5 else tile_name("face", name, number * 67)
    buyer_id = FIRST_ID.get(marketplace, 7_000_001) + number * STEP
    platform = PLATFORMS[number % len(PLATFORMS)] if marketplace == "tiktok_shop" else ""
    return Buyer(marketplace, buyer_id, name, username, picture, platform=platform)


def new_buyer(catalogue: Catalogue, marketplace: str, who: str) -> Buyer:
    """Someone who is not in the world yet: by name, or by an id."""
    known = [buyer_id for slug, buyer_id in catalogue.buyers if slug == marketplace]
    buyer_id = int(who) if who.isdigit() else max(known, default=FIRST_ID.get(marketplace, 7_000_001)) + STEP
    name = f"Pembeli {who}" if who.isdigit() else who
    username = "".join(c for c in name.lower() if c.isalnum()) or "pembeli"
    picture = tile_name("face", name, buyer_id * 67)
    platform = "TIKTOK_SHOP" if marketplace == "tiktok_shop" else ""
    buyer = Buyer(marketplace, buyer_id, name, f"{username}{buyer_id % 100}", picture, platform=platform)
    catalogue.buyers[marketplace, buyer_id] = buyer
    return buyer
