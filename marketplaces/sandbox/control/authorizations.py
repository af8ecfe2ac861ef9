"""What happens to a Shopee shop's permission, and any push that Shopee might send."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.control.asking import Bad, Values, shop_in
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.shopee import pushes
from marketplaces.sandbox.shopee.sign import access_of

WAYS = ("cancel", "ends_soon")


def post_authorization(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """`way` "cancel" ends it; with `bare` the push names the shop in its sentence only. "ends_soon": the last week.

    With `push` false nobody is told.
    """
    shop, partner_id, way = shop_in(sandbox, values), sandbox.keys.shopee_partner_id, values["way"]
    access = access_of(sandbox)
    grant = access.grants.get((partner_id, shop.id))
    if way not in WAYS or grant is None:
        raise Bad(f"way must be one of {', '.join(WAYS)}, and the shop authorized")
    is_told = bool(values.get("push", True))
    if way == "cancel":
        access.revoke(partner_id, [shop.id])
        if is_told:
            pushes.announce_revocation(sandbox, partner_id, shop.id, is_bare=bool(values.get("bare")))
    else:
        grant.ends_at, grant.is_end_announced = sandbox.clock.now_s() + pushes.SOON_S, True
        if is_told:
            pushes.announce_end(sandbox, partner_id, [shop.id])
    sandbox.state_changed()
    return {"shop": shop.id, "way": way, "ends_at": grant.ends_at}


def post_shopee_push(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """A push of any `code` with that `data`, about a shop: Shopee has many that no chat causes."""
    shop, code, data = shop_in(sandbox, values), values["code"], values["data"]
    if not isinstance(code, int) or not isinstance(data, dict):
        raise Bad("code must be a number and data an object")
    pushes.send(sandbox, code, {"msg_id": "", "data": data, "shop_id": shop.id}, shop.id)
    return {"push": {"code": code, "shop": shop.id}}
