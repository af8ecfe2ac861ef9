"""Telling people who look elsewhere that buyers wrote: one word at a time for all that is new, never in quiet hours.

A tab that is open but out of sight is told by the live endpoint (`on_screen`). Who has no tab open is pushed to: what
came in is counted (news.py), the sweep finds whose count has grown, and `tell` decides and pushes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from conversations import web_push
from conversations.models import Alerts, Conversation, Message, PushSubscription
from conversations.querysets import ConversationQuerySet
from conversations.templatetags.chat import preview
from forstok_chat.accounts.models import User

logger = logging.getLogger(__name__)

# One person is pushed to at most so often; what comes in meanwhile is told together.
GROUPED = timedelta(seconds=60)
# Who has a tab open is looked at again, in case they close it.
WHILE_ONLINE = timedelta(seconds=20)
# Longer than all pushes of one person take.
LEASE = timedelta(minutes=2)


@dataclass(frozen=True)
class Told:
    title: str
    body: str
    url: str


# Pushing


def tell(pk: int) -> None:
    """Push to this person's browsers what is new, unless it is not the time for it. Safe to call twice: the row says
    whether there is anything to tell."""
    if not Alerts.objects.due().filter(pk=pk).update(next_at=timezone.now() + LEASE):
        return
    choices = Alerts.objects.select_related("user").get(pk=pk)
    now = timezone.now()
    with translation.override(choices.language):
        told = summary(news_for(choices), choices)
    if told is None or not web_push.is_set_up():
        settle(choices, now)
    elif (at := not_before(choices, now)) > now:
        Alerts.objects.filter(pk=pk).update(next_at=at)
    else:
        for subscription in choices.user.push_subscriptions.all():
            deliver(subscription, told)
        settle(choices, now, told_at=now)


def not_before(choices: Alerts, now: datetime) -> datetime:
    """When this person may be pushed to: not soon after the last time, not in quiet hours, not with a tab open."""
    grouped = choices.told_at + GROUPED if choices.told_at else now
    online = now + WHILE_ONLINE if choices.user.is_online else now
    return max(now, grouped, online, quiet_end(choices, now))


def settle(choices: Alerts, now: datetime, told_at: datetime | None = None) -> None:
    """All that had come in when we looked is told, or read meanwhile."""
    since = {"told_at": told_at} if told_at else {}
    Alerts.objects.filter(pk=choices.pk).update(told=choices.news, next_at=now, **since)


def deliver(subscription: PushSubscription, told: Told) -> None:
    try:
        web_push.push(subscription.address, {"title": told.title, "body": told.body, "url": told.url})
    except web_push.Gone:
        subscription.delete()
    except web_push.NotPushed as error:  # the next buyer's words will try again
        logger.warning("push subscription %s: %s", subscription.pk, error)


def quiet_end(choices: Alerts, now: datetime) -> datetime:
    """When the quiet hours end that it is in now; `now` outside of them. They may go over midnight."""
    begins, ends = choices.quiet_from, choices.quiet_until
    if begins is None or ends is None or begins == ends:
        return now
    local = now.astimezone(ZoneInfo(choices.zone))
    time = local.time()
    if not (begins <= time < ends if begins < ends else time >= begins or time < ends):
        return now
    day = local.date() + timedelta(days=1 if time >= ends else 0)
    return datetime.combine(day, ends, tzinfo=local.tzinfo)


# What there is to tell


def wanted_by(choices: Alerts) -> ConversationQuerySet:
    """The conversations that this person may see and wants to hear of, where a buyer's words are unread."""
    unread = Conversation.objects.visible_to(choices.user).filter(unread_count__gt=0)
    if choices.which == Alerts.Which.ALL:
        return unread
    mine = Q(status=Conversation.Status.SERVED, assignee=choices.user)
    nobodys = Q(status=Conversation.Status.UNSERVED)
    return unread.filter(mine if choices.which == Alerts.Which.MINE else mine | nobodys)


def news_for(choices: Alerts) -> list[Conversation]:
    """Unread and with something newer than what was told, newest first."""
    rooms = wanted_by(choices)
    if choices.told_at is not None:
        rooms = rooms.filter(last_message__received_at__gt=choices.told_at)
    return list(rooms.with_parts().newest_first()[:100])


def summary(rooms: list[Conversation], choices: Alerts) -> Told | None:
    """One word for all of them. What buyers wrote stays here when the person said so."""
    if not rooms:
        return None
    newest = rooms[0]
    said = preview(newest.last_message, newest.shop) if choices.shows_text else gettext("New message")
    if len(rooms) == 1:
        url = reverse("conversations:thread", args=[newest.pk])
        return Told(f"{newest} · {newest.shop.name}" if choices.shows_text else newest.shop.name, said, url)
    title = ngettext("%(count)s chat has new messages", "%(count)s chats have new messages", len(rooms))
    body = f"{newest}: {said}" if choices.shows_text else newest.shop.name
    return Told(title % {"count": len(rooms)}, body, reverse("conversations:inbox"))


def choices_of(user: User) -> Alerts:
    """As they are without having been chosen, too; perhaps not stored."""
    return Alerts.objects.select_related("user").filter(user=user).first() or Alerts(user=user)


def on_screen(user: User, messages: Iterable[int]) -> Told | None:
    """What a tab that nobody looks at says of these bubbles, which it has just been given."""
    choices, now = choices_of(user), timezone.now()
    if not choices.is_on or quiet_end(choices, now) > now:
        return None
    theirs = Message.objects.filter(pk__in=messages, origin=Message.Origin.BUYER)
    rooms = wanted_by(choices).filter(pk__in=theirs.values("conversation"))
    return summary(list(rooms.with_parts().newest_first()[:100]), choices)
