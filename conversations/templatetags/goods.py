"""How money, products and their pictures are written. No queries."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.formats import number_format

from conversations.models import Message
from marketplaces.models import Product
from marketplaces.models.media import id_of

register = template.Library()


@register.filter
def money(amount: Decimal | str | None, currency: str = "IDR") -> str:
    """Rp1.250.000 in every language, as it stands on the price tags; other currencies by their code."""
    if amount in (None, ""):
        return ""
    value = Decimal(amount or 0)
    if currency == "IDR":
        return "Rp" + f"{value:,.0f}".replace(",", ".")
    return f"{currency} {number_format(value, decimal_pos=2, use_l10n=True, force_grouping=True)}"


@register.filter
def grouped(number: int) -> str:
    """10.000 or 10,000, as the language writes it."""
    return number_format(number, use_l10n=True, force_grouping=True)


@register.filter
def price(product: Product) -> str:
    """One price, or from the cheapest to the dearest variation."""
    lowest, highest = (
        money(product.lowest_price, product.currency),
        money(product.highest_price, product.currency),
    )
    return f"{lowest} – {highest}" if highest and highest != lowest else lowest


@register.simple_tag
def media_url(shop_id: UUID, url: str | None, size: str = "") -> str:
    """The address of our copy of a marketplace's file; "" without one. `size`: "small" or nothing."""
    return address(id_of(shop_id, url), size) if url and url.startswith("http") else ""


@register.simple_tag
def picture_of(message: Message, field: str = "url", size: str = "") -> str:
    """The address of a bubble's picture or video: the file uploaded here, else our copy of the marketplace's."""
    if message.attachment_id is not None:
        return address(message.attachment_id, size)
    return media_url(message.conversation.shop_id, message.payload.get(field), size)


def address(pk: UUID, size: str) -> str:
    return reverse("conversations:media-small" if size else "conversations:media", args=[pk])
