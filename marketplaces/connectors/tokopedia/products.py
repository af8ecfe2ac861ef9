"""Products. https://developer.tokopedia.com/openapi/guide/#/product

They cannot be listed by what changed, and the time that is told is of the price alone, so a copy is as new as the
moment at which it was asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marketplaces.connectors.tokopedia.values import folded, identifier, money, number, part, rows_in, text_in
from marketplaces.content import RemoteProduct

logger = logging.getLogger(__name__)

PRODUCTS_PER_PAGE = 50
# -2 banned, -1 pending, 0 deleted, 3 taken off the shelf.
LISTED = 1


def products_in(data: Any, shop: str, asked_at: datetime) -> tuple[RemoteProduct, ...]:
    """Those of this shop; a row that cannot be read does not hide the others."""
    found = (product(row, shop, asked_at) for row in rows_in(folded(data)))
    return tuple(each for each in found if each is not None)


def product(row: Mapping[str, Any], shop: str, asked_at: datetime) -> RemoteProduct | None:
    """None for what is no product, and for one of another shop: one by one they are told whosever they are."""
    basic, stock, other = part(row, "basic"), part(row, "stock"), part(row, "other")
    remote_id = identifier(basic.get("productid"))
    if not remote_id or identifier(basic.get("shopid")) not in ("", shop):
        logger.warning("left out a product without id or of another shop: %r", remote_id)
        return None
    price = money(part(row, "price").get("idr")) or money(part(row, "price").get("value"))
    return RemoteProduct(
        remote_id=remote_id,
        name=text_in(basic, "name"),
        updated_at=asked_at,
        sku=text_in(other, "sku"),
        lowest_price=price,
        highest_price=price,
        stock=max(0, number(stock["value"])) if "value" in stock else None,
        is_listed=number(basic.get("status")) == LISTED,
        picture_url=picture(row),
        url=text_in(other, "url"),
    )


def picture(row: Mapping[str, Any]) -> str:
    """The first one, small enough for a card where that is told."""
    firsts = rows_in(row.get("pictures"))[:1]
    told = [text_in(each, name) for each in firsts for name in ("url300", "thumbnailurl", "originalurl")]
    return next(filter(None, told), "")
