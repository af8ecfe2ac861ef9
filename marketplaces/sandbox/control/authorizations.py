"""What happens to a shop's permission, and any push that its marketplace might send."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.control.asking import Bad, Values, marketplace_in, shop_in
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.shopee import pushes
from marketplaces.sandbox.shopee.sign import access_of
from marketplaces.sandbox.tiktok_shop import grants, pages
from marketplaces.sandbox.tiktok_shop import pushes as tiktok_pushes
from marketplaces.sandbox.tiktok_shop.gate import access_of as access_of_tiktok

WAYS = ("cancel", "ends_soon")


def post_authorization(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """`way` "cancel" ends it; "ends_soon": the last week, or month at TikTok Shop, which knows more ways (grants.py).

    With `push` false nobody is told.
    """
    shop = shop_in(sandbox, values)
    if shop.marketplace == "tiktok_shop":
        return grants.change(sandbox, shop, values["way"], bool(values.get("push", True)))
    return _change_shopee(sandbox, shop, values)


def post_redirect(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """Where TikTok Shop sends sellers back to, as if set in its Partner Center; "" for the usual address."""
    if marketplace_in(sandbox, values) != "tiktok_shop":
        raise Bad("only TikTok Shop has a registered address")
    access_of_tiktok(sandbox).redirect = str(values["url"])
    sandbox.state_changed()
    return {"redirect": pages.redirect_address(sandbox)}


def _change_shopee(sandbox: Sandbox, shop: Shop, values: Values) -> dict[str, Any]:
    """With `bare` the push of a "cancel" names the shop in its sentence only."""
    partner_id, way = sandbox.keys.shopee_partner_id, values["way"]
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
            pushes.announce_end(sandbox, partner_id, [shop.id], grant.ends_at)
    sandbox.state_changed()
    return {"shop": shop.id, "way": way, "ends_at": grant.ends_at}


def post_any_push(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """A push of any `code` with that `data`, about a shop: there are many that no chat causes.

    TikTok Shop calls the code a type, and tells the app of nothing that it has not been let into.
    """
    shop, code, data = shop_in(sandbox, values), values["code"], values["data"]
    if not isinstance(code, int) or not isinstance(data, dict):
        raise Bad("code must be a number and data an object")
    if shop.marketplace == "tiktok_shop":
        tiktok_pushes.send(sandbox, shop.id, code, data)
    else:
        pushes.send(sandbox, code, {"msg_id": "", "data": data, "shop_id": shop.id}, shop.id)
    return {"push": {"code": code, "shop": shop.id}}
