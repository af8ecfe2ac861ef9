"""Codes and tokens (shopee.md 2.2 and 2.3) and who is connected (2.4)."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.shopee.access import ACCESS_S
from marketplaces.sandbox.shopee.answers import Flat
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.sign import Call


def token_get(call: Call) -> Flat:
    """POST auth/token/get: a one-use code becomes the first pair of tokens."""
    _same_partner(call)
    now, code = call.sandbox.clock.now_s(), call.access.codes.get(str(call.body.get("code", "")))
    shop_id, main_id = call.body.get("shop_id"), call.body.get("main_account_id")
    if (shop_id is None) == (main_id is None):
        raise ShopeeError(
            "error_param", "Wrong parameters, detail: one of shop_id, main_account_id is needed."
        )
    if code is None or code.partner_id != call.partner_id:
        raise ShopeeError("error_auth", "Invalid code")
    if code.is_used or code.ends_at <= now:
        raise ShopeeError("invalid_code", "The code is expired or used or invalid, please check the code.")
    if main_id is not None and code.main_account_id != main_id:
        raise ShopeeError(
            "invalid_main_acount_id",
            "The code or main_accoount_id is wrong, please check the main_account_id.",
        )
    if shop_id is not None and (code.main_account_id or shop_id not in code.shop_ids):
        raise ShopeeError("invalid_shop_id", "The code or shop_id is wrong, please check the shop_id.")
    code.is_used = True
    access, refresh = call.access.new_pair(call.partner_id, list(code.shop_ids), now)
    call.sandbox.state_changed()
    body: dict[str, Any] = {"access_token": access, "refresh_token": refresh, "expire_in": ACCESS_S}
    if main_id is not None:
        body |= {"shop_id_list": list(code.shop_ids), "merchant_id_list": []}
    return Flat(body)


def access_token_get(call: Call) -> Flat:
    """POST auth/access_token/get: refresh one shop's pair. The old refresh token is spent for that shop."""
    _same_partner(call)
    now, shop_id = call.sandbox.clock.now_s(), call.body.get("shop_id")
    if not isinstance(shop_id, int):
        raise ShopeeError("error_param", "Wrong parameters, detail: shop_id is needed.")
    token = call.access.refresh_tokens.get(str(call.body.get("refresh_token", "")))
    if not token or token.partner_id != call.partner_id or shop_id not in token.shop_ids:
        raise ShopeeError("error_auth", "Invalid refresh_token.")
    if shop_id in token.spent_for:
        raise ShopeeError("error_auth", "Invalid refresh_token.")
    if token.ends_at <= now:
        raise ShopeeError("refresh_token_expired", "Your refresh_token expired.")
    grant = call.access.grants.get((call.partner_id, shop_id))
    if grant is None:
        raise ShopeeError("shop_no_linked", "The shop is not linked to this app.")
    if grant.ends_at <= now:
        raise ShopeeError("shop_access_expired", "The authorization of the shop has ended.")
    token.spent_for.append(shop_id)
    access, refresh = call.access.new_pair(call.partner_id, [shop_id], now)
    call.sandbox.state_changed()
    body = {"partner_id": call.partner_id, "shop_id": shop_id, "access_token": access}
    return Flat(body | {"refresh_token": refresh, "expire_in": ACCESS_S})


def get_shops_by_partner(call: Call) -> Flat:
    size, page = call.integer("page_size", 100), call.integer("page_no", 1)
    if not 1 <= size <= 100 or page < 1:
        raise ShopeeError("error_param", "Wrong parameters, detail: invalid page_size or page_no.")
    now = call.sandbox.clock.now_s()
    live = [
        {
            "shop_id": grant.shop_id,
            "region": "ID",
            "auth_time": grant.began_at,
            "expire_time": grant.ends_at,
            "sip_affi_shops": [],
        }
        for grant in sorted(call.access.grants.values(), key=lambda grant: grant.shop_id)
        if grant.partner_id == call.partner_id and grant.ends_at > now
    ]
    first = (page - 1) * size
    return Flat({"authed_shop_list": live[first : first + size], "more": len(live) > first + size})


def get_shopee_ip_ranges(call: Call) -> Flat:
    return Flat({"ip_list": ["127.0.0.1/32"]})


def _same_partner(call: Call) -> None:
    if call.body.get("partner_id") != call.partner_id:
        raise ShopeeError(
            "error_param", "Wrong parameters, detail: partner_id in the body is missing or wrong."
        )
