"""For support staff: which shops are connected, and why not. Secrets are never shown."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm, modelform_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from marketplaces import appkeys
from marketplaces.forms import MarketplaceForm, admin_form
from marketplaces.models import Activation, App, Shop


@admin.register(Shop)
class ShopAdmin(admin.ModelAdmin[Shop]):
    list_display = (
        "name",
        "marketplace",
        "remote_id",
        "seller",
        "state",
        "synced_through_at",
        "last_push_at",
    )
    list_filter = ("marketplace", "state")
    search_fields = ("name", "remote_id", "seller__name")
    list_select_related = ("seller",)
    readonly_fields = (
        "state",
        "problem",
        "activated_at",
        "authorized_until",
        "synced_through_at",
        "last_push_at",
    )
    exclude = ("next_sync_at",)


@admin.register(App)
class AppAdmin(admin.ModelAdmin[App]):
    """The same editing as on the owner's page. A row without a seller is the platform's."""

    list_display = ("marketplace", "seller", "push_health", "checked_at", "updated_at")
    list_filter = ("marketplace", "push_health")
    search_fields = ("seller__name",)
    list_select_related = ("seller",)
    autocomplete_fields = ("seller",)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """First the marketplace: it decides what keys there are."""
        form = MarketplaceForm(request.GET)
        if form.is_valid():
            return super().add_view(request, form_url, extra_context)
        context = {**self.admin_site.each_context(request), "form": MarketplaceForm(), "opts": self.opts}
        return render(request, "marketplaces/admin_pick_marketplace.html", context)

    def get_form(
        self, request: HttpRequest, obj: App | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        marketplace = obj.marketplace if obj is not None else request.GET["marketplace"]
        form = admin_form(marketplace, obj)
        fill = partial(self.formfield_for_dbfield, request=request)
        fields = () if obj is not None else ("seller",)
        return modelform_factory(App, form=form, fields=fields, formfield_callback=fill)

    def get_readonly_fields(self, request: HttpRequest, obj: App | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("marketplace", "seller", "push_health", "checked_at", "updated_at")

    def save_model(self, request: HttpRequest, obj: App, form: Any, change: bool) -> None:
        saved = appkeys.save(form.connector.slug, obj.seller, form.keys())
        obj.pk = saved.pk
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: App) -> None:
        appkeys.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[App]) -> None:
        for app in queryset:
            appkeys.remove(app)


@admin.register(Activation)
class ActivationAdmin(admin.ModelAdmin[Activation]):
    list_display = ("shop", "user", "outcome", "started_at", "finished_at")
    list_select_related = ("shop", "user")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Activation | None = None) -> bool:
        return False
