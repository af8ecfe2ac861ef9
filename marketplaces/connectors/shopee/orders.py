"""Orders. Shopee lists only their numbers, a window of time at a time, and tells about fifty at once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from marketplaces.connectors.shopee.calls import Get, known_ones
from marketplaces.connectors.shopee.values import (
    address,
    from_seconds,
    identifier,
    known,
    money,
    number,
    part,
    response_of,
    rows_in,
    text_in,
)
from marketplaces.content import OrderLine, OrderStatus, Page, RemoteOrder

logger = logging.getLogger(__name__)

LIST = "/api/v2/order/get_order_list"
DETAIL = "/api/v2/order/get_order_detail"
AT_ONCE = 50
OPTIONAL_FIELDS = (
    "buyer_user_id",
    "buyer_username",
    "item_list",
    "package_list",
    "shipping_carrier",
    "total_amount",
)
STATUSES = {
    "UNPAID": OrderStatus.UNPAID,
    "PENDING": OrderStatus.PENDING,
    "INVOICE_PENDING": OrderStatus.PENDING,
    "READY_TO_SHIP": OrderStatus.TO_SHIP,
    "PROCESSED": OrderStatus.TO_SHIP,
    "RETRY_SHIP": OrderStatus.TO_SHIP,
    "SHIPPED": OrderStatus.SHIPPED,
    "TO_CONFIRM_RECEIVE": OrderStatus.DELIVERED,
    "IN_CANCEL": OrderStatus.CANCELLING,
    "CANCELLED": OrderStatus.CANCELLED,
    "TO_RETURN": OrderStatus.RETURNING,
    "COMPLETED": OrderStatus.COMPLETED,
}


def orders_page(
    get: Get, since: datetime, until: datetime, cursor: str | None, *, by_update: bool
) -> Page[RemoteOrder]:
    query = {
        "time_range_field": "update_time" if by_update else "create_time",
        "time_from": int(since.timestamp()),
        "time_to": int(until.timestamp()),
        "page_size": AT_ONCE,
        "request_order_status_pending": "true",
        **known(cursor=cursor),
    }
    response = response_of(get(LIST, query))
    numbers = [each for row in rows_in(response, "order_list") if (each := identifier(row.get("order_sn")))]
    following = identifier(response.get("next_cursor"))
    goes_on = bool(numbers and response.get("more")) and following != cursor
    return Page(orders_by_number(get, numbers), (following or None) if goes_on else None)


def orders_by_number(get: Get, numbers: Sequence[str]) -> tuple[RemoteOrder, ...]:
    """These orders, at most 50; unknown ones are left out."""

    def details(some: Sequence[str]) -> list[dict[str, Any]]:
        query = {"order_sn_list": ",".join(some), "response_optional_fields": ",".join(OPTIONAL_FIELDS)}
        return rows_in(response_of(get(DETAIL, query)), "order_list")

    return tuple(found for row in known_ones(details, numbers) if (found := order(row)))


def order(row: Mapping[str, Any]) -> RemoteOrder | None:
    """None for a row without a number or a time, which is no order."""
    remote_id, ordered_at = identifier(row.get("order_sn")), from_seconds(row.get("create_time"))
    if not remote_id or ordered_at is None:
        logger.warning("left out an order without number or time: %.1000r", row)
        return None
    status = text_in(row, "order_status")
    return RemoteOrder(
        remote_id=remote_id,
        buyer_id=identifier(row.get("buyer_user_id")),
        status=STATUSES.get(status, OrderStatus.UNKNOWN),
        ordered_at=ordered_at,
        updated_at=from_seconds(row.get("update_time")) or ordered_at,
        buyer_name=text_in(row, "buyer_username"),
        remote_status=status,
        total=money(row.get("total_amount")),
        currency=text_in(row, "currency") or "IDR",
        carrier=carrier(row),
        lines=tuple(map(line, rows_in(row, "item_list"))),
    )


def carrier(row: Mapping[str, Any]) -> str:
    """Of the order, else of its first package that has one."""
    of_packages = (text_in(each, "shipping_carrier") for each in rows_in(row, "package_list"))
    return text_in(row, "shipping_carrier") or next(filter(None, of_packages), "")


def line(row: Mapping[str, Any]) -> OrderLine:
    """A product of a bundle deal has no price of its own."""
    return OrderLine(
        product=identifier(row.get("item_id")),
        name=text_in(row, "item_name"),
        quantity=number(row.get("model_quantity_purchased")),
        variation=text_in(row, "model_name"),
        price=money(row.get("model_discounted_price")),
        picture_url=address(part(row, "image_info").get("image_url")),
    )
