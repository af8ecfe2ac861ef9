"""How fast marketplaces want answers. A rule that changes is a new row; one that was wrong is corrected."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from conversations.deadlines.due import recompute
from marketplaces.models import ReplyRule
from marketplaces.registry import CONNECTORS, connector_class


class ReplyRuleForm(forms.ModelForm[ReplyRule]):
    marketplace = forms.ChoiceField(label=_("marketplace"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(slug, connector_class(slug).name) for slug in CONNECTORS]
        self.fields["marketplace"].choices = choices  # type: ignore[attr-defined]


@admin.register(ReplyRule)
class ReplyRuleAdmin(admin.ModelAdmin[ReplyRule]):
    """Deadlines follow what is saved here once it is saved; the action does it once more."""

    form = ReplyRuleForm
    list_display = (
        "marketplace",
        "valid_from",
        "hours",
        "counts_automatic",
        "is_working_days_only",
        "window_days",
        "confidence",
    )
    list_filter = ("marketplace",)
    ordering = ("marketplace", "-valid_from")
    actions = ("recompute_deadlines",)

    def save_model(self, request: HttpRequest, obj: ReplyRule, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        before = form.initial.get("marketplace")
        for marketplace in {obj.marketplace, before} - {None}:
            transaction.on_commit(lambda marketplace=marketplace: recompute(marketplace))  # type: ignore[misc]

    def delete_model(self, request: HttpRequest, obj: ReplyRule) -> None:
        super().delete_model(request, obj)
        transaction.on_commit(lambda: recompute(obj.marketplace) and None)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ReplyRule]) -> None:
        slugs = set(queryset.values_list("marketplace", flat=True))
        super().delete_queryset(request, queryset)
        for slug in slugs:
            recompute(slug)

    @admin.action(description=_("Recompute the deadlines of these marketplaces"), permissions=["change"])
    def recompute_deadlines(self, request: HttpRequest, queryset: QuerySet[ReplyRule]) -> None:
        changed = sum(recompute(slug) for slug in set(queryset.values_list("marketplace", flat=True)))
        text = ngettext(
            "%(count)d conversation has another deadline.",
            "%(count)d conversations have another deadline.",
            changed,
        )
        messages.success(request, text % {"count": changed})
