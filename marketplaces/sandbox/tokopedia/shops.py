"""Attached shops and callers' addresses (tokopedia.md A1)."""

from __future__ import annotations

import time
from typing import Any

from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tiles import tile_name
from marketplaces.sandbox.tokopedia.errors import StatusError
from marketplaces.sandbox.tokopedia.gate import Call, ok, processed
from marketplaces.sandbox.tokopedia.state import app_state


def shop_info(call: Call) -> dict[str, Any]:
    """One shop when shop_id is given, else every shop that is active for the app."""
    envelope = processed if app_state(call.sandbox).has_header else ok
    if wanted := call.text("shop_id"):
        return envelope([_row(call.sandbox, call.shop(wanted))])
    shops = call.sandbox.world.catalogue.shops.values()
    active = [s for s in shops if s.marketplace == "tokopedia" and s.is_attached and s.is_accepted]
    page, size = call.number("page", 1), call.number("per_page", max(len(active), 1))
    if page < 1 or size < 1:
        raise StatusError("400 Bad Request", "Invalid page or per_page")
    return envelope([_row(call.sandbox, shop) for shop in active[(page - 1) * size : page * size]])


def whitelist(call: Call) -> dict[str, Any]:
    """Served, not enforced: any address may call the sandbox."""
    return processed({"fs_id": call.sandbox.keys.tokopedia_fs_id, "ip_whitelisted": ["127.0.0.1"]})


def _row(sandbox: Sandbox, shop: Shop) -> dict[str, Any]:
    logo = tile_name("face", shop.name, shop.id * 47)
    return {
        "shop_id": shop.id,
        "user_id": shop.user_id,
        "shop_name": shop.name,
        "logo": sandbox.file_url(f"/tokopedia/file/{logo}"),
        "shop_url": f"https://www.tokopedia.com/{shop.domain}",
        "is_open": 1,
        "status": 1,
        "date_shop_created": time.strftime("%Y-%m-%d", time.gmtime(shop.created_at)),
        "domain": shop.domain,
        "admin_id": [shop.user_id],
        "reason": "",
    }
