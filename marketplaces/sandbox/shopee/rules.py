"""Whether a shop may write to a buyer now (shopee.md 4.5).

Every rule is a switch of the buyer, named like its error code; the catalogue's default rules stand for buyers
without one. True refuses always, False never. Left unset, the first three look at the facts, the others are
off. The two that take a message away later may be a number: after how many seconds.
"""

from __future__ import annotations

from marketplaces.sandbox.catalogue import Buyer, Shop
from marketplaces.sandbox.clock import NS
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.world import Message, Room

DAY_S = 86400
SWITCHES = {
    "first_chat_without_order_info": "The first message must be about an order.",
    "user_is_forbidden": "User is forbidden.",
    "reach_5_message_limit": "You have reached the limit of 5 messages without an answer.",
    "error_blocked": "You are blocked by the buyer.",
    "error_sender_block_receiver": "You have blocked this buyer.",
    "assigned_to_subaccount": "The conversation is assigned to a sub-account.",
    "shop_bound_subaccount": "The shop is bound to the sub-account platform.",
    "exceed_send_limitaion": "You have sent too many messages in a short time.",
    "block_by_internal_safety_strategies": "Blocked by internal safety strategies.",
    "message_is_censored": "The message is censored.",
    "system_busy": "System is busy, please decrease qps.",
}
# Off unless switched on: the same text within 24 hours; what becomes of a message after it was accepted.
REPEAT, LATER = "error_business", ("censored_blacklist", "blocked")
NAMES = (*SWITCHES, REPEAT, *LATER)
FORBIDDEN_WORDS = ("judi online", "kata-terlarang")
LATER_S = 60


def is_on(sandbox: Sandbox, buyer: Buyer | None, rule: str) -> bool | float | None:
    """What the buyer's switch says, else the default one; None when neither is set."""
    default = sandbox.world.catalogue.default_rules.get(rule)
    return buyer.rules.get(rule, default) if buyer else default


def seconds_until(sandbox: Sandbox, buyer: Buyer, rule: str) -> float:
    """How long a message stays normal before this rule changes its status; 0 for always."""
    switch = is_on(sandbox, buyer, rule)
    return LATER_S if switch is True else float(switch or 0)


def check_contact(sandbox: Sandbox, shop: Shop, buyer: Buyer | None, order_sn: str) -> None:
    """Raise the first rule that forbids a message now. `order_sn`: the order it is about, or ""."""
    room = sandbox.world.room_between(shop, buyer.id) if buyer else None
    broken = {
        "first_chat_without_order_info": not (room and room.messages) and not order_sn,
        "user_is_forbidden": not _may_write(sandbox, shop, buyer, room),
        "reach_5_message_limit": _unanswered(room) >= 5,
    }
    for rule, text in SWITCHES.items():
        switch = is_on(sandbox, buyer, rule)
        if switch or (switch is None and broken.get(rule, False)):
            raise ShopeeError(rule, text)


def check_text(sandbox: Sandbox, room: Room | None, buyer: Buyer, text: str) -> None:
    if len(text) > 600:
        raise ShopeeError("message_too_long", "The message is too long.")
    if any(word in text.lower() for word in FORBIDDEN_WORDS):
        raise ShopeeError("message_is_censored", SWITCHES["message_is_censored"])
    if room and is_on(sandbox, buyer, REPEAT):
        since = sandbox.clock.now_ns() - DAY_S * NS
        if any(m.at_ns > since and not m.is_from_buyer and m.text == text for m in room.messages):
            raise ShopeeError("error_business", "The same message was sent within 24 hours.")


def _may_write(sandbox: Sandbox, shop: Shop, buyer: Buyer | None, room: Room | None) -> bool:
    """The buyer chatted within 7 days or ordered within 30."""
    if buyer is None:
        return False
    now = sandbox.clock.now_s()
    said = next((m for m in reversed(room.messages) if m.is_from_buyer), None) if room else None
    if said and said.at_s > now - 7 * DAY_S:
        return True
    orders = sandbox.world.catalogue.orders_between(shop, buyer.id)
    return any(order.created_at > now - 30 * DAY_S for order in orders)


def _unanswered(room: Room | None) -> int:
    """How many messages the shop wrote since the buyer last spoke; automatic ones do not count."""
    count = 0
    for message in reversed(room.messages if room else []):
        if message.is_from_buyer:
            break
        count += _counts(message)
    return count


def _counts(message: Message) -> bool:
    return message.sent_by != "system" and message.status == "normal"
