"""Our copy of a shop's products, so that a picker can search them at once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplaces.models.shops import Shop


class ProductQuerySet(models.QuerySet["Product"]):
    def on_sale(self) -> ProductQuerySet:
        """What buyers can see. Products that we only know by their id are not among them."""
        return self.filter(is_listed=True, synced_at__isnull=False)

    def matching(self, text: str) -> ProductQuerySet:
        """Every word is in the name or the SKU."""
        found = self
        for word in text.split():
            found = found.filter(Q(name__icontains=word) | Q(sku__icontains=word))
        return found


class Product(models.Model):
    """A product as the marketplace told it at `synced_at`; until then only its id is known (a buyer named it).

    Prices in `currency`, of the cheapest and the dearest variation; `stock` over all of them.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="products")
    remote_id = models.CharField(_("product id at the marketplace"), max_length=64)
    name = models.CharField(_("name"), max_length=500, blank=True)
    sku = models.CharField("SKU", max_length=200, blank=True)
    lowest_price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    highest_price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="IDR")
    stock = models.PositiveIntegerField(_("stock"), null=True, blank=True)
    is_listed = models.BooleanField(default=True, help_text=_("Buyers can see and buy it."))
    picture_url = models.URLField(max_length=1000, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    remote_updated_at = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)
    wanted_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Somebody looks at it, so it is fetched soon.")
    )

    objects: ClassVar[ProductQuerySet] = ProductQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [models.UniqueConstraint(fields=["shop", "remote_id"], name="a_product_is_stored_once")]
        indexes = [
            models.Index(fields=["shop", "name"], name="products_of_shop"),
            models.Index(
                fields=["shop", "wanted_at"], condition=Q(wanted_at__isnull=False), name="products_wanted"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.remote_id

    @property
    def can_be_sent(self) -> bool:
        return self.is_listed and self.stock != 0
