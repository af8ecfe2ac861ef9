"""What a bulk action does to one chat, and how that is undone: by the verbs that people have for one.

Each raises NotMoved, with the reason, for a chat that is left out or stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from conversations import tagging
from conversations.events import record
from conversations.models import BulkAction, BulkItem, Conversation, NotMoved, StatusChange, Tag

Work = Callable[[BulkAction, BulkItem], None]
Verb = BulkAction.Verb


@dataclass(frozen=True)
class Doer:
    do: Work
    undo: Work


def still_seen(action: BulkAction, item: BulkItem) -> None:
    if not Conversation.objects.visible_to(action.by).filter(pk=item.conversation_id).exists():
        raise NotMoved(_("You do not see this chat any more."))


# Statuses: the history has who did it, and undoing it is one more change of it


def resolve(action: BulkAction, item: BulkItem) -> None:
    chat = as_it_was(item)
    note_change(item, chat, lambda: chat.resolve(action.by, unless_waiting=not action.resolves_waiting))


def assign(action: BulkAction, item: BulkItem) -> None:
    chat, to = as_it_was(item), action.to
    if to is None:
        raise NotMoved(_("The colleague is not here any more."))
    note_change(item, chat, lambda: chat.assign(to, by=action.by, instead_of=chat.holder))


def release(action: BulkAction, item: BulkItem) -> None:
    chat = as_it_was(item)
    note_change(item, chat, lambda: chat.release(action.by, instead_of=chat.holder))


def as_it_was(item: BulkItem) -> Conversation:
    """The chat, locked, if nobody has moved it since it was chosen."""
    chat = item.conversation.locked()
    if (chat.status, chat.assignee_id) != (item.status, item.assignee_id):
        raise NotMoved(_("Somebody has moved it meanwhile."))
    return chat


def note_change(item: BulkItem, chat: Conversation, move: Callable[[], None]) -> None:
    before = newest_change(chat)
    move()
    item.change = newest_change(chat)
    if item.change == before:
        raise NotMoved(_("It was so already."))


def newest_change(chat: Conversation) -> StatusChange | None:
    return chat.status_changes.newest_first().first()


def take_back(action: BulkAction, item: BulkItem) -> None:
    if item.change is None:
        raise NotMoved(_("This cannot be undone any more."))
    item.conversation.undo(item.change, by=action.by)


# Tags


def put_on(action: BulkAction, item: BulkItem) -> None:
    if not tagging.put_on(item.conversation.locked(), tag_for(action, item), action.by):
        raise NotMoved(_("It was so already."))


def take_off(action: BulkAction, item: BulkItem) -> None:
    if not tagging.take_off(item.conversation.locked(), tag_for(action, item)):
        raise NotMoved(_("It was so already."))


def tag_for(action: BulkAction, item: BulkItem) -> Tag:
    if action.tag is None:
        raise NotMoved(_("The tag has been deleted."))
    if action.tag.seller_id != item.conversation.seller_id:
        raise NotMoved(_("The tag belongs to another seller."))
    return action.tag


# Reading


def read(action: BulkAction, item: BulkItem) -> None:
    """The marketplace is told by the sweep, as of any chat that was read."""
    chat = item.conversation.locked()
    if not chat.unread_count:
        raise NotMoved(_("It was so already."))
    item.seen_at, item.seen_sequence = chat.seen_at, chat.seen_sequence
    chat.mark_read(action.by)
    chat.refresh_from_db(fields=["seen_at", "seen_sequence"])
    item.read_at, item.read_sequence = chat.seen_at, chat.seen_sequence


def unread(action: BulkAction, item: BulkItem) -> None:
    """Unread again here; what the marketplace was told stays told."""
    chat = item.conversation.locked()
    if (chat.seen_at, chat.seen_sequence) != (item.read_at, item.read_sequence):
        raise NotMoved(_("Somebody has read further since."))
    chat.seen_at, chat.seen_sequence, chat.tell_read_at = item.seen_at, item.seen_sequence, None
    chat.save(update_fields=["seen_at", "seen_sequence", "tell_read_at"])
    chat.derive()
    record(chat)


DOERS = {
    Verb.RESOLVE: Doer(resolve, take_back),
    Verb.ASSIGN: Doer(assign, take_back),
    Verb.RELEASE: Doer(release, take_back),
    Verb.TAG: Doer(put_on, take_off),
    Verb.UNTAG: Doer(take_off, put_on),
    Verb.READ: Doer(read, unread),
}
