"""Whether a shop may write to a buyer now (tiktok_shop.md 6)."""

from __future__ import annotations

from marketplaces.sandbox.catalogue import Buyer, Shop
from marketplaces.sandbox.sandbox import Sandbox

CAN_SEND = "can_send_message"  # a buyer's switch: True or False whatever the facts are
NAMES = (CAN_SEND,)
DAY_S = 86400
TALK_S, ORDER_S = 30 * DAY_S, 60 * DAY_S
RETURNED = ("TO_RETURN",)
LONGEST_TEXT = 2000
FORBIDDEN_WORDS = ("judi online", "kata-terlarang")


def can_send(sandbox: Sandbox, shop: Shop, buyer: Buyer) -> bool:
    """They talked within 30 days, or the buyer ordered within 60, or sent something back at any time."""
    switch = buyer.rules.get(CAN_SEND, sandbox.world.catalogue.default_rules.get(CAN_SEND))
    if switch is not None:
        return bool(switch)
    now, room = sandbox.clock.now_s(), sandbox.world.room_between(shop, buyer.id)
    if room and room.messages and room.last.at_s > now - TALK_S:
        return True
    orders = sandbox.world.catalogue.orders_between(shop, buyer.id)
    return any(order.created_at > now - ORDER_S or order.status in RETURNED for order in orders)


def is_sensitive(text: str) -> bool:
    return any(word in text.lower() for word in FORBIDDEN_WORDS)
