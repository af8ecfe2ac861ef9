"""Pictures and videos of bubbles, copied here."""

from __future__ import annotations

from collections.abc import Iterable

from conversations.models import Message
from marketplaces import media
from marketplaces.content import Kind
from marketplaces.models import Shop


def keep_files(shop: Shop, messages: Iterable[Message]) -> None:
    """Have the files of these bubbles fetched, those of products when somebody looks. In one order, so that
    nobody waits in a ring."""
    bubbles = list(messages)
    shown = [message.payload for message in bubbles if message.kind in (Kind.IMAGE, Kind.VIDEO)]
    media.keep(shop, addresses(shown, "url", "thumbnail_url"), is_urgent=True)
    cards = [message.payload for message in bubbles if message.kind == Kind.PRODUCT]
    media.keep(shop, addresses(cards, "picture_url"), is_urgent=False)


def addresses(payloads: Iterable[dict], *names: str) -> list[str]:
    told = {payload.get(name) for payload in payloads for name in names}
    return sorted(url for url in told if isinstance(url, str))
