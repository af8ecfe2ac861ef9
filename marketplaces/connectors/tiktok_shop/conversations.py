"""A conversation of TikTok Shop's, in the list and by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marketplaces.connectors.tiktok_shop.errors import CLOSED
from marketplaces.connectors.tiktok_shop.values import (
    address,
    following,
    from_seconds,
    identifier,
    number,
    part,
    rows_in,
    text_in,
)
from marketplaces.content import Page, RemoteConversation
from marketplaces.errors import Temporary

BUYER = "BUYER"
PLATFORMS = {"TOKOPEDIA": "tokopedia", "TIKTOK_SHOP": "tiktok_shop"}
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def conversations(data: Mapping[str, Any], cursor: str | None) -> Page[RemoteConversation]:
    """In which order they come is not documented, so they are sorted here."""
    found = [conversation(row) for row in rows_in(data, "conversations") if identifier(row.get("id"))]
    newest_first = sorted(found, key=lambda each: each.last_message_at or NEVER, reverse=True)
    return Page(tuple(newest_first), following(data, cursor) if found else None)


def single(data: Mapping[str, Any]) -> RemoteConversation:
    """As in the list, but nothing is told of its newest message, nor (so far) whether one may write."""
    row = part(data, "conversation")
    if not identifier(row.get("id")):
        raise Temporary("TikTok Shop answered without the conversation")
    return conversation(row)


def conversation(row: Mapping[str, Any]) -> RemoteConversation:
    buyer, latest = buyer_in(row), part(row, "latest_message")
    can_reply = row["can_send_message"] if isinstance(row.get("can_send_message"), bool) else None
    return RemoteConversation(
        remote_id=identifier(row.get("id")),
        buyer_id=identifier(buyer.get("user_id")),
        buyer_name=text_in(buyer, "nickname"),
        buyer_avatar_url=address(buyer.get("avatar")),
        last_message_at=from_seconds(latest.get("create_time")),
        last_message_id=identifier(latest.get("id")),
        version=version(identifier(latest.get("id")), can_reply),
        unread_count=number(row.get("unread_count")),
        platform=platform(buyer),
        can_reply=can_reply,
        lock_code=CLOSED if can_reply is False else "",
    )


def buyer_in(row: Mapping[str, Any]) -> dict[str, Any]:
    """Other participants may be listed, or be left out."""
    return next((each for each in rows_in(row, "participants") if each.get("role") == BUYER), {})


def platform(buyer: Mapping[str, Any]) -> str:
    """The list and the single conversation name it differently; told for Indonesian shops alone, and not always."""
    told = text_in(buyer, "buyer_platform") or text_in(buyer, "platform")
    return PLATFORMS.get(told, "")


def version(latest: str, can_reply: bool | None) -> str:
    """Something was said, or the room was closed or opened for replies."""
    return f"{latest} {can_reply}" if latest or can_reply is not None else ""
