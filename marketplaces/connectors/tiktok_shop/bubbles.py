"""A message of TikTok Shop's -> a bubble, in a reading and in a push. Its content is JSON inside JSON."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from marketplaces.connectors.tiktok_shop.conversations import BUYER
from marketplaces.connectors.tiktok_shop.values import (
    address,
    following,
    from_seconds,
    identifier,
    known,
    number,
    object_in,
    part,
    plain,
    rows_in,
    seconds,
    text_in,
)
from marketplaces.content import IncomingMessage, Kind, Page

logger = logging.getLogger(__name__)

# People of the shop. Everybody else who is not the buyer is a machine: SYSTEM, ROBOT and whoever comes.
STAFF = ("SHOP", "CUSTOMER_SERVICE")
KINDS = {
    "TEXT": Kind.TEXT,
    "IMAGE": Kind.IMAGE,
    "EMOTICONS": Kind.IMAGE,
    "VIDEO": Kind.VIDEO,
    "PRODUCT_CARD": Kind.PRODUCT,
    "ORDER_CARD": Kind.ORDER,
    # Both name an order, and that is what an agent has to see.
    "RETURN_REFUND_CARD": Kind.ORDER,
    "LOGISTICS_CARD": Kind.ORDER,
    "COUPON_CARD": Kind.SYSTEM,
    # Where the buyer came from, and notes on who joined.
    "BUYER_ENTER_FROM_PRODUCT": Kind.SYSTEM,
    "BUYER_ENTER_FROM_ORDER": Kind.SYSTEM,
    "BUYER_ENTER_FROM_TRANSFER": Kind.SYSTEM,
    "ALLOCATED_SERVICE": Kind.SYSTEM,
    "NOTIFICATION": Kind.SYSTEM,
}
# Drawn by what they are about, without words.
ENTRIES = ("BUYER_ENTER_FROM_PRODUCT", "BUYER_ENTER_FROM_ORDER")
# Cards that are more than the order they name: they say so in words.
SPECIAL_ORDERS = ("RETURN_REFUND_CARD", "LOGISTICS_CARD")


def messages(data: Mapping[str, Any], cursor: str | None) -> Page[IncomingMessage]:
    rows, tips = rows_in(data, "messages"), plain(data.get("unsupported_msg_tips"))
    found = [bubble for row in rows if (bubble := message(row, tips))]
    newest_first = sorted(found, key=lambda each: each.sequence, reverse=True)
    return Page(tuple(newest_first), following(data, cursor) if rows else None)


def message(row: Mapping[str, Any], tips: str = "") -> IncomingMessage | None:
    """None for a row without an id or a time, which is no bubble. `tips`: what to show for an unknown one."""
    remote_id = identifier(row.get("id")) or identifier(row.get("message_id"))
    sent_at = from_seconds(row.get("create_time"))
    if not remote_id or sent_at is None:
        logger.warning("left out a message without id or time: %r", remote_id)
        return None
    label, sender = text_in(row, "type"), part(row, "sender")
    kind, content, role = KINDS.get(label, Kind.UNKNOWN), content_of(row), sender.get("role")
    return IncomingMessage(
        remote_id=remote_id,
        is_from_buyer=role == BUYER,
        sent_at=sent_at,
        sequence=number(row.get("index")) or number(remote_id),
        kind=kind,
        text=text_of(kind, label, row, content, tips),
        payload=payload_of(kind, label, content),
        about=about(label, content),
        sender_name=text_in(sender, "nickname"),
        is_automatic=kind is Kind.SYSTEM or role not in (BUYER, *STAFF),
        is_hidden=row.get("is_visible") is False,
        raw=row,
    )


def content_of(row: Mapping[str, Any]) -> dict[str, Any]:
    told = row.get("content")
    if isinstance(told, dict):
        return told
    return (object_in(told) if isinstance(told, str) else None) or {}


def text_of(kind: Kind, label: str, row: Mapping[str, Any], content: Mapping[str, Any], tips: str) -> str:
    """What is to be read. Pictures and plain cards have no words, and ours are known again by that."""
    if kind is Kind.TEXT:
        # Something that somebody said is rather shown as it came than not at all.
        return text_in(content, "content") or text_in(row, "plaintext") or unread_content(row, content)
    if label in ENTRIES:
        return ""
    if kind is Kind.SYSTEM:
        return text_in(content, "content") or text_in(row, "plaintext")
    if label in SPECIAL_ORDERS:
        return text_in(row, "plaintext") or label.replace("_", " ").capitalize()
    if kind is Kind.UNKNOWN:
        return text_in(content, "content") or text_in(row, "plaintext") or tips
    return ""


def unread_content(row: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    return "" if content else text_in(row, "content")


def payload_of(kind: Kind, label: str, content: Mapping[str, Any]) -> dict[str, Any]:
    match kind:
        case Kind.TEXT:
            return {}
        case Kind.IMAGE:
            return known(url=address(content.get("url")), **size(content))
        case Kind.VIDEO:
            return known(
                url=address(content.get("url")),
                thumbnail_url=address(content.get("cover")),
                seconds=seconds(content.get("duration")),
                **size(content),
            )
        case Kind.PRODUCT:
            return known(product=identifier(content.get("product_id")))
        case Kind.ORDER:
            return known(order=identifier(content.get("order_id")))
        case _:
            return {} if label in ENTRIES else {"label": label}


def size(content: Mapping[str, Any]) -> dict[str, int]:
    """Texts of pixels where it is read, numbers where it is sent."""
    return {"width": number(content.get("width")), "height": number(content.get("height"))}


def about(label: str, content: Mapping[str, Any]) -> dict[str, str]:
    """What the buyer was looking at when they came to write."""
    if label not in ENTRIES:
        return {}
    return known(product=identifier(content.get("product_id")), order=identifier(content.get("order_id")))
