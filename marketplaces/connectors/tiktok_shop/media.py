"""Pictures to send: handed over first, then named in a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplaces.connectors.tiktok_shop.values import known, number, text_in
from marketplaces.content import File, Uploaded
from marketplaces.errors import Temporary


def multipart(file: File) -> dict[str, Any]:
    """Any other name of the field is refused."""
    return {"data": (file.name, file.body, file.content_type)}


def picture(data: Mapping[str, Any]) -> Uploaded:
    url = text_in(data, "url")
    if not url:
        raise Temporary("no address in the answer")
    return Uploaded(known(url=url, width=number(data.get("width")), height=number(data.get("height"))))


def content_of(picture: Uploaded) -> dict[str, Any]:
    """Only the very address that TikTok Shop gave can be sent; the sizes are numbers here."""
    shown = picture.payload
    return known(url=shown["url"], width=number(shown.get("width")), height=number(shown.get("height")))
