"""For support staff: what came in, what went out, what is stuck. Read only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from conversations.models import Conversation, Import, OutgoingMessage, Push


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows of the machine: editing one by hand could break what the machine relies on."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("buyer_name", "shop", "status", "assignee", "unread_count", "last_message_at")
    list_filter = ("status", "shop__marketplace")
    search_fields = ("buyer_name", "buyer_id", "remote_id")
    list_select_related = ("shop", "assignee")
    exclude = ("last_message",)


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(ReadOnlyAdmin):
    list_display = (
        "pk",
        "conversation",
        "state",
        "attempts",
        "problem_code",
        "next_attempt_at",
        "created_at",
    )
    list_filter = ("state", "needs_person", "problem_code")
    list_select_related = ("conversation",)


@admin.register(Push)
class PushAdmin(ReadOnlyAdmin):
    list_display = ("pk", "app", "state", "attempts", "problem", "received_at")
    list_filter = ("state", "app__marketplace")
    list_select_related = ("app",)
    exclude = ("headers",)


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    list_display = ("shop", "state", "done", "total", "problem", "started_at", "finished_at")
    list_filter = ("state",)
    list_select_related = ("shop",)
