"""Pushes as they came: verified, stored raw, and whose turn it is to process them.

store ──> RECEIVED ──> claim ──> DONE
             ^            │
             ├─ postpone ─┤  back-off; every claim counts, so one that kills its worker ends here, too
             │            └────> FAILED    for support staff; its shop is looked at instead
             └── replay ──────────┘
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from conversations.models import Push
from marketplaces.content import PushEvent
from marketplaces.errors import BadWebhook, RateLimited
from marketplaces.models import App
from marketplaces.registry import connector_class

logger = logging.getLogger(__name__)

# With the waits below nearly two hours: an outage of our own or of the marketplace ends before that.
MOST_ATTEMPTS = 16
LONGEST_WAIT = timedelta(minutes=10)
# Longer than storing a bubble takes; calls take a longer one.
LEASE = timedelta(seconds=30)
MOST_MENTIONS = 50


def callback_url(public_url: str, marketplace: str) -> str:
    """The configured address; some marketplaces sign it, so it is never rebuilt from a request."""
    return f"{public_url}/webhooks/{marketplace}/"


def verify(marketplace: str, headers: dict[str, str], body: bytes, url: str) -> tuple[App, PushEvent]:
    """The app whose key signed it, and what it says. Raises BadWebhook when no app of ours fits."""
    connector = connector_class(marketplace)
    error: BadWebhook | None = None
    for app in App.objects.filter(marketplace=marketplace).order_by("pk"):
        try:
            return app, connector.read_push(app.keys, headers, body, url)
        except BadWebhook as refusal:
            error = refusal
    raise error or BadWebhook("there is no app for this marketplace")


def store(app: App, body: bytes, event: PushEvent) -> Push | None:
    """The raw push; None for one that is here already, as the marketplace's own id of it tells."""
    content = {"body": body, **labels(event)}
    if not event.notification:
        return Push.objects.create(app=app, **content)
    push, is_new = Push.objects.get_or_create(
        app=app, notification=event.notification[:100], defaults=content
    )
    return push if is_new else None


def labels(event: PushEvent) -> dict[str, object]:
    """By what support staff find it: its kind and the marketplace's ids that it names."""
    named = [event.shop, event.order, *event.shops]
    if event.conversation is not None:
        named += [event.conversation.remote_id, event.conversation.buyer_id]
    if event.message is not None:
        named.append(event.message.remote_id)
    mentions = [name[:100] for name in dict.fromkeys(named) if name]
    return {"kind": event.kind.value, "mentions": mentions[:MOST_MENTIONS]}


def claim(push_id: int) -> Push | None:
    """Take the turn; None when it is done, given up, or somebody else is at it."""
    now = timezone.now()
    due = Push.objects.filter(pk=push_id, state=Push.State.RECEIVED, next_attempt_at__lte=now)
    if not due.update(next_attempt_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    return Push.objects.select_related("app").get(pk=push_id)


def is_tried_too_often(push: Push) -> bool:
    """A claimed one that has killed whoever processed it, so that it is given up."""
    if push.attempts <= MOST_ATTEMPTS:
        return False
    give_up(push, push.problem or "whoever processed it died each time")
    return True


def finish(push: Push) -> None:
    Push.objects.filter(pk=push.pk).update(state=Push.State.DONE, shop=push.shop, problem="")


def wait(push: Push, error: RateLimited) -> None:
    """Too many calls: its turn comes later, and costs no attempt."""
    Push.objects.filter(pk=push.pk).update(
        attempts=push.attempts - 1,
        next_attempt_at=timezone.now() + timedelta(seconds=max(1.0, error.retry_after)),
        shop=push.shop,
        problem=str(error)[:2000],
    )


def postpone(push: Push, error: Exception) -> None:
    """Keep it and try again later, each time twice as late; after some tries it is given up."""
    problem = f"{type(error).__name__}: {error}"[:2000]
    if push.attempts >= MOST_ATTEMPTS:
        give_up(push, problem)
    else:
        Push.objects.filter(pk=push.pk).update(
            next_attempt_at=next_try(push.attempts), shop=push.shop, problem=problem
        )


def next_try(attempts: int) -> datetime:
    return timezone.now() + min(timedelta(seconds=2**attempts), LONGEST_WAIT)


def give_up(push: Push, problem: str) -> None:
    """Support staff see it and may replay it. What it told of is looked for at the shop meanwhile."""
    logger.error("push %s is given up after %s attempts: %s", push.pk, push.attempts, problem)
    Push.objects.filter(pk=push.pk).update(state=Push.State.FAILED, shop=push.shop, problem=problem)
    if push.shop is not None:
        push.shop.schedule_sync()


def replay(push_ids: Iterable[int]) -> int:
    """Process these once more from their raw bodies, whatever became of them. Returns how many there are."""
    return Push.objects.filter(pk__in=push_ids).update(
        state=Push.State.RECEIVED, attempts=0, next_attempt_at=timezone.now(), problem=""
    )
