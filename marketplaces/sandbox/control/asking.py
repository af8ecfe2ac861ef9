"""What a call to /control/ names, found in the world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.world import Room

Values = Mapping[str, Any]


class Bad(Exception):
    """What is wrong with a call to /control/."""


def marketplace_in(sandbox: Sandbox, values: Values) -> str:
    slug = str(values["marketplace"])
    if slug not in sandbox.marketplaces:
        raise Bad(f"marketplace must be one of {', '.join(sandbox.marketplaces)}")
    return slug


def shop_in(sandbox: Sandbox, values: Values) -> Shop:
    shop = sandbox.world.shop(marketplace_in(sandbox, values), int(values["shop"]))
    if shop is None:
        raise Bad("no such shop")
    return shop


def room_in(sandbox: Sandbox, values: Values) -> Room | None:
    shop = shop_in(sandbox, values)
    buyer = sandbox.world.catalogue.find_buyer(shop.marketplace, values["buyer"])
    return sandbox.world.room_between(shop, buyer.id) if buyer else None
