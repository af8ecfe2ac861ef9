"""What Shopee pushes (shopee.md 5): buyers' messages whole, the shop's own only as "something changed"."""

from __future__ import annotations

import json
from typing import Any

from marketplaces.sandbox import ids
from marketplaces.sandbox.catalogue import Order, Shop
from marketplaces.sandbox.push import Policy, Push
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.shopee import rows
from marketplaces.sandbox.shopee.sign import access_of, sign_push
from marketplaces.sandbox.world import Message, Room

CODE_GRANTED, CODE_REVOKED, CODE_ORDER, CODE_CHAT, CODE_ENDS_SOON = 1, 2, 3, 10, 12
SOON_S = 7 * 86400
CANCELLED, RAN_OUT = "user cancel shop authorization", "shop authorization expired"
CHAT_POLICY = Policy(timeout_s=2, retry_after_s=(1, 2, 3), wants_empty_body=True)
OTHER_POLICY = Policy(timeout_s=3, retry_after_s=(300, 1800, 10800), wants_empty_body=True, keeps_order=False)
ACCOUNT_OFFSET = 100_000_000  # data.content.shop_id is another account's id (shopee.md 5.4)


def callback_url(sandbox: Sandbox) -> str:
    return sandbox.world.state.push("shopee").url or f"{sandbox.keys.public_url}/webhooks/shopee/"


def announce(sandbox: Sandbox, room: Room, said: Message) -> None:
    """Code 10: the buyer's words, or a notice that the shop answered. Automatic messages are not told."""
    if said.sent_by == "system" or said.status != "normal":
        return
    content = _said(sandbox, room, said) if said.is_from_buyer else _replied(sandbox, room, said)
    kind = "message" if said.is_from_buyer else "notification"
    envelope = {"msg_id": "", "data": {"type": kind, "region": "ID", "content": content}}
    send(sandbox, CODE_CHAT, envelope | {"shop_id": room.shop_id}, room.shop_id)


def announce_order(sandbox: Sandbox, shop: Shop, order: Order) -> None:
    data = {
        "items": [],
        "ordersn": order.id,
        "status": order.status,
        "completed_scenario": "",
        "update_time": order.updated_at,
    }
    send(sandbox, CODE_ORDER, {"data": data, "shop_id": shop.id}, shop.id)


def announce_ends(sandbox: Sandbox) -> None:
    """Code 12 in the last week of an authorization, code 2 when it is over. Each once, when the clock moves;
    both when it leaps over the whole week."""
    now = sandbox.clock.now_s()
    soon: dict[tuple[int, int], list[int]] = {}
    grants = access_of(sandbox).grants.values()
    for grant in grants:
        if grant.ends_at - now <= SOON_S and not grant.is_end_announced:
            grant.is_end_announced = True
            before = now + SOON_S if grant.ends_at > now else grant.ends_at
            soon.setdefault((grant.partner_id, before), []).append(grant.shop_id)
    for (partner_id, before), shop_ids in soon.items():
        announce_end(sandbox, partner_id, shop_ids, before)
    for grant in grants:
        if grant.ends_at <= now and not grant.is_ended:
            grant.is_ended = True
            announce_revocation(sandbox, grant.partner_id, grant.shop_id, RAN_OUT)


def announce_end(sandbox: Sandbox, partner_id: int, shop_ids: list[int], before: int) -> None:
    data = {
        "merchant_expire_soon": [],
        "shop_expire_soon": shop_ids,
        "user_expire_soon": [],
        "expire_before": before,
        "page_no": 1,
        "total_page": 1,
    }
    send(sandbox, CODE_ENDS_SOON, {"data": data, "partner_id": partner_id})


def announce_grant(sandbox: Sandbox, partner_id: int, shop_ids: list[int], main_account_id: int) -> None:
    data: dict[str, Any] = {"authorize_type": "shop authorization by user", "success": 1}
    if main_account_id:
        data |= {"main_account_id": main_account_id, "shop_id_list": shop_ids}
        data["extra"] = f"main account id {main_account_id} has been authorized successfully"
    else:
        data["shop_id"] = shop_ids[0]
        data["extra"] = f"shop id {shop_ids[0]} (ID) has been authorized successfully"
    send(sandbox, CODE_GRANTED, {"data": data, "partner_id": partner_id})


def announce_revocation(
    sandbox: Sandbox, partner_id: int, shop_id: int, why: str = CANCELLED, is_bare: bool = False
) -> None:
    """A bare one names the shop in its sentence only, as in the official sample."""
    data: dict[str, Any] = {
        "authorize_type": why,
        "success": 1,
        "extra": f"shop id {shop_id} (ID) has been cancelled its authorization",
    }
    if not is_bare:
        data["shopid"] = shop_id
    send(sandbox, CODE_REVOKED, {"data": data, "partner_id": partner_id})


def send(sandbox: Sandbox, code: int, envelope: dict[str, Any], shop_id: int = 0) -> None:
    config = sandbox.world.state.push("shopee")
    if code in config.extra.get("off", []) or shop_id in config.extra.get("blocked_shop_ids", []):
        return
    envelope |= {"code": code, "timestamp": sandbox.clock.now_s()}
    if config.mode == "odd":
        envelope |= {"code": str(code), "msg_id": None}
        envelope |= {"shop_id": str(shop_id)} if shop_id else {}
    push = signed(sandbox, envelope, callback_url(sandbox), code)
    if status(sandbox) == "Suspended":
        sandbox.pusher.lose(push)
    else:
        sandbox.pusher.send(push)


def signed(sandbox: Sandbox, envelope: dict[str, Any], url: str, code: int) -> Push:
    body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
    signature = ("Authorization", sign_push(sandbox.keys.shopee_push_key, url, body))
    shop_id = int(envelope.get("shop_id", 0))
    lost = {"code": code, "timestamp": envelope["timestamp"], "data": envelope}
    if shop_id:
        lost["shop_id"] = shop_id
    policy = CHAT_POLICY if code == CODE_CHAT else OTHER_POLICY
    return Push("shopee", shop_id, url, body, signature, policy, lost)


def status(sandbox: Sandbox) -> str:
    """Over 600 pushes in 6 hours: a warning below 70 % taken, suspended below 30 % (shopee.md 5.2).

    Suspended it stays, until set_app_push_config or /control/push.
    """
    extra = sandbox.world.state.push("shopee").extra
    if extra.get("suspended_at"):
        return "Suspended"
    word = _word_for(_share_taken(sandbox))
    if word == "Suspended":
        extra["suspended_at"] = sandbox.clock.now_s()
        sandbox.state_changed()
    return word


def _share_taken(sandbox: Sandbox) -> float:
    """Of the pushes of the last hours; 1 when they are too few to judge."""
    since = sandbox.clock.now_s() - 6 * 3600
    recent = [ok for at, ok in sandbox.pusher.outcomes["shopee"] if at >= since]
    return sum(recent) / len(recent) if len(recent) > 600 else 1


def _word_for(share: float) -> str:
    return "Suspended" if share < 0.3 else "Warning" if share < 0.7 else "Normal"


def _said(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    shop, buyer = sandbox.world.shop_of(room), sandbox.world.buyer_of(room)
    return {
        "message_id": str(said.id),
        "shop_id": shop.user_id - ACCOUNT_OFFSET,
        "request_id": ids.request_id(),
        "from_id": buyer.id,
        "from_user_name": buyer.username,
        "to_id": shop.user_id,
        "to_user_name": shop.username,
        "message_type": said.kind,
        "content": rows.content(sandbox, said),
        "conversation_id": str(room.id),
        "created_timestamp": said.at_s,
        "region": "ID",
        "is_in_chatbot_session": False,
        "source_content": said.source_content,
        "quoted_msg": {"message_id": ""},
        "sub_account_id": 0,
        "sub_account_name": 0,
        "business_type": 0,
        "to_shop_id": shop.id,
        "from_shop_id": 0,
        "status": "normal",
    }


def _replied(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    """Every third one does not say which conversation (shopee.md 5.5), in mode "odd" none does."""
    content = {
        "user_id": sandbox.world.shop_of(room).user_id,
        "conversation_id": str(room.id),
        "type": "mark_as_replied",
        "content": {"conversation_id": str(room.id)},
        "timestamp": said.at_s,
        "msg_id": 0,
        "biz_id": 0,
        "from_id": 0,
    }
    if said.id % 3 == 0 or sandbox.world.state.push("shopee").mode == "odd":
        del content["conversation_id"]
        content["content"] = {}
    return content
