"""Products. A search tells what changed, but no pictures; those are told one product at a time."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from marketplaces.connectors.tiktok_shop.calls import Ask
from marketplaces.connectors.tiktok_shop.endpoints import PRODUCT, SEARCH_PRODUCTS
from marketplaces.connectors.tiktok_shop.errors import is_about_products
from marketplaces.connectors.tiktok_shop.values import (
    address,
    following,
    from_seconds,
    identifier,
    is_number,
    known,
    money,
    number,
    part,
    plain,
    rows_in,
    text_in,
    texts_in,
)
from marketplaces.content import Page, RemoteProduct
from marketplaces.errors import Rejected

logger = logging.getLogger(__name__)

# Each of them costs a call of its own.
PAGE_SIZE = 20
LISTED, DELETED = "ACTIVATE", "DELETED"


def products_page(ask: Ask, since: datetime | None, cursor: str | None) -> Page[RemoteProduct]:
    body = {"status": "ALL", **known(update_time_ge=int(since.timestamp()) if since else 0)}
    data = ask(SEARCH_PRODUCTS, query={"page_size": PAGE_SIZE, **known(page_token=cursor)}, body=body)
    rows = rows_in(data, "products")
    found = (product(whole(ask, row)) for row in rows)
    return Page(tuple(each for each in found if each), following(data, cursor) if rows else None)


def products_by_id(ask: Ask, ids: Sequence[str]) -> tuple[RemoteProduct, ...]:
    """Those that TikTok Shop tells; it tells nothing of unknown and of some deleted ones."""
    told = (detail(ask, each) for each in ids if is_number(each))
    return tuple(found for row in told if row and (found := product(row)))


def whole(ask: Ask, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A listed product with its pictures, where there still are some."""
    remote_id = identifier(row.get("id"))
    if text_in(row, "status") == DELETED or not is_number(remote_id):
        return row
    return detail(ask, remote_id) or row


def detail(ask: Ask, remote_id: str) -> dict[str, Any] | None:
    try:
        return ask(PRODUCT, remote_id)
    except Rejected as refusal:
        if not is_about_products(refusal.code):
            raise
    return None


def product(row: Mapping[str, Any]) -> RemoteProduct | None:
    """None for a row without an id or a time, which is no product."""
    remote_id = identifier(row.get("id"))
    updated_at = from_seconds(row.get("update_time")) or from_seconds(row.get("create_time"))
    if not remote_id or updated_at is None:
        logger.warning("left out a product without id or time: %r", remote_id)
        return None
    skus = rows_in(row, "skus")
    prices = [price for sku in skus if (price := price_of(part(sku, "price"))) is not None]
    return RemoteProduct(
        remote_id=remote_id,
        name=plain(row.get("title")),
        updated_at=updated_at,
        sku=text_in(skus[0], "seller_sku") if len(skus) == 1 else "",
        lowest_price=min(prices, default=None),
        highest_price=max(prices, default=None),
        currency=next((told for sku in skus if (told := text_in(part(sku, "price"), "currency"))), "IDR"),
        stock=stock(skus),
        is_listed=is_listed(row),
        picture_url=picture(row),
    )


def price_of(price: Mapping[str, Any]) -> Any:
    """What the buyer sees. A search calls it by the other name for shops that sell in their own country."""
    told = money(price.get("sale_price"))
    return told if told is not None else money(price.get("tax_exclusive_price"))


def stock(skus: Sequence[Mapping[str, Any]]) -> int | None:
    """Over all variations and warehouses; None where not told."""
    told = [place for sku in skus for place in rows_in(sku, "inventory") if "quantity" in place]
    return max(0, sum(number(place["quantity"]) for place in told)) if told else None


def is_listed(row: Mapping[str, Any]) -> bool:
    """On TikTok Shop, which tells no status of products that are only on Tokopedia, or there."""
    statuses = [
        row.get("status"),
        *(each.get("status") for each in rows_in(row, "integrated_platform_statuses")),
    ]
    return LISTED in statuses and row.get("is_not_for_sale") is not True


def picture(row: Mapping[str, Any]) -> str:
    urls = (url for image in rows_in(row, "main_images") for url in texts_in(image, "urls"))
    return next(filter(None, map(address, urls)), "")
