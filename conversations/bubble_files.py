"""Pictures and videos of bubbles, copied here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conversations.models import Message
from marketplaces import media
from marketplaces.content import Kind
from marketplaces.models import MediaFile, Shop
from marketplaces.models.media import id_of

FILES = (Kind.IMAGE, Kind.VIDEO)


def keep_files(shop: Shop, messages: Iterable[Message]) -> None:
    """Have the files of these bubbles fetched, those of products when somebody looks. In one order, so that
    nobody waits in a ring."""
    bubbles = list(messages)
    shown = [message.payload for message in bubbles if message.kind in FILES]
    media.keep(shop, addresses(shown, "url", "thumbnail_url"), is_urgent=True)
    cards = [message.payload for message in bubbles if message.kind == Kind.PRODUCT]
    media.keep(shop, addresses(cards, "picture_url"), is_urgent=False)


def addresses(payloads: Iterable[dict], *names: str) -> list[str]:
    told = {payload.get(name) for payload in payloads for name in names}
    return sorted(url for url in told if isinstance(url, str))


def attach_files(shop: Shop, messages: Sequence[Message]) -> None:
    """Put `file` on each bubble that is one: its row, None before it is known. One query at most."""
    wanted = {
        message.pk: message.attachment_id or id_of(shop.pk, url)
        for message in messages
        if message.kind in FILES
        and (message.attachment_id or isinstance(url := message.payload.get("url"), str))
    }
    found = MediaFile.objects.filter(shop=shop).in_bulk(list(wanted.values())) if wanted else {}
    for message in messages:
        message.file = found.get(wanted.get(message.pk))
