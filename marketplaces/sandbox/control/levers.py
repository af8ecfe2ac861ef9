"""What goes wrong, how fast, and what is forbidden."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from marketplaces.sandbox import faults, push
from marketplaces.sandbox.control.asking import Bad, Values, marketplace_in, shop_in
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.shopee import rules
from marketplaces.sandbox.tiktok_shop import rules as tiktok_rules
from marketplaces.sandbox.tiktok_shop.access import DAILY_QUOTA, DAY_S
from marketplaces.sandbox.tiktok_shop.gate import access_of
from marketplaces.sandbox.world import Fault

RULES = {"shopee": rules.NAMES, "tiktok_shop": tiktok_rules.NAMES}


def post_fault(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """`count` 0 takes the faults of that endpoint back. Kind "refuse" answers the error `code`."""
    slug, endpoint, kind = marketplace_in(sandbox, values), values.get("endpoint", "*"), values["kind"]
    count = int(values.get("count", 1))
    if kind not in faults.KINDS:
        raise Bad(f"kind must be one of {', '.join(faults.KINDS)}")
    state = sandbox.world.state
    if count <= 0:
        state.faults = [f for f in state.faults if (f.marketplace, f.endpoint) != (slug, endpoint)]
    else:
        seconds = float(values.get("seconds", faults.DEFAULT_SECONDS.get(kind, 0)))
        state.faults.append(Fault(slug, endpoint, kind, count, seconds, str(values.get("code", ""))))
    sandbox.state_changed()
    return get_faults(sandbox, values)


def get_faults(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    return {"faults": [asdict(fault) for fault in sandbox.world.state.faults]}


def post_push(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """The mode, or `url` to send the pushes elsewhere; both may be left out. Ends a suspension too.

    `taken` and `given_up` pretend so many earlier pushes, so that a marketplace warns or suspends.
    `retry_after`: TikTok Shop's pauses in seconds, which are hours otherwise.
    """
    slug = marketplace_in(sandbox, values)
    config = sandbox.world.state.push(slug)
    mode = values.get("mode", config.mode)
    if mode not in push.MODES:
        raise Bad(f"mode must be one of {', '.join(push.MODES)}")
    config.mode, config.seconds = mode, float(values.get("seconds", config.seconds))
    if "url" in values:
        config.url = values["url"]
    if "retry_after" in values:
        config.extra["retry_after"] = [float(seconds) for seconds in values["retry_after"]]
    config.extra.pop("suspended_at", None)
    sandbox.pusher.outcomes.clear()
    for name in ("taken", "given_up"):
        sandbox.pusher.count(slug, name == "taken", int(values.get(name, 0)))
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
    slug, endpoint = marketplace_in(sandbox, values), values.get("endpoint", "*")
    sandbox.world.state.limits[slug, endpoint] = (rate, burst)
    sandbox.state_changed()
    return {"limit": {"marketplace": slug, "endpoint": endpoint, "rate": rate, "burst": burst}}


def post_rules(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """Contact rules of one buyer, or of all when `buyer` is left out: {rule: true, false or null}.

    `marketplace` is Shopee unless it says. A rule of Shopee that changes a message's status later takes a number
    of seconds too.
    """
    catalogue = sandbox.world.catalogue
    slug, who = marketplace_in(sandbox, {"marketplace": "shopee", **values}), values.get("buyer", "*")
    kept = catalogue.default_rules if who == "*" else sandbox.welcome_buyer(slug, who).rules
    for rule, switch in values["rules"].items():
        if rule not in RULES.get(slug, ()):
            raise Bad(f"rule must be one of {', '.join(RULES.get(slug, ()))}")
        kept.pop(rule, None)
        if switch is not None:
            kept[rule] = (
                float(switch) if rule in rules.LATER and not isinstance(switch, bool) else bool(switch)
            )
    sandbox.catalogue_changed()
    return {"buyer": who, "rules": kept}


def post_quota(sandbox: Sandbox, values: Values) -> dict[str, Any]:
    """How many customer service calls a shop of TikTok Shop has `left` today; `most` changes everybody's day."""
    shop, access, today = shop_in(sandbox, values), access_of(sandbox), sandbox.clock.now_s() // DAY_S
    if shop.marketplace != "tiktok_shop":
        raise Bad("only TikTok Shop counts the calls of a day")
    access.daily_quota = int(values.get("most", access.daily_quota or DAILY_QUOTA))
    if "left" in values:
        access.calls_today[shop.id] = (today, access.daily_quota - int(values["left"]))
    sandbox.state_changed()
    day, calls = access.calls_today.get(shop.id, (today, 0))
    return {
        "quota": {"most": access.daily_quota, "left": access.daily_quota - (calls if day == today else 0)}
    }
