"""A message of Shopee's -> a bubble, in a reading and in a push."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from marketplaces.connectors.shopee.values import (
    VIDEOS,
    address,
    from_seconds,
    identifier,
    known,
    number,
    part,
    rows_in,
    text_in,
)
from marketplaces.content import IncomingMessage, Kind, Page

logger = logging.getLogger(__name__)

AFFILIATE_CHAT = "11"
# Bot traffic and Shopee's own cards; every other faq... and ..._card is one as well.
SYSTEM_TYPES = frozenset(
    (
        "new_faq",
        "notification",
        "bundle_message",
        "general_option_pack",
        "selected_general_option",
        "webview",
        "system",
        "new_message",
        "follow_invite",
        "order_notification",
        "delivery_notification",
        "unrated_order_reminder",
        "bundle_deal",
        "add_on_deal",
        "flash_sale",
    )
)
KINDS = {
    "text": Kind.TEXT,
    "faq_liveagent": Kind.TEXT,  # what the buyer wrote when leaving the bot for a person
    "image": Kind.IMAGE,
    "image_with_text": Kind.IMAGE,
    "video": Kind.VIDEO,
    "sticker": Kind.STICKER,
    "item": Kind.PRODUCT,
    "product": Kind.PRODUCT,
    "order": Kind.ORDER,
}
AUTOMATIC_STATUSES = ("auto_reply", "offwork_autoreply")
AUTOMATIC_SOURCES = ("server", "chatbot")
# Shopee accepts a message and may take it away minutes later; the buyer never sees it then.
REFUSED_STATUSES = ("blocked", "censored_blacklist")


def messages(response: Mapping[str, Any], cursor: str | None, shop: str) -> Page[IncomingMessage]:
    rows = rows_in(response, "messages")
    following = identifier(part(response, "page_result").get("next_offset"))
    goes_on = bool(rows) and following != cursor
    found = [bubble for row in rows if is_buyer_chat(row) and (bubble := message(row, shop))]
    newest_first = sorted(found, key=lambda each: (each.sent_at, each.sequence), reverse=True)
    return Page(tuple(newest_first), (following or None) if goes_on else None)


def is_buyer_chat(row: Mapping[str, Any]) -> bool:
    return identifier(row.get("business_type")) != AFFILIATE_CHAT


def message(row: Mapping[str, Any], shop: str) -> IncomingMessage | None:
    """None for a row without an id or a time, which is no bubble."""
    remote_id, sent_at = identifier(row.get("message_id")), from_seconds(row.get("created_timestamp"))
    if not remote_id or sent_at is None:
        logger.warning("left out a message without id or time: %.1000r", row)
        return None
    label = text_in(row, "message_type")
    kind, is_ours = kind_of(label), is_from_shop(row, shop)
    return IncomingMessage(
        remote_id=remote_id,
        is_from_buyer=not is_ours,
        sent_at=sent_at,
        sequence=number(remote_id),
        kind=kind,
        text=text_in(part(row, "content"), "text"),
        payload=payload_of(kind, label, part(row, "content")),
        about=about(part(row, "source_content")),
        sender_name=identifier(row.get("sub_account_name")) or identifier(row.get("from_user_name")),
        is_automatic=is_ours and is_automatic(row, kind),
        refusal=refusal_of(row) if is_ours else "",
        raw=row,
    )


def is_from_shop(row: Mapping[str, Any], shop: str) -> bool:
    """User ids do not tell: staff write with their own. Older pushes, all of buyers, lack the field."""
    return bool(shop) and identifier(row.get("from_shop_id")) == shop


def kind_of(label: str) -> Kind:
    if label in KINDS:
        return KINDS[label]
    is_system = label in SYSTEM_TYPES or label.startswith("faq") or label.endswith("_card")
    return Kind.SYSTEM if is_system else Kind.UNKNOWN


def is_automatic(row: Mapping[str, Any], kind: Kind) -> bool:
    """System cards come on the shop's side and are no answer by it."""
    return (
        kind is Kind.SYSTEM
        or row.get("status") in AUTOMATIC_STATUSES
        or row.get("source") in AUTOMATIC_SOURCES
    )


def refusal_of(row: Mapping[str, Any]) -> str:
    status = text_in(row, "status")
    return status if status in REFUSED_STATUSES else ""


def payload_of(kind: Kind, label: str, content: Mapping[str, Any]) -> dict[str, Any]:
    match kind:
        case Kind.TEXT:
            return {}
        case Kind.IMAGE:
            picture = address(content.get("url")) or address(content.get("image_url"))
            return known(url=picture, **preview(content))
        case Kind.VIDEO:
            return known(
                url=address(content.get("video_url"), VIDEOS),
                seconds=number(content.get("duration_seconds")),
                **preview(content),
            )
        case Kind.STICKER:
            return known(
                package=identifier(content.get("sticker_package_id")),
                sticker=identifier(content.get("sticker_id")),
            )
        case Kind.PRODUCT:
            return known(product=identifier(content.get("item_id")))
        case Kind.ORDER:
            return known(order=identifier(content.get("order_sn")))
        case _:
            return {"label": label}


def preview(content: Mapping[str, Any]) -> dict[str, Any]:
    """Only the sizes of the small picture are told; they have the shape of the whole one."""
    return {
        "thumbnail_url": address(content.get("thumb_url")),
        "width": number(content.get("thumb_width")),
        "height": number(content.get("thumb_height")),
    }


def about(source: Mapping[str, Any]) -> dict[str, str]:
    return known(product=identifier(source.get("item_id")), order=identifier(source.get("order_sn")))
