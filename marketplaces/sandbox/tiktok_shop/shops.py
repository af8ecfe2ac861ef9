"""The shops of one consent (tiktok_shop.md 1)."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.tiktok_shop.access import cipher_of
from marketplaces.sandbox.tiktok_shop.gate import Call


def authorized_shops(call: Call) -> dict[str, Any]:
    shops = (call.sandbox.world.shop("tiktok_shop", shop_id) for shop_id in call.grant.shop_ids)
    return {"shops": [_row(shop) for shop in shops if shop]}


def _row(shop: Shop) -> dict[str, Any]:
    return {
        "cipher": cipher_of(shop.id),
        "code": f"IDLC{shop.id % 10**8:08d}",
        "id": str(shop.id),
        "name": shop.name,
        "region": "ID",
        "seller_type": "LOCAL",
    }
