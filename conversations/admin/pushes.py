"""Raw pushes: found by what they name, read without secrets, processed again."""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from conversations import received
from conversations.admin.read_only import MarketplaceFilter, ReadOnlyAdmin, ShopFilter, through
from conversations.models import Push
from conversations.push_bodies import readable
from conversations.tasks import nudge, process_push
from marketplaces.models import Shop
from marketplaces.registry import connector_class

# Nudged at once; the sweep finds the others within seconds.
MOST_NUDGES = 50


@admin.register(Push)
class PushAdmin(ReadOnlyAdmin):
    list_display = (
        "received_at", "marketplace", "shop", "kind", "state", "attempts", "next_try", "short_problem",
    )  # fmt: skip
    list_filter = ("state", through(MarketplaceFilter, "app__marketplace"), ShopFilter, "received_at")
    search_fields = ("notification",)  # and what it mentions, see below
    search_help_text = _(
        "An id at the marketplace: of the shop, conversation, buyer, message, order or the push."
    )
    list_select_related = ("app__seller", "shop")
    ordering = ("-pk",)
    actions = ("replay",)
    fields = (
        "app", "shop", "kind", "mentions", "notification", "was_lost", "received_at", "state", "attempts",
        "next_attempt_at", "problem", "what_it_says",
    )  # fmt: skip
    readonly_fields = ("what_it_says",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Push], search_term: str
    ) -> tuple[QuerySet[Push], bool]:
        """By whole ids, which an index finds however many pushes there are; or by a shop's name."""
        term = search_term.strip()
        if not term:
            return queryset, False
        shops = Shop.objects.filter(name__iexact=term).values("pk")
        return queryset.filter(Q(mentions__contains=[term]) | Q(notification=term) | Q(shop__in=shops)), False

    @admin.display(description=_("marketplace"), ordering="app__marketplace")
    def marketplace(self, push: Push) -> str:
        return connector_class(push.app.marketplace).name

    @admin.display(description=_("next try"), ordering="next_attempt_at")
    def next_try(self, push: Push) -> datetime | None:
        return push.next_attempt_at if push.state == Push.State.RECEIVED else None

    @admin.display(description=_("problem"))
    def short_problem(self, push: Push) -> str:
        return push.problem[:200]

    @admin.display(description=_("what it says"))
    def what_it_says(self, push: Push) -> SafeString:
        return format_html("<pre>{}</pre>", readable(push))

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.replay_push")

    @admin.action(description=_("Process again"), permissions=["replay"])
    def replay(self, request: HttpRequest, chosen: QuerySet[Push]) -> None:
        """Nothing comes twice: what is here already is found to be here."""
        pushes = list(chosen.defer("body"))
        done = received.replay([push.pk for push in pushes])
        for push in pushes[:MOST_NUDGES]:
            nudge(process_push, push.pk)
        LogEntry.objects.log_actions(str(request.user.pk), pushes, CHANGE, "processed again")
        said = ngettext("%d push is processed again.", "%d pushes are processed again.", done)
        self.message_user(request, said % done, messages.SUCCESS)
