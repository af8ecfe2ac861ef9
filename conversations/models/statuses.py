"""What people do to a conversation's status. What follows from other things: status_rules.py.

            serve, assign, a reply                    resolve
  UNSERVED ────────────────────────> SERVED ──────────────────────> RESOLVED
           <────────────────────────        <──────────────────────
            release, its agent is gone       reopen, its buyer writes (UNSERVED when its agent is not here)

A snoozed conversation keeps its status; it is only out of sight until its time comes, its buyer writes, or somebody
moves it. Each verb is one short transaction under the lock of the row, so of two at once one wins and the other is
told (NotMoved).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.events import record
from conversations.models.status_change import Status, StatusChange, Verb
from conversations.models.status_rules import StatusFields
from forstok_chat.accounts.models import User
from marketplaces.models import Shop

if TYPE_CHECKING:
    from conversations.models.conversation import Conversation


class NotMoved(Exception):
    """It stays as it is; the text says why, for whoever wanted to move it."""


class BuyerWaits(NotMoved):
    """It is not resolved without asking: its buyer has no answer yet."""


class HasStatus(StatusFields):
    """The verbs."""

    class Meta:
        abstract = True

    # What people do. `instead_of`: who serves it in the eyes of whoever moves it; anybody else is asked first.

    @transaction.atomic
    def serve(self, by: User, *, instead_of: User | None = None) -> None:
        """Take it: it is mine from now on."""
        conversation = locked(self)
        conversation.must_be_held_by(by, instead_of)
        conversation.move(Status.SERVED, verb=Verb.SERVE, by=by, assignee=by)

    @transaction.atomic
    def assign(self, to: User, *, by: User, note: str = "", instead_of: User | None = None) -> None:
        """Give it to a colleague: to serve, or to go on with."""
        conversation = locked(self)
        conversation.must_be_held_by(by, instead_of)
        if not conversation.may_be_served_by(to):
            raise NotMoved(_("%(name)s does not see this shop.") % {"name": to})
        verb = Verb.TRANSFER if conversation.holder else Verb.ASSIGN
        conversation.move(Status.SERVED, verb=verb, by=by, assignee=to, note=note)

    @transaction.atomic
    def release(self, by: User, *, note: str = "", instead_of: User | None = None) -> None:
        """Give it back to everybody."""
        conversation = locked(self)
        conversation.must_be_held_by(by, instead_of)
        conversation.move(Status.UNSERVED, verb=Verb.RELEASE, by=by, assignee=None, note=note)

    @transaction.atomic
    def resolve(self, by: User, *, unless_waiting: bool = False) -> None:
        conversation = locked(self)
        if unless_waiting and conversation.waiting_since and conversation.status != Status.RESOLVED:
            raise BuyerWaits(_("%(buyer)s still waits for an answer.") % {"buyer": conversation})
        conversation.move(Status.RESOLVED, verb=Verb.RESOLVE, by=by, assignee=conversation.assignee)

    @transaction.atomic
    def reopen(self, by: User) -> None:
        conversation = locked(self)
        if conversation.status != Status.RESOLVED:
            return
        status = Status.SERVED if conversation.assignee_id else Status.UNSERVED
        conversation.move(status, verb=Verb.REOPEN, by=by, assignee=conversation.assignee)

    @transaction.atomic
    def snooze(self, until: datetime, *, by: User, note: str = "") -> None:
        """Out of sight until then, or until its buyer writes. Whose it is stays as it is."""
        conversation = locked(self)
        if conversation.status == Status.RESOLVED:
            raise NotMoved(_("It is resolved: there is nothing to be reminded of."))
        conversation.move(
            Status(conversation.status),
            verb=Verb.SNOOZE,
            by=by,
            assignee=conversation.assignee,
            snoozed_until=until,
            note=note,
        )

    @transaction.atomic
    def wake(self, by: User) -> None:
        """Into sight again before its time."""
        conversation = locked(self)
        status = Status(conversation.status)
        conversation.move(status, verb=Verb.WAKE, by=by, assignee=conversation.assignee)

    def undoable_change(self) -> StatusChange | None:
        """What can be undone: the newest change that stands, if somebody decided it within the last day."""
        last = self.last_change()
        return None if last is None or last.is_by_rule or last.is_old else last

    @transaction.atomic
    def undo(self, change: StatusChange, *, by: User) -> None:
        """As it was before this change, which has to be the newest that stands."""
        conversation = locked(self)
        conversation.take_back(change, by)
        record(conversation)

    def take_back(self, change: StatusChange, by: User) -> None:
        """The same for callers that hold the lock and tell the screens."""
        last = self.last_change()
        if last is None or last.pk != change.pk:
            raise NotMoved(_("Something else has happened since, so it cannot be undone."))
        if self.undoable_change() is None:
            raise NotMoved(_("This cannot be undone any more."))
        before, until = last.from_assignee, still_to_come(last.was_snoozed_until)
        if before is not None and last.old == Status.SERVED and not self.may_be_served_by(before):
            raise NotMoved(
                _("%(name)s does not see this shop any more, so it cannot be undone.") % {"name": before}
            )
        if not self.change_status(
            Status(last.old), verb=Verb.UNDO, by=by, assignee=before, snoozed_until=until, undoes=last
        ):
            raise NotMoved(_("This cannot be undone any more."))

    def must_be_held_by(self, by: User, instead_of: User | None) -> None:
        if self.holder not in (None, by, instead_of):
            raise NotMoved(_("%(name)s serves this chat already.") % {"name": self.holder})

    def may_be_served_by(self, user: User) -> bool:
        shop = cast("Conversation", self).shop_id
        return Shop.objects.visible_to(user).filter(pk=shop).exists()

    def last_change(self) -> StatusChange | None:
        """How it came to stand as it does."""
        found = cast("Conversation", self).status_changes.standing()
        return found.newest_first().select_related("from_assignee").first()


def locked(row: HasStatus) -> Conversation:
    return cast("Conversation", row).locked()


def still_to_come(at: datetime | None) -> datetime | None:
    return at if at is not None and at > timezone.now() else None
