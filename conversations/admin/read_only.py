"""What the pages of the machine's rows have in common."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marketplaces.models import Shop
from marketplaces.registry import CONNECTORS, connector_class

# More shops than one chooses among by eye: the others are found by their name or number in the search.
MOST_SHOPS = 50


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows of the machine: editing one by hand could break what the machine relies on.

    What a person may do is an action that calls a verb; a row's own page offers the same actions.
    """

    change_form_template = "admin/conversations/row.html"
    show_full_result_count = False  # tables that grow without end
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        offered = filter(None, self.get_actions(request).values())
        context["row_actions"] = [(name, description) for _function, name, description in offered]
        return super().render_change_form(request, context, *args, **kwargs)


class MarketplaceFilter(admin.SimpleListFilter):
    """By the marketplaces that there are, without looking through the table. `of`: the path to the slug."""

    title = _("marketplace")
    parameter_name = "marketplace"
    of = "shop__marketplace"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(slug, connector_class(slug).name) for slug in CONNECTORS]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.filter(**{self.of: self.value()}) if self.value() else queryset


class ShopFilter(admin.SimpleListFilter):
    """`of`: the path to the shop."""

    title = _("shop")
    parameter_name = "shop"
    of = "shop"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The first ones by name, of the chosen marketplace; and the chosen one."""
        shops = Shop.objects.order_by("name")
        if marketplace := request.GET.get("marketplace"):
            shops = shops.filter(marketplace=marketplace)
        shown = list(shops[:MOST_SHOPS])
        if (chosen := self.chosen()) and all(shop.pk != chosen for shop in shown):
            shown += Shop.objects.filter(pk=chosen)
        return [(str(shop.pk), f"{shop.name} · {shop.connector.name}") for shop in shown]

    def has_output(self) -> bool:
        return True

    def chosen(self) -> UUID | None:
        try:
            return UUID(self.value() or "")
        except ValueError:
            return None

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if not self.value():
            return queryset
        chosen = self.chosen()
        return queryset.filter(**{self.of: chosen}) if chosen else queryset.none()


def through(filter_class: type[admin.SimpleListFilter], path: str) -> type[admin.SimpleListFilter]:
    """The same filter for rows that are not the shop's own."""
    return type(filter_class.__name__, (filter_class,), {"of": path})
