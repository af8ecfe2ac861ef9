"""Where pushes go and which ones were lost (shopee.md 5.1)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from marketplaces.sandbox.shopee import pushes
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.sign import Call

CODES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 22, 23, 24, 25, 27, 28, 29, 30)
KEPT_S = 3 * 86400


async def set_app_push_config(call: Call) -> dict[str, Any]:
    """A new address must answer a test push with 2xx first."""
    config = call.sandbox.world.state.push("shopee")
    url = call.body.get("callback_url")
    if url is not None:
        await _try_out(call, url)
        config.url = url
    off = set(config.extra.get("off", [])) | set(_numbers(call, "set_push_config_off"))
    config.extra["off"] = sorted(off - set(_numbers(call, "set_push_config_on")))
    if "blocked_shop_id_list" in call.body:
        config.extra["blocked_shop_ids"] = _numbers(call, "blocked_shop_id_list")
    config.extra.pop("suspended_at", None)
    call.sandbox.pusher.outcomes["shopee"].clear()
    call.sandbox.state_changed()
    return {"result": "success"}


def get_app_push_config(call: Call) -> dict[str, Any]:
    word = pushes.status(call.sandbox)
    config = call.sandbox.world.state.push("shopee").extra
    off = config.get("off", [])
    return {
        "callback_url": pushes.callback_url(call.sandbox),
        "live_push_status": word,
        "suspended_time": config.get("suspended_at", 0),
        "blocked_shop_id": config.get("blocked_shop_ids", []),
        "push_config_on_list": [code for code in CODES if code not in off],
        "push_config_off_list": [code for code in CODES if code in off],
    }


def get_lost_push_message(call: Call) -> dict[str, Any]:
    """The oldest hundred of the last three days."""
    since = call.sandbox.clock.now_s() - KEPT_S
    lost = call.sandbox.world.state.lost_pushes
    lost[:] = [push for push in lost if push["timestamp"] >= since]
    own = [push for push in lost if push["marketplace"] == "shopee"]
    page = own[:100]
    return {
        "push_message_list": [_lost(push) for push in page],
        "has_next_page": len(own) > len(page),
        "last_message_id": page[-1]["number"] if page else 0,
    }


def _lost(push: dict[str, Any]) -> dict[str, Any]:
    """`data` is documented as a text and shown as an object: every other one is a text here."""
    row: dict[str, Any] = {key: push[key] for key in ("shop_id", "code", "timestamp", "data") if key in push}
    return row | ({"data": json.dumps(push["data"])} if push["number"] % 2 else {})


def confirm_consumed(call: Call) -> dict[str, Any]:
    last = call.body.get("last_message_id")
    if not isinstance(last, int):
        raise ShopeeError("error_param", "Wrong parameters, detail: last_message_id is needed.")
    lost = call.sandbox.world.state.lost_pushes
    lost[:] = [push for push in lost if push["number"] > last]
    call.sandbox.state_changed()
    return {}


async def _try_out(call: Call, url: object) -> None:
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
        raise ShopeeError("error_param", "The callback URL is invalid.")
    envelope = {"data": {"verify_info": "This is a verification message."}, "code": 0, "shop_id": 0}
    envelope["timestamp"] = call.sandbox.clock.now_s()
    push = pushes.signed(call.sandbox, envelope, url, pushes.CODE_GRANTED)
    if not await call.sandbox.pusher.post(push):
        raise ShopeeError("error_param", "The callback URL did not answer 2xx within 3 seconds.")


def _numbers(call: Call, name: str) -> list[int]:
    values = call.body.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, int) for value in values):
        raise ShopeeError("error_param", f"Wrong parameters, detail: invalid {name}.")
    return values
