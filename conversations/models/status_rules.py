"""The fields of a conversation's status, the one place that changes them, and the rules by which they follow from what
happens elsewhere: each is a line of docs/statuses.md. The caller holds the lock of the row.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.db import models
from django.utils.translation import gettext_noop

from conversations.events import record
from conversations.models.status_change import Status, StatusChange, Verb
from forstok_chat.accounts.models import User

if TYPE_CHECKING:
    from conversations.models.conversation import Conversation

# The reasons that history has for what nobody decided.
BUYER_WROTE = gettext_noop("buyer wrote")
REPLY_REFUSED = gettext_noop("reply refused")
REPLIED = gettext_noop("replied")
ANSWERED_ELSEWHERE = gettext_noop("answered in seller centre")


class StatusFields(models.Model):
    """How a conversation stands. `snoozed_until`: out of sight until then."""

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.UNSERVED)
    assignee = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    snoozed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def holder(self) -> User | None:
        """Who serves it now."""
        return self.assignee if self.status == Status.SERVED else None

    def move(self, status: Status, **change: object) -> bool:
        """Change it as `change_status` does, and tell the screens."""
        has_moved = self.change_status(status, **change)  # type: ignore[arg-type]  # the same arguments
        if has_moved:
            record(cast("Conversation", self))
        return has_moved

    def change_status(
        self,
        status: Status,
        *,
        by: User | None,
        assignee: User | None,
        verb: Verb = Verb.RULE,
        snoozed_until: datetime | None = None,
        reason: str = "",
        note: str = "",
        undoes: StatusChange | None = None,
    ) -> bool:
        """Change status, assignee and snooze, and write who did it and why. For callers that tell the screens more.
        False when nothing moved."""
        before = (self.status, self.assignee_id, self.snoozed_until)
        if before == (status, assignee.pk if assignee else None, snoozed_until):
            return False
        StatusChange.objects.create(
            conversation=cast("Conversation", self),
            verb=verb,
            old=self.status,
            new=status,
            from_assignee=self.assignee,
            assignee=assignee,
            was_snoozed_until=self.snoozed_until,
            snoozed_until=snoozed_until,
            by=by,
            reason=reason,
            note=note,
            undoes=undoes,
        )
        self.status, self.assignee, self.snoozed_until = status, assignee, snoozed_until
        self.save(update_fields=["status", "assignee", "snoozed_until"])
        return True

    def replied(self, by: User) -> None:
        """A reply of ours serves. One who snoozed it and writes meanwhile still wants to be reminded."""
        self.change_status(
            Status.SERVED, by=by, assignee=by, snoozed_until=self.snoozed_until, reason=REPLIED
        )

    def buyer_wrote(self) -> None:
        """A buyer's new message turns RESOLVED into UNSERVED, or back to its agent when that agent is here. It wakes
        what is snoozed."""
        self.come_back(BUYER_WROTE)

    def reply_was_refused(self) -> None:
        """The same when the marketplace has taken a reply away: its agent thinks that all is done."""
        self.come_back(REPLY_REFUSED)

    def come_back(self, reason: str) -> None:
        if self.status != Status.RESOLVED and self.snoozed_until is None:
            return
        status, assignee = Status(self.status), self.assignee
        if status == Status.RESOLVED:
            assignee = assignee if assignee is not None and assignee.is_here else None
            status = Status.SERVED if assignee else Status.UNSERVED
        self.change_status(status, by=None, assignee=assignee, reason=reason)

    def shop_answered(self) -> None:
        """A reply typed in the marketplace's own seller centre: the shop has answered, nobody here did."""
        if self.status == Status.UNSERVED:
            self.change_status(
                Status.SERVED,
                by=None,
                assignee=None,
                snoozed_until=self.snoozed_until,
                reason=ANSWERED_ELSEWHERE,
            )
