"""For support staff: which shops are connected, and why not. Secrets are never shown."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

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
    list_display = ("marketplace", "seller", "updated_at")
    list_select_related = ("seller",)
    exclude = ("keys",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Secrets are not typed in here, and an app without keys would stand before the platform's."""
        return False


@admin.register(Activation)
class ActivationAdmin(admin.ModelAdmin[Activation]):
    list_display = ("shop", "user", "outcome", "started_at", "finished_at")
    list_select_related = ("shop", "user")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Activation | None = None) -> bool:
        return False
