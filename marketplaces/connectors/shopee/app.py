"""What the app asks for itself, without any shop: is it known, who has agreed, how are its pushes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from marketplaces import clock
from marketplaces.connectors.shopee import calls
from marketplaces.connectors.shopee.values import (
    from_seconds,
    identifier,
    is_number,
    object_in,
    plain,
    response_of,
    rows_in,
    text_in,
)
from marketplaces.content import LostPushes, PushHealth, ShopFacts
from marketplaces.errors import Temporary
from marketplaces.http import Http

SHOPS = "/api/v2/public/get_shops_by_partner"
PUSH_CONFIG = "/api/v2/push/get_app_push_config"
LOST_PUSHES = "/api/v2/push/get_lost_push_message"
CONFIRM_LOST = "/api/v2/push/confirm_consumed_lost_push_message"
MOST_SHOPS = 100


def get(keys: Mapping[str, str], path: str, query: Mapping[str, Any], http: Http) -> dict[str, Any]:
    return calls.ask(http, keys, calls.Call("GET", path, query, is_repeatable=True))


def check(keys: Mapping[str, str], http: Http) -> None:
    get(keys, SHOPS, {"page_size": 1, "page_no": 1}, http)


def authorized_shops(keys: Mapping[str, str], http: Http) -> tuple[ShopFacts, ...]:
    found: dict[str, ShopFacts] = {}
    for page in count(1):
        answer = get(keys, SHOPS, {"page_size": MOST_SHOPS, "page_no": page}, http)
        if not isinstance(answer.get("authed_shop_list"), list):  # "none" would disconnect every shop
            raise Temporary("Shopee answered without its list of shops", request_id=request_id(answer))
        told = {
            facts.remote_id: facts
            for row in rows_in(answer, "authed_shop_list")
            for facts in shops_in(keys, row)
        }
        if not answer.get("more") or told.keys() <= found.keys():
            return tuple((found | told).values())
        found |= told
    raise AssertionError("counting never ends")


def shops_in(keys: Mapping[str, str], row: Mapping[str, Any]) -> list[ShopFacts]:
    """A shop and those abroad that come with it."""
    until = clock.ours(keys["api_url"], from_seconds(row.get("expire_time")))
    abroad = rows_in(row, "sip_affi_shop_list") + rows_in(row, "sip_affi_shops")
    ids = [row.get("shop_id"), *(each.get("affi_shop_id") for each in abroad)]
    return [ShopFacts(shop, authorized_until=until) for shop in map(identifier, ids) if shop]


def push_health(keys: Mapping[str, str], http: Http) -> PushHealth:
    answer = get(keys, PUSH_CONFIG, {}, http)
    word = text_in(response_of(answer), "live_push_status").strip().lower()
    try:
        return PushHealth(word)
    except ValueError:
        raise Temporary(f"unknown state of pushes: {word!r}", request_id=request_id(answer)) from None


def lost_pushes(keys: Mapping[str, str], http: Http) -> LostPushes:
    response = response_of(get(keys, LOST_PUSHES, {}, http))
    bodies = tuple(json.dumps(envelope(row)).encode() for row in rows_in(response, "push_message_list"))
    mark = identifier(response.get("last_message_id")) if bodies else ""
    return LostPushes(bodies, mark, has_more=bool(mark and response.get("has_next_page")))


def envelope(row: Mapping[str, Any]) -> dict[str, Any]:
    """The push as it was first sent. `data` may be a text, and may hold the whole envelope again."""
    told = row.get("data")
    data = object_in(told.encode("utf-8", "replace")) if isinstance(told, str) else told
    if isinstance(data, dict) and "data" in data:
        return envelope({**row, **data})
    return {**row, "data": told if data is None else data}


def confirm_lost_pushes(keys: Mapping[str, str], mark: str, http: Http) -> None:
    body = {"last_message_id": int(mark) if is_number(mark) else mark}
    calls.ask(http, keys, calls.Call("POST", CONFIRM_LOST, json=body, is_repeatable=True))


def request_id(answer: Mapping[str, Any]) -> str:
    return plain(answer.get("request_id"))
