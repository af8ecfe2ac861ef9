"""At the end of a shift: all chats of an agent to a colleague, or back to everybody, in one action. So is undoing it.

All rows are locked before anything is told: telling has a lock of its own that comes last (events.py).
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.events import record_all
from conversations.models import Conversation, HandOver, NotMoved, StatusChange, Verb
from forstok_chat.accounts.models import Seller, User
from marketplaces.models import Shop

Status = Conversation.Status


def served_by(user: User, seller: Seller) -> QuerySet[Conversation]:
    return Conversation.objects.filter(seller=seller, status=Status.SERVED, assignee=user)


@transaction.atomic
def hand_over(seller: Seller, *, by: User, to: User | None, note: str) -> HandOver:
    """What the colleague does not see goes back to everybody. Snoozed chats stay snoozed."""
    chats = locked(served_by(by, seller))
    seen = set(Shop.objects.visible_to(to).values_list("pk", flat=True)) if to is not None else set()
    for chat in chats:
        is_theirs = chat.shop_id in seen
        chat.change_status(
            Status.SERVED if is_theirs else Status.UNSERVED,
            verb=Verb.TRANSFER if is_theirs else Verb.RELEASE,
            by=by,
            assignee=to if is_theirs else None,
            snoozed_until=chat.snoozed_until,
            note=note,
        )
    done = HandOver.objects.create(seller=seller, by=by, to=to, note=note)
    done.changes.set(filter(None, [chat.last_change() for chat in chats]))
    record_all(chats)
    return done


@transaction.atomic
def undo(handed: HandOver, by: User) -> tuple[int, int]:
    """How many came back, and how many did not, as something else has happened to them since. Raises NotMoved."""
    handed = HandOver.objects.select_for_update(no_key=True, of=("self",)).get(pk=handed.pk)
    if not handed.can_be_undone:
        raise NotMoved(_("This cannot be undone any more."))
    handed.undone_at = timezone.now()
    handed.save(update_fields=["undone_at"])
    changes = {change.conversation_id: change for change in handed.changes.all()}
    chats = locked(Conversation.objects.filter(pk__in=changes))
    back = [chat for chat in chats if is_taken_back(chat, changes[chat.pk], by)]
    record_all(back)
    return len(back), len(chats) - len(back)


def is_taken_back(chat: Conversation, change: StatusChange, by: User) -> bool:
    try:
        chat.take_back(change, by)
    except NotMoved:
        return False
    return True


def locked(chats: QuerySet[Conversation]) -> list[Conversation]:
    """In the order in which everybody locks several."""
    rows = chats.order_by("pk").select_for_update(no_key=True, of=("self",))
    return list(rows.select_related("assignee"))
