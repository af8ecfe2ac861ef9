"""The levers for tests and benchmarks: JSON in, JSON out (the table of the sandbox in the project's design)."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from marketplaces.sandbox import faults, push
from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.sandbox import Sandbox, sandbox_of
from marketplaces.sandbox.saying import Unsayable, say
from marketplaces.sandbox.seed import Size, default_size
from marketplaces.sandbox.shopee import rules
from marketplaces.sandbox.world import Fault, Message, Room

Values = Mapping[str, Any]


class Bad(Exception):
    """What is wrong with a call to /control/."""


def routes() -> Iterator[BaseRoute]:
    posts: dict[str, Callable[[Sandbox, Values], dict[str, Any]]] = {
        "messages": post_message,
        "faults": post_fault,
        "push": post_push,
        "limits": post_limit,
        "clock": post_clock,
        "rules": post_rules,
        "reset": post_reset,
    }
    gets: dict[str, Callable[[Sandbox, Values], dict[str, Any]]] = {
        "messages": get_messages,
        "rooms": get_rooms,
        "faults": get_faults,
        "push": get_push,
        "clock": get_clock,
        "calls": get_calls,
        "world": get_world,
    }
    for name, act in posts.items():
        for path in (f"/{name}", f"/{name}/"):
            yield Route(path, _view(act), methods=["POST"])
    for name, act in gets.items():
        for path in (f"/{name}", f"/{name}/"):
            yield Route(path, _view(act), methods=["GET"])


def _view(act: Callable[[Sandbox, Values], dict[str, Any]]) -> Callable[[Request], Awaitable[Response]]:
    async def view(request: Request) -> Response:
        try:
            values: Any = request.query_params if request.method == "GET" else json.loads(await request.body() or b"{}")
            return JSONResponse(act(sandbox_of(request), values))
        except (Bad, Unsayable, KeyError, TypeError, ValueError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            return JSONResponse({"error": reason}, status_code=400)

    return view


# Messages and rooms


def post_message(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    shop = _shop(sandbox, values)
    buyer = sandbox.welcome_buyer(shop.marketplace, values["buyer"])
    picture = values.get("image")
    if isinstance(picture, str) and picture.startswith("data:"):
        picture = base64.b64decode(picture.partition(",")[2])
    room, said = say(
        sandbox,
        shop,
        buyer.id,
        values.get("kind", "text"),
        text=values.get("text", ""),
        item=values.get("item"),
        order=values.get("order"),
        picture=picture,
        content=values.get("content"),
        source_content=values.get("source_content"),
        sent_by=values.get("sent_by", "buyer"),
        push=values.get("push", True),
    )
    return {"message": _message(sandbox, room, said)}


def get_messages(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    room = _room(sandbox, values)
    said = room.messages if room else []
    return {"messages": [_message(sandbox, room, message) for message in said] if room else []}


def get_rooms(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """Newest first."""
    rooms = sandbox.world.rooms_of(_shop(sandbox, values))
    return {
        "rooms": [
            {
                "id": str(room.id),
                "buyer": room.buyer_id,
                "buyer_name": sandbox.world.buyer_of(room).name,
                "messages": len(room.messages),
                "unread": room.unread,
                "last_at": room.last.at_ns / 1e9,
            }
            for room in rooms
        ]
    }


def _message(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    return {
        "id": str(said.id),
        "conversation": str(room.id),
        "shop": room.shop_id,
        "buyer": room.buyer_id,
        "sent_by": said.sent_by,
        "kind": said.kind,
        "text": said.text,
        "content": said.content,
        "source_content": said.source_content,
        "status": said.status_at(sandbox.clock.now_ns()),
        "at": said.at_ns / 1e9,
    }


# What goes wrong


def post_fault(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """`count` 0 takes the faults of that endpoint back."""
    slug, endpoint, kind = _marketplace(sandbox, values), values.get("endpoint", "*"), values["kind"]
    count = int(values.get("count", 1))
    if kind not in faults.KINDS:
        raise Bad(f"kind must be one of {', '.join(faults.KINDS)}")
    state = sandbox.world.state
    if count <= 0:
        state.faults = [f for f in state.faults if (f.marketplace, f.endpoint) != (slug, endpoint)]
    else:
        seconds = float(values.get("seconds", faults.DEFAULT_SECONDS.get(kind, 0)))
        state.faults.append(Fault(slug, endpoint, kind, count, seconds))
    sandbox.state_changed()
    return get_faults(sandbox, values)


def get_faults(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    return {"faults": [asdict(fault) for fault in sandbox.world.state.faults]}


def post_push(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """The mode, or `url` to send the pushes elsewhere; both may be left out."""
    config = sandbox.world.state.push(_marketplace(sandbox, values))
    mode = values.get("mode", config.mode)
    if mode not in push.MODES:
        raise Bad(f"mode must be one of {', '.join(push.MODES)}")
    config.mode, config.seconds = mode, float(values.get("seconds", config.seconds))
    if "url" in values:
        config.url = values["url"]
    sandbox.state_changed()
    return get_push(sandbox, values)


def get_push(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    outcomes = sandbox.pusher.outcomes
    found: dict[str, Any] = {
        slug: {
            "mode": sandbox.world.state.push(slug).mode,
            "url": market.push_url(sandbox),
            "taken": sum(ok for _, ok in outcomes[slug]),
            "given_up": sum(not ok for _, ok in outcomes[slug]),
        }
        for slug, market in sandbox.marketplaces.items()
    }
    return {"push": found, "waiting": sandbox.pusher.waiting, "lost": len(sandbox.world.state.lost_pushes)}


def post_limit(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    rate, burst = float(values["rate"]), int(values.get("burst", values["rate"]))
    if rate <= 0 or burst < 1:
        raise Bad("rate must be above 0 and burst at least 1")
    slug, endpoint = _marketplace(sandbox, values), values.get("endpoint", "*")
    sandbox.world.state.limits[slug, endpoint] = (rate, burst)
    sandbox.state_changed()
    return {"limit": {"marketplace": slug, "endpoint": endpoint, "rate": rate, "burst": burst}}


def post_rules(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """Contact rules of one Shopee buyer, or of all when `buyer` is left out: {rule: true, false or null}."""
    catalogue = sandbox.world.catalogue
    who = values.get("buyer", "*")
    kept = catalogue.default_rules if who == "*" else sandbox.welcome_buyer("shopee", who).rules
    for rule, switch in values["rules"].items():
        if rule not in rules.NAMES:
            raise Bad(f"rule must be one of {', '.join(rules.NAMES)}")
        kept.pop(rule, None)
        if switch is not None:
            kept[rule] = bool(switch)
    sandbox.catalogue_changed()
    return {"buyer": who, "rules": kept}


# The world


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
            {"marketplace": s.marketplace, "id": s.id, "name": s.name, "username": s.username, "password": s.password,
             "is_accepted": s.is_accepted, "rooms": len(sandbox.world.rooms_of(s))}
            for s in catalogue.shops.values()
        ],
        "main_accounts": [asdict(account) for account in catalogue.main_accounts],
        "buyers": [
            {"marketplace": b.marketplace, "id": b.id, "name": b.name, "username": b.username, "rules": b.rules}
            for b in catalogue.buyers.values()
        ],
        **get_push(sandbox, values),
        **get_clock(sandbox, values),
    }  # fmt: skip


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


def _marketplace(sandbox: Sandbox, values: Values) -> str:
    slug = str(values["marketplace"])
    if slug not in sandbox.marketplaces:
        raise Bad(f"marketplace must be one of {', '.join(sandbox.marketplaces)}")
    return slug


def _shop(sandbox: Sandbox, values: Values) -> Shop:
    shop = sandbox.world.shop(_marketplace(sandbox, values), int(values["shop"]))
    if shop is None:
        raise Bad("no such shop")
    return shop


def _room(sandbox: Sandbox, values: Values) -> Room | None:
    shop = _shop(sandbox, values)
    buyer = sandbox.world.catalogue.find_buyer(shop.marketplace, values["buyer"])
    return sandbox.world.room_between(shop, buyer.id) if buyer else None
