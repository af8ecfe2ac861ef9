"""A push -> what it means. Routed by the envelope's shop: the one inside the content is another account's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marketplaces.connectors.shopee.wire import (
    from_seconds,
    identifier,
    identifiers,
    is_buyer_chat,
    is_from_shop,
    message,
    part,
    plain,
    text_in,
)
from marketplaces.content import PushEvent, PushKind, RemoteConversation

SHOP_IN_SENTENCE = re.compile(r"\bshop id (\d+)")


def push_event(push: Mapping[str, Any]) -> PushEvent:
    shop, data = identifier(push.get("shop_id")), part(push, "data")
    code = identifier(push.get("code")) or ("10" if data.get("type") in ("message", "notification") else "")
    match code:
        case "1":
            return PushEvent(PushKind.AUTHORIZED, shop or shop_in(data), detail=reason(data))
        case "2":
            return deauthorization(shop or shop_in(data), data)
        case "10":
            return chat(shop, data)
        case "12":
            told = ", ".join(identifiers(data.get("shop_expire_soon")))
            return PushEvent(
                PushKind.IGNORED, shop, detail=f"the authorization of these shops ends soon: {told}"
            )
    return PushEvent(PushKind.IGNORED, shop, detail=f"code {code}")


def shop_in(data: Mapping[str, Any]) -> str:
    """The one shop it is about; "" when it is about several or none."""
    listed = identifiers(data.get("shop_id_list"))
    only = listed[0] if len(listed) == 1 else ""
    return identifier(data.get("shop_id")) or identifier(data.get("shopid")) or only


def reason(data: Mapping[str, Any]) -> str:
    return plain(data.get("extra")) or plain(data.get("authorize_type"))


def deauthorization(shop: str, data: Mapping[str, Any]) -> PushEvent:
    """The sentence alone is no proof (the official samples disagree with their own): then look at the shop,
    and a refused token settles it."""
    if shop:
        return PushEvent(PushKind.DISCONNECTED, shop, detail=reason(data))
    named = SHOP_IN_SENTENCE.search(reason(data))
    return PushEvent(PushKind.CHANGED, named[1] if named else "", detail=reason(data))


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
