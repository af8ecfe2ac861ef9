"""Orders. A search tells them whole, by time or by buyer; named ones are told fifty at once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from marketplaces.connectors.tiktok_shop.calls import Ask
from marketplaces.connectors.tiktok_shop.endpoints import ORDERS, SEARCH_ORDERS
from marketplaces.connectors.tiktok_shop.errors import is_of_the_gate
from marketplaces.connectors.tiktok_shop.values import (
    address,
    following,
    from_seconds,
    identifier,
    known,
    money,
    part,
    plain,
    rows_in,
    text_in,
)
from marketplaces.content import OrderLine, OrderStatus, Page, RemoteOrder
from marketplaces.errors import Rejected

logger = logging.getLogger(__name__)

AT_ONCE = 50
OF_A_BUYER = 20
STATUSES = {
    "UNPAID": OrderStatus.UNPAID,
    "ON_HOLD": OrderStatus.PENDING,
    "AWAITING_SHIPMENT": OrderStatus.TO_SHIP,
    "PARTIALLY_SHIPPING": OrderStatus.TO_SHIP,  # something is left to do
    "AWAITING_COLLECTION": OrderStatus.TO_SHIP,
    "IN_TRANSIT": OrderStatus.SHIPPED,
    "DELIVERED": OrderStatus.DELIVERED,
    "COMPLETED": OrderStatus.COMPLETED,
    "CANCELLED": OrderStatus.CANCELLED,
}
# A buyer may ask to cancel as long as the order has not arrived.
OPEN = (OrderStatus.PENDING, OrderStatus.TO_SHIP, OrderStatus.SHIPPED)


def orders_page(
    ask: Ask, since: datetime, until: datetime, cursor: str | None, *, by_update: bool
) -> Page[RemoteOrder]:
    name = "update_time" if by_update else "create_time"
    span = {f"{name}_ge": int(since.timestamp()), f"{name}_lt": int(until.timestamp())}
    query = {"page_size": AT_ONCE, "sort_field": name, "sort_order": "DESC", **known(page_token=cursor)}
    data = ask(SEARCH_ORDERS, query=query, body=span)
    return Page(orders_in(data), following(data, cursor) if rows_in(data, "orders") else None)


def orders_of_buyer(ask: Ask, buyer: str) -> tuple[RemoteOrder, ...]:
    """The newest ones. Without a buyer the search would tell everybody's."""
    if not buyer:
        return ()
    query = {"page_size": OF_A_BUYER, "sort_field": "create_time", "sort_order": "DESC"}
    return orders_in(ask(SEARCH_ORDERS, query=query, body={"buyer_user_id": buyer}))


def orders_by_number(ask: Ask, numbers: Sequence[str]) -> tuple[RemoteOrder, ...]:
    """These orders, at most 50. Whether one unknown order fails the whole call is not documented; then each half is
    asked for, down to one by one."""
    if not numbers:
        return ()
    try:
        return orders_in(ask(ORDERS, query={"ids": ",".join(numbers)}))
    except Rejected as refusal:
        if is_of_the_gate(refusal.code):
            raise
    half = len(numbers) // 2
    return orders_by_number(ask, numbers[:half]) + orders_by_number(ask, numbers[half:]) if half else ()


def orders_in(data: Mapping[str, Any]) -> tuple[RemoteOrder, ...]:
    return tuple(found for row in rows_in(data, "orders") if (found := order(row)))


def order(row: Mapping[str, Any]) -> RemoteOrder | None:
    """None for a row without an id or a time, which is no order."""
    remote_id, ordered_at = identifier(row.get("id")), from_seconds(row.get("create_time"))
    if not remote_id or ordered_at is None:
        logger.warning("left out an order without id or time: %r", remote_id)
        return None
    payment, items = part(row, "payment"), rows_in(row, "line_items")
    return RemoteOrder(
        remote_id=remote_id,
        buyer_id=identifier(row.get("user_id")),
        status=status(row),
        ordered_at=ordered_at,
        updated_at=from_seconds(row.get("update_time")) or ordered_at,
        buyer_name=plain(row.get("buyer_nickname")),
        remote_status=text_in(row, "status"),
        total=money(payment.get("total_amount")),
        currency=text_in(payment, "currency") or first(items, "currency") or "IDR",
        carrier=plain(row.get("shipping_provider")) or first(items, "shipping_provider_name"),
        tracking=identifier(row.get("tracking_number")) or first(items, "tracking_number"),
        lines=lines(items),
    )


def status(row: Mapping[str, Any]) -> OrderStatus:
    """That the buyer wants out is told beside the status."""
    found = STATUSES.get(text_in(row, "status"), OrderStatus.UNKNOWN)
    is_asked = row.get("is_buyer_request_cancel") is True
    return OrderStatus.CANCELLING if is_asked and found in OPEN else found


def first(items: Sequence[Mapping[str, Any]], name: str) -> str:
    """Of the first line that has it: an order without its own may have packages."""
    return next(filter(None, (plain(text_in(each, name)) for each in items)), "")


def lines(items: Sequence[Mapping[str, Any]]) -> tuple[OrderLine, ...]:
    """Every piece is a line of its own; equal ones are put together."""
    found: dict[tuple[str, OrderLine], int] = {}
    for item in items:
        piece = identifier(item.get("sku_id")), line(item)
        found[piece] = found.get(piece, 0) + 1
    return tuple(replace(each, quantity=pieces) for (_sku, each), pieces in found.items())


def line(item: Mapping[str, Any]) -> OrderLine:
    return OrderLine(
        product=identifier(item.get("product_id")),
        name=plain(item.get("product_name")),
        variation=plain(item.get("sku_name")),
        price=money(item.get("sale_price")),
        picture_url=address(item.get("sku_image")),
    )
