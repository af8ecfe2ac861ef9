"""Our index of a shop's orders by buyer: no marketplace answers "the orders of this buyer" for all of them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplaces.content import OrderStatus
from marketplaces.models.shops import Shop

LABELS = {
    OrderStatus.UNPAID: _("Unpaid"),
    OrderStatus.PENDING: _("Being checked"),
    OrderStatus.TO_SHIP: _("To be shipped"),
    OrderStatus.SHIPPED: _("Shipped"),
    OrderStatus.DELIVERED: _("Delivered"),
    OrderStatus.CANCELLING: _("Cancellation requested"),
    OrderStatus.CANCELLED: _("Cancelled"),
    OrderStatus.RETURNING: _("Return requested"),
    OrderStatus.COMPLETED: _("Completed"),
    OrderStatus.UNKNOWN: _("Unknown status"),
}


class Order(models.Model):
    """An order as the marketplace told it at `synced_at`. `lines` is a list of objects with the fields of
    content.OrderLine, prices as texts."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="orders")
    remote_id = models.CharField(_("order id at the marketplace"), max_length=64)
    buyer_id = models.CharField(_("buyer id at the marketplace"), max_length=64, blank=True)
    buyer_name = models.CharField(_("buyer"), max_length=200, blank=True)
    status = models.CharField(
        max_length=12, choices=[(status.value, label) for status, label in LABELS.items()]
    )
    remote_status = models.CharField(max_length=100, blank=True)
    total = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="IDR")
    carrier = models.CharField(max_length=200, blank=True)
    tracking = models.CharField(max_length=200, blank=True)
    lines = models.JSONField(default=list, blank=True)
    ordered_at = models.DateTimeField()
    remote_updated_at = models.DateTimeField()
    synced_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Order]] = models.Manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [models.UniqueConstraint(fields=["shop", "remote_id"], name="an_order_is_stored_once")]
        indexes = [models.Index(fields=["shop", "buyer_id", "-ordered_at"], name="orders_of_buyer")]

    def __str__(self) -> str:
        return self.remote_id

    @property
    def first_line(self) -> dict[str, Any] | None:
        return self.lines[0] if self.lines else None

    @property
    def more_lines(self) -> int:
        """How many products stand behind the first."""
        return max(0, len(self.lines) - 1)
