"""A shop that goes on at another marketplace: what was said before stays readable, and closed.

Rooms of the two have no ids in common, so nothing is merged: the old shop stays a row of its own that points at
the one that goes on for it, and is shown within that one.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from conversations.events import record_shop
from conversations.models import Conversation, OutgoingMessage
from forstok_chat.accounts.models import User
from marketplaces.models import Shop

# The reason that history has for it.
MOVED = gettext_noop("shop moved")
State = OutgoingMessage.State


class CannotMove(Exception):
    """These two are not an old shop and one that can go on for it."""


def successors(shop: Shop, user: User) -> QuerySet[Shop]:
    """The shops that may go on for this one, the one of the same name first in the person's eyes."""
    if not shop.connector.succeeded_by:
        return Shop.objects.none()
    theirs = Shop.objects.manageable_by(user).filter(seller=shop.seller_id, moved_to=None)
    return theirs.filter(marketplace=shop.connector.succeeded_by).exclude(pk=shop.pk).order_by("name")


def move(shop: Shop, to: Shop, by: User) -> None:
    """From now on `to` goes on for this shop: nothing comes in or goes out here any more. Raises CannotMove."""
    if shop.moved_to_id is not None or to not in successors(shop, by):
        raise CannotMove
    with transaction.atomic():
        shop.go_on_as(to)
        close_rooms(shop, by)
        record_shop(shop)


def close_rooms(shop: Shop, by: User) -> None:
    """Nobody can be answered here: replies that wait say so, and no room asks for anybody any more."""
    waiting = OutgoingMessage.objects.filter(conversation__shop=shop, state__in=[State.QUEUED, State.HELD])
    waiting.update(state=State.FAILED, problem_code="moved", problem_text="the shop has moved")
    rooms = Conversation.objects.filter(shop=shop)
    open_rooms = rooms.exclude(status=Conversation.Status.RESOLVED).order_by("pk")
    for room in open_rooms.select_for_update(no_key=True, of=("self",)).select_related("assignee"):
        room.change_status(Conversation.Status.RESOLVED, by=by, assignee=room.assignee, reason=MOVED)
    rooms.update(
        unread_count=0,
        waiting_since=None,
        due_soon_at=None,
        due_at=None,
        reading_due_at=None,
        recheck_at=None,
        tell_read_at=None,
    )


@transaction.atomic
def take_back(shop: Shop) -> None:
    """It has not moved after all. Its rooms stay as they are; its chat can be activated again."""
    shop.go_on_as(None)
    record_shop(shop)
