"""A push -> what it means. It names the buyer by an id of the chat system, which finds no orders, so not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marketplaces.connectors.tiktok_shop.bubbles import message
from marketplaces.connectors.tiktok_shop.values import from_seconds, identifier, part, plain, text_in
from marketplaces.content import PushEvent, PushKind, RemoteConversation


def push_event(push: Mapping[str, Any]) -> PushEvent:
    shop, notification = identifier(push.get("shop_id")), identifier(push.get("tts_notification_id"))
    data, kind = part(push, "data"), identifier(push.get("type"))
    match kind:
        case "1" | "11" | "12":
            return order(shop, notification, data, kind)
        case "6":
            detail = plain(data.get("message"))
            return PushEvent(PushKind.DISCONNECTED, shop, detail=detail, notification=notification)
        case "7":
            until, detail = from_seconds(data.get("expiration_time")), plain(data.get("message"))
            return PushEvent(PushKind.EXPIRING, shop, until=until, detail=detail, notification=notification)
        case "13":
            return PushEvent(PushKind.CHANGED, shop, conversation_in(data), notification=notification)
        case "14":
            return said(shop, notification, data)
    # 33 is the chat with creators, 35 the state of the mirror between Tokopedia and TikTok Shop.
    return PushEvent(PushKind.IGNORED, shop, detail=f"type {kind}", notification=notification)


def order(shop: str, notification: str, data: Mapping[str, Any], kind: str) -> PushEvent:
    """Its status, its cancellation or its return: it is read again."""
    named = identifier(data.get("order_id"))
    if not named:
        return PushEvent(
            PushKind.IGNORED, shop, detail=f"type {kind} without an order", notification=notification
        )
    detail = text_in(data, "order_status")
    return PushEvent(PushKind.ORDER, shop, order=named, detail=detail, notification=notification)


def said(shop: str, notification: str, data: Mapping[str, Any]) -> PushEvent:
    """Of either side: replies typed in Seller Center come the same way, and so do ours, perhaps before the answer
    to the send."""
    conversation, bubble = conversation_in(data), message(data)
    if conversation is None:
        return PushEvent(PushKind.CHANGED, shop, notification=notification)
    if bubble is not None and bubble.is_from_buyer:  # whoever wrote in the last 30 days may be answered
        conversation = replace(conversation, can_reply=True)
    return PushEvent(PushKind.MESSAGE, shop, conversation, bubble, notification=notification)


def conversation_in(data: Mapping[str, Any]) -> RemoteConversation | None:
    named = identifier(data.get("conversation_id"))
    at = from_seconds(data.get("create_time")) if data.get("message_id") else None
    return RemoteConversation(named, buyer_id="", last_message_at=at) if named else None
