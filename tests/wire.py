"""What marketplaces answer on the wire, for stubs at the socket."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from conversations.models import Conversation
from tests.factories import SHOPEE_KEYS, TOKOPEDIA_KEYS, numbers

SHOPEE = SHOPEE_KEYS["api_url"] + "/api/v2"
SHOPEE_SEND = f"{SHOPEE}/sellerchat/send_message"
SHOPEE_MESSAGES = f"{SHOPEE}/sellerchat/get_message"
SHOPEE_CONVERSATIONS = f"{SHOPEE}/sellerchat/get_conversation_list"

TOKOPEDIA_CHAT = f"{TOKOPEDIA_KEYS['api_url']}/v1/chat/fs/{TOKOPEDIA_KEYS['fs_id']}/messages"


def shopee_answer(response: dict[str, Any]) -> dict[str, Any]:
    return {"error": "", "message": "", "request_id": "r1", "response": response}


def shopee_error(code: str, message: str = "") -> dict[str, Any]:
    return {"error": code, "message": message, "request_id": "r1"}


def shopee_sent(conversation: Conversation, text: str, message_id: str = "") -> dict[str, Any]:
    """The answer of send_message: the stored message, its conversation as a bare number."""
    return shopee_answer(
        {
            "message_id": message_id or str(next(numbers)),
            "to_id": int(conversation.buyer_id),
            "message_type": "text",
            "content": {"text": text},
            "conversation_id": int(conversation.remote_id),
            "created_timestamp": int(datetime.now(UTC).timestamp()),
            "message_option": 0,
            "region": "ID",
        }
    )


def shopee_message(
    conversation: Conversation, text: str, *, by_shop: bool, message_id: str = "", at: datetime | None = None
) -> dict[str, Any]:
    shop, buyer = int(conversation.shop.remote_id), int(conversation.buyer_id)
    return {
        "message_id": message_id or str(next(numbers)),
        "message_type": "text",
        "from_id": 11 if by_shop else buyer,
        "from_shop_id": shop if by_shop else 0,
        "to_id": buyer if by_shop else 11,
        "to_shop_id": 0 if by_shop else shop,
        "conversation_id": conversation.remote_id,
        "created_timestamp": int((at or datetime.now(UTC)).timestamp()),
        "region": "ID",
        "status": "normal",
        "source": "openapi" if by_shop else "android",
        "content": {"text": text},
        "message_option": 0,
        "source_content": {},
        "quoted_msg": None,
    }


def shopee_page(*messages: dict[str, Any], next_offset: str = "") -> dict[str, Any]:
    return shopee_answer(
        {"messages": list(messages), "page_result": {"next_offset": next_offset, "page_size": 25}}
    )


def shopee_row(conversation: Conversation, version: str, at: datetime, *, unread: int = 0) -> dict[str, Any]:
    """A row of get_conversation_list, whose version is the id of its newest message."""
    return {
        "conversation_id": conversation.remote_id,
        "to_id": int(conversation.buyer_id),
        "to_name": conversation.buyer_name,
        "unread_count": unread,
        "pinned": False,
        "latest_message_id": version,
        "last_message_timestamp": int(at.timestamp()) * 1_000_000_000,
    }


def shopee_list(*rows: dict[str, Any]) -> dict[str, Any]:
    """The only page of get_conversation_list."""
    result = {"page_size": 25, "next_cursor": {"next_message_time_nano": "0"}, "more": False}
    return shopee_answer({"conversations": list(rows), "page_result": result})
