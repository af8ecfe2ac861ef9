"""JSON <-> content. Shopee writes ids as numbers here and as texts there, and leaves fields out at will."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from marketplaces.content import (
    Grant,
    IncomingMessage,
    Kind,
    Page,
    Receipt,
    RemoteConversation,
    ShopFacts,
    Tokens,
)
from marketplaces.errors import Temporary

logger = logging.getLogger(__name__)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Seconds. An official sample prints a date in this field.
LONGEST_TOKEN_LIFE = 14400
AFFILIATE_CHAT = "11"
FILES = "https://cf.shopee.co.id/file/"
VIDEOS = "https://cvf.shopee.co.id/file/"

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


# Values


def object_in(body: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def part(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object in this field; an empty one where there is something else."""
    found = row.get(name)
    return found if isinstance(found, dict) else {}


def rows_in(row: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = row.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def plain(value: Any) -> str:
    """A sentence of Shopee's on one line; some are padded with tabs."""
    return " ".join(str(value or "").split())


def text_in(row: Mapping[str, Any], name: str) -> str:
    found = row.get(name)
    return found if isinstance(found, str) else ""


def identifier(value: Any) -> str:
    """An id as text; "" for the many ways of saying none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    found = str(value).strip()
    return "" if found == "0" else found


def identifiers(value: Any) -> tuple[str, ...]:
    found = map(identifier, value if isinstance(value, list) else [])
    return tuple(each for each in found if each)


def number(value: Any) -> int:
    """Without a detour through floats, which are too coarse for ids and nanoseconds."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def instant(microseconds: int) -> datetime | None:
    try:
        return EPOCH + timedelta(microseconds=microseconds) if microseconds > 0 else None
    except OverflowError:
        return None


def from_seconds(value: Any) -> datetime | None:
    return instant(number(value) * 1_000_000)


def from_nanoseconds(value: Any) -> datetime | None:
    return instant(number(value) // 1000)


def address(file: Any, host: str = FILES) -> str:
    """Where a file is: Shopee gives addresses and bare ids."""
    found = identifier(file)
    return found if not found or found.startswith(("https://", "http://")) else host + found


def known(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


# Answers


def stated_code(answer: Mapping[str, Any]) -> str:
    """The code with its module's prefix. Success is "", null, missing or "-"."""
    code = plain(answer.get("error"))
    return "" if code == "-" else code


def response_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    found = answer.get("response")
    if not isinstance(found, dict):
        raise Temporary("Shopee answered something unreadable", request_id=plain(answer.get("request_id")))
    return found


def tokens(answer: Mapping[str, Any]) -> Tokens:
    access, refresh = text_in(answer, "access_token"), text_in(answer, "refresh_token")
    if not (access and refresh):
        raise Temporary("no tokens in the answer", request_id=plain(answer.get("request_id")))
    told = number(answer.get("expire_in"))
    life = min(told, LONGEST_TOKEN_LIFE) if told > 0 else LONGEST_TOKEN_LIFE
    return Tokens(access=access, refresh=refresh, expires_at=datetime.now(UTC) + timedelta(seconds=life))


def grant(answer: Mapping[str, Any], shop: str) -> Grant:
    """A login by the main account opens several shops; a login by a shop may leave the list out."""
    return Grant(tokens(answer), identifiers(answer.get("shop_id_list")) or identifiers([shop]))


def shop_facts(answer: Mapping[str, Any], shop: str) -> ShopFacts:
    return ShopFacts(
        remote_id=shop,
        name=text_in(answer, "shop_name"),
        authorized_until=from_seconds(answer.get("expire_time")),
    )


def receipt(answer: Mapping[str, Any]) -> Receipt:
    stored = part(answer, "response")
    message_id = identifier(stored.get("message_id"))
    return Receipt(
        remote_id=message_id or None,
        sent_at=from_seconds(stored.get("created_timestamp")),
        sequence=number(message_id) or None,
    )


# Conversations


def conversations(response: Mapping[str, Any], cursor: str | None) -> Page[RemoteConversation]:
    rows, result = rows_in(response, "conversations"), part(response, "page_result")
    following = identifier(part(result, "next_cursor").get("next_message_time_nano"))
    goes_on = bool(rows and result.get("more")) and following != cursor
    ours = (row for row in rows if is_buyer_chat(row) and identifier(row.get("conversation_id")))
    return Page(tuple(map(conversation, ours)), (following or None) if goes_on else None)


def is_buyer_chat(row: Mapping[str, Any]) -> bool:
    return identifier(row.get("business_type")) != AFFILIATE_CHAT


def conversation(row: Mapping[str, Any]) -> RemoteConversation:
    time = row.get("last_message_timestamp")
    return RemoteConversation(
        remote_id=identifier(row.get("conversation_id")),
        buyer_id=identifier(row.get("to_id")),
        buyer_name=text_in(row, "to_name"),
        buyer_avatar_url=address(row.get("to_avatar")),
        last_message_at=from_nanoseconds(time),
        version=identifier(row.get("latest_message_id")) or identifier(time),
        unread_count=number(row.get("unread_count")),
        is_pinned=row.get("pinned") is True,
    )


# Bubbles


def messages(response: Mapping[str, Any], cursor: str | None, shop: str) -> Page[IncomingMessage]:
    rows = rows_in(response, "messages")
    following = identifier(part(response, "page_result").get("next_offset"))
    goes_on = bool(rows) and following != cursor
    found = [bubble for row in rows if is_buyer_chat(row) and (bubble := message(row, shop))]
    newest_first = sorted(found, key=lambda each: (each.sent_at, each.sequence), reverse=True)
    return Page(tuple(newest_first), (following or None) if goes_on else None)


def message(row: Mapping[str, Any], shop: str) -> IncomingMessage | None:
    """None for a row without an id or a time, which is no bubble."""
    remote_id, sent_at = identifier(row.get("message_id")), from_seconds(row.get("created_timestamp"))
    if not remote_id or sent_at is None:
        logger.warning("left out a message without id or time: %r", remote_id)
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


def payload_of(kind: Kind, label: str, content: Mapping[str, Any]) -> dict[str, Any]:
    match kind:
        case Kind.TEXT:
            return {}
        case Kind.IMAGE:
            picture = address(content.get("url")) or address(content.get("image_url"))
            return known(url=picture, thumbnail_url=address(content.get("thumb_url")))
        case Kind.VIDEO:
            return known(
                url=address(content.get("video_url"), VIDEOS),
                thumbnail_url=address(content.get("thumb_url")),
                seconds=number(content.get("duration_seconds")),
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


def about(source: Mapping[str, Any]) -> dict[str, str]:
    return known(product=identifier(source.get("item_id")), order=identifier(source.get("order_sn")))
