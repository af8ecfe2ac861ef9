"""Orders that come and change while one watches."""

from __future__ import annotations

from random import Random
from typing import Any

from marketplaces.sandbox.control.asking import Bad, Values, shop_in
from marketplaces.sandbox.goods import place_order, statuses_of
from marketplaces.sandbox.sandbox import Sandbox


def post_order(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """The buyer orders something; with `order`, that one gets a new `status`. Pushed either way."""
    shop, now = shop_in(sandbox, values), sandbox.clock.now_s()
    status = values.get("status", "READY_TO_SHIP")
    if status not in (known := statuses_of(shop.marketplace)):
        raise Bad(f"status must be one of {', '.join(known)}")
    if "order" in values:
        order = sandbox.world.catalogue.orders_of(shop).get(str(values["order"]))
        if order is None:
            raise Bad("no such order")
        order.status, order.updated_at = status, now
    else:
        buyer = sandbox.welcome_buyer(shop.marketplace, values["buyer"])
        order = place_order(sandbox.world.catalogue, shop, buyer.id, now, status, Random())
    sandbox.order_changed(shop, order)
    return {"order": {"id": order.id, "buyer": order.buyer_id, "status": order.status, "total": order.total}}
