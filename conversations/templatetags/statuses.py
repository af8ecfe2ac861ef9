"""How the history of a conversation is told. No queries."""

from __future__ import annotations

from django import template
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations.models import StatusChange, Verb
from conversations.models.status_change import Status
from forstok_chat.accounts.models import User

register = template.Library()

SENTENCES = {
    Verb.SERVE: gettext_noop("%(by)s took the chat"),
    Verb.RELEASE: gettext_noop("%(by)s released the chat"),
    Verb.ASSIGN: gettext_noop("%(by)s gave the chat to %(to)s"),
    Verb.TRANSFER: gettext_noop("%(by)s handed the chat of %(of)s over to %(to)s"),
    Verb.RESOLVE: gettext_noop("%(by)s resolved the chat"),
    Verb.REOPEN: gettext_noop("%(by)s reopened the chat"),
    Verb.SNOOZE: gettext_noop("%(by)s snoozed the chat until %(until)s"),
    Verb.WAKE: gettext_noop("%(by)s ended the snooze"),
    Verb.UNDO: gettext_noop("%(by)s undid the last change"),
}


@register.filter
def sentence(change: StatusChange, viewer: User) -> str:
    """What was done, by whom: one line."""
    if change.verb == Verb.RULE:
        return by_rule(change, viewer)
    verb = Verb(change.verb)
    if verb == Verb.SERVE and change.old == Status.SERVED and change.from_assignee_id:
        text = gettext_noop("%(by)s took the chat over from %(of)s")
    else:
        text = SENTENCES[verb]
    return _(text) % {
        "by": name(change.by, viewer),
        "to": name(change.assignee, viewer),
        "of": name(change.from_assignee, viewer),
        "until": until(change),
    }


def by_rule(change: StatusChange, viewer: User) -> str:
    """How it stands now, and why."""
    stands = str(Status(change.new).label)
    if change.assignee_id and change.new == Status.SERVED:
        stands += f" · {name(change.assignee, viewer)}"
    return f"{stands}: {_(change.reason)}" if change.reason else stands


def name(user: User | None, viewer: User) -> str:
    if user is None:
        return _("somebody")
    return _("You") if user == viewer else str(user)


def until(change: StatusChange) -> str:
    """In the zone of the page, with the day when it is another one."""
    at = change.snoozed_until
    return format_date(timezone.localtime(at), "j M, H:i") if at is not None else ""


@register.filter
def was_undone(change: StatusChange) -> bool:
    return hasattr(change, "undone")
