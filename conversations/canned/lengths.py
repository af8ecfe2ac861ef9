"""For which shops a canned reply is too long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import ngettext

from conversations.models import CannedReply
from marketplaces.models import Shop


@dataclass(frozen=True)
class TooLong:
    """`length`, `limit`: characters, of the text as it is written, placeholders and all."""

    shop: Shop
    length: int
    limit: int

    def __str__(self) -> str:
        text = ngettext(
            "Too long for %(shop)s: it has %(length)d characters, the marketplace takes %(limit)d.",
            "Too long for %(shop)s: it has %(length)d characters, the marketplace takes %(limit)d.",
            self.limit,
        )
        return text % {"shop": self.shop, "length": self.length, "limit": self.limit}


def too_long(reply: CannedReply, shops: Iterable[Shop]) -> list[TooLong]:
    found = []
    for shop in shops:
        limit, length = shop.connector.text_limit, len(reply.wording(shop))
        if limit is not None and length > limit:
            found.append(TooLong(shop, length, limit))
    return found
