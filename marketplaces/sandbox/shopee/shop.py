"""Shop facts (shopee.md 2.4)."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.shopee.answers import Flat
from marketplaces.sandbox.shopee.rows import picture_url
from marketplaces.sandbox.shopee.sign import Call
from marketplaces.sandbox.tiles import tile_name


def get_shop_info(call: Call) -> Flat:
    grant = call.access.grants[call.partner_id, call.shop.id]
    return Flat(
        {
            "shop_name": call.shop.name,
            "region": "ID",
            "status": "NORMAL",
            "auth_time": grant.began_at,
            "expire_time": grant.ends_at,
            "shop_fulfillment_flag": "Others",
            "is_cb": False,
            "is_upgraded_cbsc": False,
            "merchant_id": None,
            "is_sip": False,
            "sip_affi_shops": [],
            "is_main_shop": False,
            "is_direct_shop": False,
            "linked_direct_shop_list": [],
            "linked_main_shop_id": 0,
            "is_mart_shop": False,
            "is_outlet_shop": False,
        }
    )


def get_profile(call: Call) -> dict[str, Any]:
    logo = picture_url(call.sandbox, tile_name("face", call.shop.name, call.shop.id * 47))
    description = (
        call.shop.description
        or f"Selamat datang di {call.shop.name}. Semua pesanan dikirim di hari yang sama."
    )
    return {"shop_logo": logo, "description": description, "shop_name": call.shop.name}


def update_profile(call: Call) -> dict[str, Any]:
    for name, key in (("name", "shop_name"), ("description", "description")):
        value = call.body.get(key)
        if isinstance(value, str) and value:
            setattr(call.shop, name, value)
    call.sandbox.catalogue_changed()
    return get_profile(call)
