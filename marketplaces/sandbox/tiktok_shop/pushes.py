"""What TikTok Shop pushes (tiktok_shop.md 5): every message of anybody, orders, and the end of a consent."""

from __future__ import annotations

import json
from typing import Any

from marketplaces.sandbox.catalogue import Order, Shop
from marketplaces.sandbox.ids import tiktok_message_id
from marketplaces.sandbox.push import Policy, Push
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tiktok_shop import rows
from marketplaces.sandbox.tiktok_shop.access import CHAT, DAY_S, Grant
from marketplaces.sandbox.tiktok_shop.gate import access_of
from marketplaces.sandbox.tiktok_shop.orders import status_of
from marketplaces.sandbox.tiktok_shop.people import began_at, is_by_person
from marketplaces.sandbox.tiktok_shop.sessions import sessions_of
from marketplaces.sandbox.tiktok_shop.sign import sign_push
from marketplaces.sandbox.world import Message, Room

ORDER, REVOKED, ENDS_SOON, CANCELLATION, RETURN, CONVERSATION, MESSAGE, MIRROR = 1, 6, 7, 11, 12, 13, 14, 35
EVENTS = {
    ORDER: "ORDER_STATUS_CHANGE", REVOKED: "SELLER_DEAUTHORIZATION", ENDS_SOON: "UPCOMING_AUTHORIZATION_EXPIRATION",
    CANCELLATION: "CANCELLATION_STATUS_CHANGE", RETURN: "RETURN_STATUS_CHANGE", CONVERSATION: "NEW_CONVERSATION",
    MESSAGE: "NEW_MESSAGE", 33: "NEW_MESSAGE_LISTENER",
}  # fmt: skip
RETRY_AFTER_S = (120, 1800, 10800, 43200)
SOON_S = 30 * DAY_S
CANCELLATIONS = {"IN_CANCEL": "CANCELLATION_REQUEST_PENDING", "CANCELLED": "CANCELLATION_REQUEST_SUCCESS"}


def default_url(sandbox: Sandbox) -> str:
    """As set in Partner Center for the app."""
    return sandbox.world.state.push("tiktok_shop").url or f"{sandbox.keys.public_url}/webhooks/tiktok_shop/"


def registered(sandbox: Sandbox, shop_id: int) -> dict[str, dict[str, Any]]:
    """What one shop has registered by API: event -> address and times."""
    shops = sandbox.world.state.push("tiktok_shop").extra.setdefault("shops", {})
    found: dict[str, dict[str, Any]] = shops.setdefault(shop_id, {})
    return found


def announce(sandbox: Sandbox, room: Room, said: Message) -> None:
    """Our own send comes back too. A room is announced when it begins and whenever an agent joins."""
    if len(room.messages) == 1 or _joins(room, said):
        announce_agent(sandbox, room)
    send(sandbox, room.shop_id, MESSAGE, rows.pushed(sandbox, room, said))


def announce_agent(sandbox: Sandbox, room: Room) -> None:
    """An agent joined or left; which of the two is not told."""
    data = {"conversation_id": str(room.id), "create_time": began_at(room)}
    send(sandbox, room.shop_id, CONVERSATION, data)


def announce_order(sandbox: Sandbox, shop: Shop, order: Order) -> None:
    """No buyer in it, and a cancelled order is spelt otherwise than in the API."""
    status = "CANCEL" if order.status == "CANCELLED" else status_of(order)
    data = {
        "order_id": order.id,
        "order_status": status,
        "is_on_hold_order": status == "ON_HOLD",
        "update_time": order.updated_at,
    }
    send(sandbox, shop.id, ORDER, data)
    request = {"order_id": order.id, "create_time": order.updated_at}
    if order.status in CANCELLATIONS:
        asked = {"cancellations_role": "BUYER", "cancel_id": f"403{order.id[-16:]}"}
        send(sandbox, shop.id, CANCELLATION, request | asked | {"cancel_status": CANCELLATIONS[order.status]})
    if order.status == "TO_RETURN":
        asked = {
            "return_role": "BUYER",
            "return_type": "RETURN_AND_REFUND",
            "return_id": f"404{order.id[-16:]}",
        }
        state = {"return_status": "RETURN_OR_REFUND_REQUEST_PENDING", "update_time": order.updated_at}
        send(sandbox, shop.id, RETURN, request | asked | state)


def announce_ends(sandbox: Sandbox) -> None:
    """Once a day in the last month of a consent, when the clock moves."""
    now = sandbox.clock.now_s()
    for grant in access_of(sandbox).grants.values():
        if 0 < grant.ends_at - now <= SOON_S and grant.end_told_on != now // DAY_S:
            announce_end(sandbox, grant)


def announce_end(sandbox: Sandbox, grant: Grant) -> None:
    grant.end_told_on = sandbox.clock.now_s() // DAY_S
    words = "The authorization will expire soon. Please ask the seller to authorize again."
    for shop_id in grant.shop_ids:
        send(sandbox, shop_id, ENDS_SOON, {"message": words, "expiration_time": str(grant.ends_at)})


def announce_revocation(sandbox: Sandbox, grant: Grant) -> None:
    """Call it while the consent still holds."""
    for shop_id in grant.shop_ids:
        words = f"Shop_id {shop_id} is deauthorized from your APP by merchant."
        send(sandbox, shop_id, REVOKED, {"message": words})


def send(sandbox: Sandbox, shop_id: int, type_: int, data: dict[str, Any]) -> None:
    """To whoever may know: an app hears nothing of shops that have not let it in."""
    grant = access_of(sandbox).grant_for(shop_id, sandbox.clock.now_s())
    if grant is None or (type_ in (MESSAGE, CONVERSATION) and CHAT not in grant.scopes):
        return
    config = sandbox.world.state.push("tiktok_shop")
    envelope: dict[str, Any] = {"type": type_}
    if config.mode != "odd":  # as in the older samples
        envelope["tts_notification_id"] = str(tiktok_message_id(sandbox.clock.now_ns()))
    whose = {"seller_open_id": grant.open_id} if type_ == MIRROR else {"shop_id": str(shop_id)}
    envelope |= whose | {"timestamp": sandbox.clock.now_s(), "data": data}
    body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
    keys = sandbox.keys
    signature = sign_push(keys.tiktok_shop_app_key, keys.tiktok_shop_app_secret, body)
    url = registered(sandbox, shop_id).get(EVENTS.get(type_, ""), {}).get("address") or default_url(sandbox)
    policy = Policy(
        timeout_s=3,
        retry_after_s=tuple(config.extra.get("retry_after", RETRY_AFTER_S)),
        wants_empty_body=True,
        keeps_order=False,
    )
    sandbox.pusher.send(Push("tiktok_shop", shop_id, url, body, ("Authorization", signature), policy))


def _joins(room: Room, said: Message) -> bool:
    """Whether this is the first that a person at the shop says in the session."""
    if not is_by_person(said):
        return False
    sessions = sessions_of(room)
    earlier = sessions[-1].messages[:-1] if sessions else room.messages[:-1]
    return not any(is_by_person(other) for other in earlier)
