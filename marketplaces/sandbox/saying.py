"""What is said from outside the API: by a buyer, in the seller centre, or by the marketplace itself."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.kinds import Unsayable, Wish, content_of, speaker_of
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.world import Message, Room

SPEAKERS = {
    "buyer": "android", "seller_centre": "new_webchat", "shop": "openapi", "system": "server", "robot": "chatbot",
}  # fmt: skip
BUNDLED = "Halo kak\nMau tanya dulu ya"


def say(
    sandbox: Sandbox,
    shop: Shop,
    buyer_id: int,
    kind: str,
    *,
    text: str = "",
    item: Any = None,
    order: Any = None,
    picture: bytes | str | None = None,
    content: dict[str, Any] | None = None,
    source_content: dict[str, Any] | None = None,
    sent_by: str = "",
    push: bool = True,
    is_visible: bool = True,
    shift_s: int = 0,
) -> tuple[Room, Message]:
    """Say it and push it.

    `item` and `order` are ids; left out, the first product and the newest order are meant.
    `picture` is the bytes of a PNG, JPEG or GIF, or the address of one; left out, one is drawn.
    `content` replaces all of these, for kinds that are not known here.
    `is_visible` and `shift_s` are TikTok Shop's; see world.Message.
    """
    kind = "item" if kind == "product" else kind
    sent_by = sent_by or speaker_of(kind)
    if sent_by not in SPEAKERS:
        raise Unsayable(f"sent_by must be one of {', '.join(SPEAKERS)}")
    source = dict(source_content or {})
    if content is None:
        wish = Wish(sandbox, shop, buyer_id, text, item, order, picture)
        content = _bundle(wish, sent_by) if kind == "bundle_message" else content_of(kind, wish)
        if kind == "item":
            source = source or {"item_id": content["item_id"]}
    room = sandbox.open_room(shop, buyer_id)
    said = sandbox.new_message(room, sent_by, kind, content, source=SPEAKERS[sent_by], source_content=source)
    said.is_visible, said.shift_s = is_visible, shift_s
    if sent_by == "buyer":
        room.read_by_buyer = said.id
    return room, sandbox.say(room, said, push)


def _bundle(wish: Wish, sent_by: str) -> dict[str, Any]:
    """A wrapper around messages that are only there to be read: each line of the text is one."""
    lines = (wish.text or BUNDLED).splitlines()
    said = [
        say(wish.sandbox, wish.shop, wish.buyer_id, "text", text=line, sent_by=sent_by, push=False)[1]
        for line in lines
    ]
    return {"type": 1, "messages": [str(message.id) for message in said], "shopee_chatbot_replied": False}
