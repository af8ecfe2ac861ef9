"""A seller's consent -> tokens and the shops that they open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from marketplaces.connectors.tiktok_shop import calls
from marketplaces.connectors.tiktok_shop.endpoints import GET_TOKEN, REFRESH_TOKEN, SHOPS
from marketplaces.connectors.tiktok_shop.errors import NO_CHAT_SCOPE, NO_CODE, NOT_A_SELLER, recast
from marketplaces.connectors.tiktok_shop.values import (
    from_seconds,
    identifier,
    rows_in,
    text_in,
    texts_in,
)
from marketplaces.content import Grant, Tokens
from marketplaces.errors import NotAuthorized, Rejected, Temporary
from marketplaces.http import Http

CHAT_SCOPE = "seller.customer_service"
SELLER = 0
# Where no end is told.
TOKEN_LIFE = timedelta(days=7)


def granted(keys: Mapping[str, str], callback: Mapping[str, str], http: Http) -> Grant:
    """Raises Rejected, Temporary, Uncertain. Whatever fails, the code is spent: the seller signs in again."""
    if not callback.get("code"):
        raise Rejected("the seller came back without a code", code=NO_CODE)
    query = {"auth_code": callback["code"], "grant_type": "authorized_code"}
    try:
        data = calls.ask(http, keys, calls.Call(GET_TOKEN, query=query))
        check(data)
        pair = tokens(data)
        shops = shops_in(calls.ask(http, keys, calls.Call(SHOPS, access_token=pair.access)))
    except NotAuthorized as error:
        raise recast(error, Rejected) from None
    return Grant(pair, tuple(shops), {shop: key for shop, row in shops.items() if (key := cipher(row))})


def check(data: Mapping[str, Any]) -> None:
    """Older answers tell no scopes; then the first look at the shop tells."""
    if data.get("user_type") not in (None, SELLER):
        raise Rejected("this is not a seller's login", code=NOT_A_SELLER)
    scopes = texts_in(data, "granted_scopes")
    if scopes and CHAT_SCOPE not in scopes:
        raise Rejected(f"granted without {CHAT_SCOPE}", code=NO_CHAT_SCOPE)


def refreshed(keys: Mapping[str, str], old: Tokens | None, http: Http) -> Tokens:
    """A new pair; the refresh token changes, too, so only one caller may be here for an owner at a time.

    When the answer is lost, it is Temporary and the old pair is kept. Either TikTok Shop never got the call, then
    the old pair is still good; or the old refresh token is spent, then the next try is refused with a code that
    says so, which is NotAuthorized. A refusal by any other code is Temporary: it is no reason to make the seller
    sign in again.
    """
    if old is None or not old.refresh:
        raise NotAuthorized("this shop has no refresh token")
    query = {"refresh_token": old.refresh, "grant_type": "refresh_token"}
    try:
        data = calls.ask(http, keys, calls.Call(REFRESH_TOKEN, query=query))
    except Rejected as error:
        raise recast(error, Temporary) from None
    return tokens(data, owner=old.owner)


def tokens(data: Mapping[str, Any], owner: str = "") -> Tokens:
    """Both ends are told as times, not as lengths of time."""
    access, refresh = text_in(data, "access_token"), text_in(data, "refresh_token")
    if not (access and refresh):
        raise Temporary("no tokens in the answer")
    return Tokens(
        access=access,
        refresh=refresh,
        expires_at=from_seconds(data.get("access_token_expire_in")) or datetime.now(UTC) + TOKEN_LIFE,
        owner=identifier(data.get("open_id")) or owner,
        authorized_until=from_seconds(data.get("refresh_token_expire_in")),
    )


def shops_in(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every shop of the consent, by id."""
    if not isinstance(data.get("shops"), list):  # "none" would disconnect every shop
        raise Temporary("TikTok Shop answered without its list of shops")
    rows = rows_in(data, "shops")
    return {shop: row for row in rows if (shop := identifier(row.get("id")))}


def cipher(row: Mapping[str, Any]) -> str:
    """What every call for this shop has to name."""
    return text_in(row, "cipher")
