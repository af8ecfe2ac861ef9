"""Answers about tokens, the shop, its conversations and what was sent -> content."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from marketplaces.connectors.shopee.bubbles import is_buyer_chat
from marketplaces.connectors.shopee.values import (
    address,
    from_nanoseconds,
    from_seconds,
    identifier,
    identifiers,
    number,
    part,
    plain,
    rows_in,
    text_in,
)
from marketplaces.content import Grant, Page, Receipt, RemoteConversation, ShopFacts, Tokens
from marketplaces.errors import Temporary

# Seconds. An official sample prints a date in this field.
LONGEST_TOKEN_LIFE = 14400


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


def conversation(row: Mapping[str, Any]) -> RemoteConversation:
    time = row.get("last_message_timestamp")
    return RemoteConversation(
        remote_id=identifier(row.get("conversation_id")),
        buyer_id=identifier(row.get("to_id")),
        buyer_name=text_in(row, "to_name"),
        buyer_avatar_url=address(row.get("to_avatar")),
        last_message_at=from_nanoseconds(time),
        last_message_id=identifier(row.get("latest_message_id")),
        version=identifier(row.get("latest_message_id")) or identifier(time),
        unread_count=number(row.get("unread_count")),
        is_pinned=row.get("pinned") is True,
    )
