"""Products. Shopee lists only their ids, tells about fifty at once, and their variations one by one."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from marketplaces.connectors.shopee.calls import Get, known_ones
from marketplaces.connectors.shopee.listing import Place
from marketplaces.connectors.shopee.values import (
    address,
    from_seconds,
    identifier,
    identifiers,
    is_number,
    money,
    number,
    part,
    response_of,
    rows_in,
    text_in,
)
from marketplaces.content import Page, RemoteProduct
from marketplaces.errors import Rejected

logger = logging.getLogger(__name__)

LIST = "/api/v2/product/get_item_list"
BASE_INFO = "/api/v2/product/get_item_base_info"
MODELS = "/api/v2/product/get_model_list"
AT_ONCE = 50
LISTED = "NORMAL"
STATUSES = (LISTED, "UNLIST", "REVIEWING", "BANNED", "SELLER_DELETE", "SHOPEE_DELETE")
TOO_FAR = "offset over limit"


def products_page(get: Get, shop: str, since: datetime | None, cursor: str | None) -> Page[RemoteProduct]:
    place = Place.read(cursor) if cursor else Place(since=int(since.timestamp()) if since else 0)
    try:
        response = response_of(get(LIST, place.query | {"page_size": AT_ONCE, "item_status": STATUSES}))
    except Rejected as refusal:
        if TOO_FAR not in refusal.detail.lower() or not place.offset:
            raise
        return Page((), narrowed(place))
    listed = {each: row for row in rows_in(response, "item") if (each := identifier(row.get("item_id")))}
    return Page(told(get, shop, listed), following(place, response))


def following(place: Place, response: Mapping[str, Any]) -> str | None:
    offset = number(response.get("next_offset"))
    goes_on = bool(response.get("has_next_page")) and offset > place.offset
    then = Place(offset, place.since, place.until) if goes_on else place.later()
    return str(then) if then else None


def narrowed(place: Place) -> str | None:
    """Where to go on after Shopee refused to go further here."""
    then = place.earlier_half(int(time.time()))
    if then is None:
        logger.error("too many products changed in the second %s to list them all", place.since)
        then = place.later()
    return str(then) if then else None


def told(get: Get, shop: str, listed: Mapping[str, Mapping[str, Any]]) -> tuple[RemoteProduct, ...]:
    """These products, with those that were deleted and of which nothing else is told any more."""
    found = products_by_id(get, shop, list(listed))
    known = {each.remote_id for each in found}
    gone = (row for each, row in listed.items() if each not in known and row.get("item_status") != LISTED)
    return found + tuple(each for row in gone if (each := product(row, [], shop)))


def products_by_id(get: Get, shop: str, ids: Sequence[str]) -> tuple[RemoteProduct, ...]:
    """These products, at most 50; unknown ones are left out."""

    def base_infos(some: Sequence[str]) -> list[dict[str, Any]]:
        return rows_in(response_of(get(BASE_INFO, {"item_id_list": ",".join(some)})), "item_list")

    rows = known_ones(base_infos, [each for each in ids if is_number(each)])
    return tuple(found for row in rows if (found := product(row, models(get, row), shop)))


def models(get: Get, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The variations of a product that has some."""
    if not row.get("has_model"):
        return []
    try:
        return rows_in(response_of(get(MODELS, {"item_id": identifier(row.get("item_id"))})), "model")
    except Rejected:
        return []  # deleted meanwhile: the rest of it is worth having


def product(
    row: Mapping[str, Any], variations: Sequence[Mapping[str, Any]], shop: str
) -> RemoteProduct | None:
    """None for a row without an id or a time, which is no product."""
    remote_id = identifier(row.get("item_id"))
    updated_at = from_seconds(row.get("update_time")) or from_seconds(row.get("create_time"))
    if not remote_id or updated_at is None:
        logger.warning("left out a product without id or time: %.1000r", row)
        return None
    sold = variations or [row]
    prices, pieces = prices_of(sold), stock(sold)
    return RemoteProduct(
        remote_id=remote_id,
        name=text_in(row, "item_name"),
        updated_at=updated_at,
        sku=text_in(row, "item_sku"),
        lowest_price=min(prices, default=None),
        highest_price=max(prices, default=None),
        currency=currency(sold),
        stock=stock([row]) if pieces is None else pieces,
        is_listed=row.get("item_status") == LISTED,
        picture_url=picture(part(row, "image")),
        url=f"https://shopee.co.id/product/{shop}/{remote_id}",
    )


def prices_of(sold: Sequence[Mapping[str, Any]]) -> list[Decimal]:
    """What a buyer pays now, of each variation."""
    firsts = (rows_in(each, "price_info")[:1] for each in sold)
    return [price for first in firsts for info in first if (price := money(info.get("current_price")))]


def currency(sold: Sequence[Mapping[str, Any]]) -> str:
    told = (text_in(info, "currency") for each in sold for info in rows_in(each, "price_info"))
    return next(filter(None, told), "IDR")


def stock(sold: Sequence[Mapping[str, Any]]) -> int | None:
    """Over all of them; None where not told."""
    summaries = (part(part(each, "stock_info_v2"), "summary_info") for each in sold)
    counts = [number(each["total_available_stock"]) for each in summaries if "total_available_stock" in each]
    return max(0, sum(counts)) if counts else None


def picture(image: Mapping[str, Any]) -> str:
    """The first address, else the address of the first id."""
    found = identifiers(image.get("image_url_list")) or identifiers(image.get("image_id_list"))
    return address(next(iter(found), ""))
