"""The world as a whole: its time, who is in it, how it was called, and a new one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marketplaces.sandbox.control.asking import Bad, Values
from marketplaces.sandbox.control.levers import get_push
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.seed import Size, default_size


def post_clock(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    sandbox.advance_clock(float(values["advance"]))
    return get_clock(sandbox, values)


def get_clock(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    return {"now": sandbox.clock.now_s(), "offset": sandbox.clock.offset_s}


def get_calls(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    return sandbox.calls.as_dict()


def get_world(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    catalogue = sandbox.world.catalogue
    return {
        "shops": [
            {
                "marketplace": s.marketplace,
                "id": s.id,
                "name": s.name,
                "username": s.username,
                "password": s.password,
                "is_accepted": s.is_accepted,
                "rooms": len(sandbox.world.rooms_of(s)),
            }
            for s in catalogue.shops.values()
        ],
        "main_accounts": [asdict(account) for account in catalogue.main_accounts],
        "buyers": [
            {
                "marketplace": b.marketplace,
                "id": b.id,
                "name": b.name,
                "username": b.username,
                "rules": b.rules,
                "platform": b.platform,
            }
            for b in catalogue.buyers.values()
        ],
        **get_push(sandbox, values),
        **get_clock(sandbox, values),
    }


def post_reset(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """Without a size: the world of the first start."""
    usual = default_size()
    size = usual
    if values:
        size = Size(
            shops=int(values.get("shops", usual.shops)),
            conversations=int(values.get("conversations", usual.conversations)),
            bubbles=int(values.get("bubbles", usual.bubbles)),
        )
    if min(size.shops, size.conversations, size.bubbles) < 0:
        raise Bad("sizes must not be negative")
    sandbox.reset(size)
    return {"size": asdict(size)}
