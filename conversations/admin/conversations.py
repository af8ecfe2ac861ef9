"""Conversations, and the first import of each shop."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from conversations.admin.read_only import MarketplaceFilter, ReadOnlyAdmin, ShopFilter
from conversations.models import Conversation, Import


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("buyer_name", "shop", "status", "assignee", "unread_count", "last_message_at")
    list_filter = ("status", MarketplaceFilter, ShopFilter)
    search_fields = ("buyer_name", "buyer_id", "remote_id")
    list_select_related = ("shop", "assignee")
    exclude = ("last_message",)


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    list_display = ("shop", "state", "done", "total", "problem", "started_at", "finished_at")
    list_filter = ("state", MarketplaceFilter, "started_at")
    search_fields = ("shop__name", "=shop__remote_id")
    list_select_related = ("shop",)
    ordering = ("-started_at",)
    fields = (
        "shop", "state", "done", "total", "rooms_left", "problem", "leased_until", "started_at", "finished_at",
    )  # fmt: skip
    readonly_fields = ("rooms_left",)

    @admin.display(description=_("rooms still to be read"))
    def rooms_left(self, job: Import) -> str:
        """The marketplace's ids of them."""
        return ", ".join(room["remote_id"] for room in job.plan or []) or "-"
