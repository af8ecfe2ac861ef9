"""Replies on their way out, and what a person may decide about one."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from conversations import outbox
from conversations.admin.read_only import MarketplaceFilter, ReadOnlyAdmin, ShopFilter, through
from conversations.models import OutgoingMessage
from conversations.tasks import deliver, nudge


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(ReadOnlyAdmin):
    list_display = (
        "pk", "shop", "conversation", "state", "needs_person", "attempts", "problem", "next_attempt_at", "created_at",
    )  # fmt: skip
    list_filter = (
        "state",
        "needs_person",
        through(MarketplaceFilter, "conversation__shop__marketplace"),
        through(ShopFilter, "conversation__shop"),
        "created_at",
    )
    search_fields = (
        "=message__remote_id",
        "=conversation__remote_id",
        "conversation__buyer_name",
        "conversation__shop__name",
        "=conversation__shop__remote_id",
        "=problem_code",
    )
    list_select_related = ("conversation__shop",)
    ordering = ("-pk",)
    actions = ("try_again", "mark_as_arrived")
    fields = (
        "shop", "conversation", "message", "state", "needs_person", "attempts", "readings", "problem_code",
        "problem_text", "next_attempt_at", "attempted_at", "accepted_at", "sent_at", "created_at",
    )  # fmt: skip
    readonly_fields = ("shop",)

    @admin.display(description=_("shop"))
    def shop(self, outgoing: OutgoingMessage) -> str:
        shop = outgoing.conversation.shop
        return f"{shop} · {shop.connector.name}"

    @admin.display(description=_("problem"))
    def problem(self, outgoing: OutgoingMessage) -> str:
        return " · ".join(filter(None, (outgoing.problem_code, outgoing.problem_text)))[:200]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.decide_outgoingmessage")

    @admin.action(description=_("Try again"), permissions=["decide"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[OutgoingMessage]) -> None:
        """Those that failed, and those that only a person can judge; the others are on their way by themselves."""
        done = self.each(request, chosen, outbox.try_again, "tried again")
        said = ngettext("%d reply is tried again.", "%d replies are tried again.", done)
        self.message_user(request, said % done, messages.SUCCESS if done else messages.WARNING)

    @admin.action(description=_("Mark as arrived"), permissions=["decide"])
    def mark_as_arrived(self, request: HttpRequest, chosen: QuerySet[OutgoingMessage]) -> None:
        """Somebody has seen it in the seller centre. Only those that the machine could not settle."""
        done = self.each(request, chosen, outbox.confirm, "marked as arrived")
        said = ngettext("%d reply is marked as arrived.", "%d replies are marked as arrived.", done)
        self.message_user(request, said % done, messages.SUCCESS if done else messages.WARNING)

    def each(
        self,
        request: HttpRequest,
        chosen: QuerySet[OutgoingMessage],
        verb: Callable[[OutgoingMessage], bool],
        log: str,
    ) -> int:
        """How many it could be done to. Says how many not, as they have moved meanwhile or never were in question."""
        moved = [
            outgoing for outgoing in chosen.select_related("message", "conversation__shop") if verb(outgoing)
        ]
        for outgoing in moved:
            nudge(deliver, str(outgoing.conversation_id))
        if moved:
            LogEntry.objects.log_actions(str(request.user.pk), moved, CHANGE, log)
        if left := len(chosen) - len(moved):
            self.message_user(
                request,
                gettext("Not in question for %d of them: they are sent, or still on their way.") % left,
                messages.WARNING,
            )
        return len(moved)
