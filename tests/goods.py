"""A marketplace in memory, with orders and products: a plain value to hand to what copies them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from django.utils import timezone

from marketplaces.connector import Connector
from marketplaces.content import OrderLine, OrderStatus, Page, RemoteOrder, RemoteProduct, ShopFacts
from marketplaces.errors import MarketplaceError, Rejected

PAGE = 2


class Stand(Connector):
    """Lists what it holds, two a page, newest first, and keeps what it was asked. `failures` are raised one by
    one, by the calls of lists and of named ones."""

    slug = name = "stand"
    key_fields = ()

    def __init__(self, orders: Sequence[RemoteOrder] = (), products: Sequence[RemoteProduct] = ()) -> None:
        self.orders = {order.remote_id: order for order in orders}
        self.products = {product.remote_id: product for product in products}
        self.asked: list[Any] = []
        self.failures: list[MarketplaceError | None] = []
        self.refuses_shop: MarketplaceError | None = None

    def facts(self) -> ShopFacts:
        if self.refuses_shop is not None:
            raise self.refuses_shop
        return ShopFacts("1")

    def list_orders(
        self, since: datetime, until: datetime, cursor: str | None = None, *, by_update: bool
    ) -> Page[RemoteOrder]:
        self.note((since, until, cursor, by_update))
        if until - since > self.order_window:
            raise Rejected(code="invalid_time")
        field: Literal["updated_at", "ordered_at"] = "updated_at" if by_update else "ordered_at"
        found = [order for order in self.orders.values() if since <= getattr(order, field) <= until]
        return page_of(sorted(found, key=lambda order: order.ordered_at, reverse=True), cursor)

    def get_orders(self, orders: Sequence[str]) -> tuple[RemoteOrder, ...]:
        self.note(list(orders))
        return tuple(self.orders[each] for each in orders if each in self.orders)

    def list_products(self, since: datetime | None, cursor: str | None = None) -> Page[RemoteProduct]:
        self.note((since, cursor))
        found = [each for each in self.products.values() if since is None or each.updated_at >= since]
        return page_of(found, cursor)

    def get_products(self, products: Sequence[str]) -> tuple[RemoteProduct, ...]:
        self.note(list(products))
        return tuple(self.products[each] for each in products if each in self.products)

    def note(self, asked: Any) -> None:
        self.asked.append(asked)
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure


def page_of(found: Sequence[Any], cursor: str | None) -> Page[Any]:
    first = int(cursor or 0)
    more = len(found) > first + PAGE
    return Page(tuple(found[first : first + PAGE]), str(first + PAGE) if more else None)


def an_order(number: str, *, days_ago: float = 1, **fields: Any) -> RemoteOrder:
    """Placed and last changed so many days ago."""
    at = timezone.now() - timedelta(days=days_ago)
    defaults: dict[str, Any] = {
        "buyer_id": "71",
        "buyer_name": "rina",
        "status": OrderStatus.TO_SHIP,
        "ordered_at": at,
        "updated_at": at,
        "lines": (OrderLine("901", "Kaos polos", quantity=2),),
    }
    return RemoteOrder(number, **defaults | fields)


def a_product(number: str, *, days_ago: float = 1, **fields: Any) -> RemoteProduct:
    """Last changed so many days ago."""
    defaults: dict[str, Any] = {"updated_at": timezone.now() - timedelta(days=days_ago), "stock": 5}
    return RemoteProduct(number, **{"name": f"Kaos {number}"} | defaults | fields)
