"""A push -> what it means. Routed by the envelope's shop: the one inside the content is another account's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplaces.connectors.shopee.bubbles import is_buyer_chat, is_from_shop, message
from marketplaces.connectors.shopee.values import from_seconds, identifier, identifiers, part, plain, text_in
from marketplaces.content import PushEvent, PushKind, RemoteConversation


def push_event(push: Mapping[str, Any]) -> PushEvent:
    shop, data = identifier(push.get("shop_id")), part(push, "data")
    code = identifier(push.get("code")) or ("10" if data.get("type") in ("message", "notification") else "")
    match code:
        case "1":
            return about_shops(PushKind.AUTHORIZED, shop, data)
        case "2":
            return about_shops(PushKind.DISCONNECTED, shop, data)
        case "3" | "4" | "29" | "30":
            return order(shop, data, code)
        case "10":
            return chat(shop, data)
        case "12":
            shops, until = identifiers(data.get("shop_expire_soon")), from_seconds(data.get("expire_before"))
            return PushEvent(PushKind.EXPIRING, shop, shops=shops, until=until)
    return PushEvent(PushKind.IGNORED, shop, detail=f"code {code}")


def about_shops(kind: PushKind, shop: str, data: Mapping[str, Any]) -> PushEvent:
    """Which shop it is may only be in the sentence, where the official samples disagree with their own
    fields. So the sentence is for the log, and no shop is named."""
    listed = identifiers(data.get("shop_id_list"))
    only = listed[0] if len(listed) == 1 else ""
    named = shop or identifier(data.get("shop_id")) or identifier(data.get("shopid")) or only
    detail = plain(data.get("extra")) or plain(data.get("authorize_type"))
    return PushEvent(kind, named, shops=() if named else listed, detail=detail)


def order(shop: str, data: Mapping[str, Any], code: str) -> PushEvent:
    """Its status, its tracking number, its return or its parcels: all are read again."""
    named = identifier(data.get("ordersn")) or identifier(data.get("order_sn"))
    if not named:
        return PushEvent(PushKind.IGNORED, shop, detail=f"code {code} without an order")
    return PushEvent(PushKind.ORDER, shop, order=named, detail=text_in(data, "status"))


def chat(shop: str, data: Mapping[str, Any]) -> PushEvent:
    content = part(data, "content")
    if not is_buyer_chat(content):
        return PushEvent(PushKind.IGNORED, shop, detail="affiliate chat")
    if data.get("type") == "message" and identifier(content.get("conversation_id")):
        return said(shop, content)
    return changed(shop, content)


def said(shop: str, content: Mapping[str, Any]) -> PushEvent:
    """A bundle only names the messages that it wraps, so it is a reason to read."""
    is_bundle = text_in(content, "message_type") == "bundle_message"
    bubble = None if is_bundle else message(content, shop)
    return PushEvent(PushKind.MESSAGE, shop, conversation_in(content, shop), bubble)


def conversation_in(content: Mapping[str, Any], shop: str) -> RemoteConversation:
    """The buyer is the side that is not us."""
    buyer = "to" if is_from_shop(content, shop) else "from"
    return RemoteConversation(
        remote_id=identifier(content.get("conversation_id")),
        buyer_id=identifier(content.get(f"{buyer}_id")),
        buyer_name=text_in(content, f"{buyer}_user_name"),
        last_message_at=from_seconds(content.get("created_timestamp")),
    )


def changed(shop: str, content: Mapping[str, Any]) -> PushEvent:
    """Something was read or answered elsewhere. Some do not even tell where."""
    conversation_id = identifier(content.get("conversation_id"))
    conversation = RemoteConversation(conversation_id, buyer_id="") if conversation_id else None
    return PushEvent(PushKind.CHANGED, shop, conversation, detail=text_in(content, "type"))
