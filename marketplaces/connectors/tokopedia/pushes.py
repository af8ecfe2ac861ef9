"""A push -> what it means.

A chat push has neither an id nor a time for its bubble, so it mainly tells where to read. But it alone tells what
is attached: no reading does. Pushes about orders, products and discussions below a product have no msg_id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplaces.connectors.tokopedia.markup import text_of
from marketplaces.connectors.tokopedia.values import folded, identifier, known, number, part, text_in
from marketplaces.content import Hint, Kind, PushEvent, PushKind, RemoteConversation


def push_event(push: Mapping[str, Any]) -> PushEvent:
    row = folded(push)
    shop, room = identifier(row.get("shop_id")), identifier(row.get("msg_id"))
    if shop and room:
        return PushEvent(PushKind.MESSAGE, shop, conversation(row, room), hint=hint(row))
    if shop and (order := identifier(row.get("order_id"))):
        return PushEvent(PushKind.ORDER, shop, order=order, detail=identifier(row.get("order_status")))
    return PushEvent(PushKind.IGNORED, shop)


def conversation(row: Mapping[str, Any], room: str) -> RemoteConversation:
    """The documentation calls the buyer buyer_id, live pushes say user_id."""
    return RemoteConversation(
        remote_id=room,
        buyer_id=identifier(row.get("buyer_id")) or identifier(row.get("user_id")),
        buyer_name=text_in(row, "full_name"),
        buyer_avatar_url=text_in(row, "thumbnail"),
    )


def hint(row: Mapping[str, Any]) -> Hint | None:
    """What is attached; None for a text. `product` is there whatever is attached."""
    payload, text = part(row, "payload"), text_of(text_in(row, "message"))
    match number(payload.get("attachment_type")):
        case 0:
            return None
        case 2:
            kind, told = Kind.IMAGE, known(url=text_in(part(payload, "image"), "image_url"))
        case 3:
            kind, told = Kind.PRODUCT, product(part(payload, "product"))
        case _:  # live connectors show anything else as a sticker, the message being its name
            kind, told = Kind.STICKER, known(sticker=text)
    return Hint(kind, text, told) if told else None


def product(row: Mapping[str, Any]) -> dict[str, Any]:
    """The price is a text, as the buyer sees it."""
    return known(
        product=identifier(row.get("product_id")),
        name=text_in(row, "name"),
        price=text_in(row, "price"),
        picture_url=text_in(row, "image_url"),
        url=text_in(row, "product_url"),
    )
