"""Orders: listed for windows under three days, told one by one in another shape. Nobody can ask by buyer.

https://developer.tokopedia.com/openapi/guide/#/order. No answer of a list tells when an order changed, so a copy is
as new as the moment at which it was asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplaces.connectors.tokopedia.values import (
    folded,
    identifier,
    money,
    number,
    part,
    rows_in,
    text_in,
    time_of,
)
from marketplaces.content import OrderLine, OrderStatus, RemoteOrder

logger = logging.getLogger(__name__)

PER_PAGE = 50
# Seconds; nobody sells too much for one answer in less.
SHORTEST_SLICE = 60
STATUSES = {
    "0": OrderStatus.CANCELLED,  # by the seller
    "3": OrderStatus.CANCELLED,  # no stock
    "5": OrderStatus.CANCELLED,  # fraud
    "6": OrderStatus.CANCELLED,  # no stock, by itself
    "10": OrderStatus.CANCELLED,  # rejected by the seller
    "15": OrderStatus.CANCELLED,  # at once by the buyer
    "100": OrderStatus.UNPAID,
    "103": OrderStatus.UNPAID,  # waits for the payment
    "220": OrderStatus.TO_SHIP,  # paid
    "221": OrderStatus.PENDING,  # waits for a partner's yes
    "400": OrderStatus.TO_SHIP,  # accepted by the seller
    "450": OrderStatus.TO_SHIP,  # waits for the pick-up
    "500": OrderStatus.SHIPPED,
    "501": OrderStatus.TO_SHIP,  # no receipt number yet
    "520": OrderStatus.SHIPPED,  # wrong receipt number
    "530": OrderStatus.SHIPPED,  # receipt number to be corrected
    "540": OrderStatus.SHIPPED,  # at the pick-up point
    "550": OrderStatus.RETURNING,  # on its way back
    "600": OrderStatus.DELIVERED,
    "601": OrderStatus.RETURNING,  # the buyer has opened a case
    "690": OrderStatus.PENDING,  # fraud review
    "700": OrderStatus.COMPLETED,
}


@dataclass(frozen=True)
class Place:
    """A page of the orders between these two moments (unix seconds), as a cursor."""

    page: int
    start: int
    end: int

    @classmethod
    def read(cls, cursor: str) -> Place:
        return cls(*map(int, cursor.split("-")))

    def __str__(self) -> str:
        return f"{self.page}-{self.start}-{self.end}"

    @property
    def query(self) -> dict[str, int]:
        return {"from_date": self.start, "to_date": self.end, "page": self.page, "per_page": PER_PAGE}

    def next(self, found: int, since: int) -> Place | None:
        """After a page with so many orders; None when all back to `since` are told."""
        if found >= PER_PAGE:
            return Place(self.page + 1, self.start, self.end)
        return Place(1, since, self.start - 1) if self.start > since else None

    def narrowed(self) -> Place | None:
        """The newer half, after an answer that would be too large; None when it is short enough."""
        length = self.end - self.start
        return Place(1, self.end - length // 2, self.end) if length > SHORTEST_SLICE else None


def orders_in(data: Any, shop: str, asked_at: datetime) -> tuple[RemoteOrder, ...]:
    """Of a list, or one alone: those of this shop; a row that cannot be read does not hide the others."""
    rows = rows_in(folded(data if isinstance(data, list) else [data]))
    found = (order(row, asked_at) for row in rows if is_of(row, shop))
    return tuple(each for each in found if each is not None)


def is_of(row: Mapping[str, Any], shop: str) -> bool:
    """One order is told whatever shop of the app it belongs to."""
    told = identifier(row.get("shop_id")) or identifier(part(row, "shop_info").get("shop_id"))
    return told in ("", shop)


def order(row: Mapping[str, Any], asked_at: datetime) -> RemoteOrder | None:
    """Of a list or told alone, keys in lower case; None for what is no order."""
    remote_id, ordered_at = identifier(row.get("order_id")), time_of(row.get("create_time"))
    if not remote_id or ordered_at is None:
        logger.warning("left out an order without number or time: %r", remote_id)
        return None
    status = str(row.get("order_status", ""))
    return RemoteOrder(
        remote_id=remote_id,
        ordered_at=ordered_at,
        updated_at=asked_at,
        status=STATUSES.get(status, OrderStatus.UNKNOWN),
        remote_status=status,
        total=money(part(row, "amt").get("ttl_amount")) or money(row.get("open_amt")),
        **buyer(row),
        **shipping(row),
        lines=lines(row),
    )


def buyer(row: Mapping[str, Any]) -> dict[str, str]:
    listed, alone = part(row, "buyer"), part(row, "buyer_info")
    return {
        "buyer_id": identifier(listed.get("id")) or identifier(alone.get("buyer_id")),
        "buyer_name": text_in(listed, "name") or text_in(alone, "buyer_fullname"),
    }


def shipping(row: Mapping[str, Any]) -> dict[str, str]:
    listed, alone = part(row, "logistics"), part(row, "order_info", "shipping_info")
    names = (
        (text_in(listed, "shipping_agency"), text_in(listed, "service_type")),
        (text_in(alone, "logistic_name"), text_in(alone, "logistic_service")),
    )
    return {
        "carrier": next((" ".join(filter(None, each)) for each in names if any(each)), ""),
        "tracking": text_in(part(row, "custom_fields"), "awb") or text_in(alone, "awb"),
    }


def lines(row: Mapping[str, Any]) -> tuple[OrderLine, ...]:
    listed, alone = row.get("products"), part(row, "order_info").get("order_detail")
    return tuple(map(line, rows_in(listed) or rows_in(alone)))


def line(row: Mapping[str, Any]) -> OrderLine:
    """`notes` are the buyer's words, not a variation. Only an order told alone has pictures: left out, or they
    would come and go with every list."""
    return OrderLine(
        product=identifier(row.get("id")) or identifier(row.get("product_id")),
        name=text_in(row, "name") or text_in(row, "product_name"),
        quantity=number(row.get("quantity")),
        price=money(row.get("price")) or money(row.get("product_price")),
    )
