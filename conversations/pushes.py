"""What a marketplace's push does: store the bubble that it tells, and read the conversation it points at.

A push is stored raw before anything is done with it and marked done in the end; a crash in between repeats
it, and repeating changes nothing.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.utils import timezone

from conversations.ingest import find_or_create, ingest
from conversations.models import Conversation, Message, Push
from marketplaces.content import PushEvent, PushKind
from marketplaces.errors import BadWebhook
from marketplaces.models import App, Shop
from marketplaces.registry import connector_class

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8


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


def store(app: App, headers: dict[str, str], body: bytes) -> Push:
    return Push.objects.create(app=app, headers=headers, body=body)


def claim(push_id: int) -> Push | None:
    """Take the turn; None when it is done or somebody else is at it."""
    now = timezone.now()
    due = Push.objects.filter(pk=push_id, state=Push.State.RECEIVED, next_attempt_at__lte=now)
    if not due.update(next_attempt_at=now + timedelta(seconds=30)):
        return None
    return Push.objects.select_related("app").get(pk=push_id)


def process(push: Push, url: str) -> Conversation | None:
    """Do what it says. Returns the conversation that now waits to be read, if any."""
    connector = connector_class(push.app.marketplace)
    event = connector.read_push(push.app.keys, push.headers, bytes(push.body), url)
    conversation = apply(push, event)
    Push.objects.filter(pk=push.pk).update(state=Push.State.DONE, problem="")
    return conversation


def postpone(push: Push, error: Exception) -> None:
    """Keep it and try again later; after some tries it waits for support staff."""
    attempts = push.attempts + 1
    Push.objects.filter(pk=push.pk).update(
        attempts=attempts,
        state=Push.State.FAILED if attempts >= MOST_ATTEMPTS else Push.State.RECEIVED,
        next_attempt_at=timezone.now() + timedelta(seconds=2**attempts),
        problem=f"{type(error).__name__}: {error}"[:2000],
    )


def apply(push: Push, event: PushEvent) -> Conversation | None:
    shop = shop_of(push, event)
    if shop is None:
        return None
    Shop.objects.filter(pk=shop.pk).update(last_push_at=push.received_at)
    if event.kind == PushKind.DISCONNECTED:
        shop.schedule_sync()  # a hint: it may be a late copy from before a new activation. A refused token settles it
    elif event.kind == PushKind.MESSAGE and event.conversation is not None:
        conversation = find_or_create(shop, event.conversation)
        if event.message is not None:
            conversation = ingest(shop, event.conversation, [event.message], Message.Source.PUSH)
        return ask_for_reading(conversation)
    elif event.kind == PushKind.CHANGED:
        return changed_somewhere(shop, event)
    return None


def shop_of(push: Push, event: PushEvent) -> Shop | None:
    """An active shop that is reached with the app which signed the push: keys of one seller never speak for
    another's shop."""
    shop = Shop.objects.active().filter(marketplace=push.app.marketplace, remote_id=event.shop).first()
    if shop is None or shop.app_in_use() != push.app:
        logger.info("push %s is for no shop of ours: %s", push.pk, event.kind)
        return None
    return shop


def changed_somewhere(shop: Shop, event: PushEvent) -> Conversation | None:
    """Read the conversation it names; where it names none that we know, look at the whole shop."""
    named = event.conversation.remote_id if event.conversation is not None else ""
    conversation = Conversation.objects.filter(shop=shop, remote_id=named).first()
    if conversation is None:
        shop.schedule_sync()
        return None
    return ask_for_reading(conversation)


def ask_for_reading(conversation: Conversation) -> Conversation:
    """Replies typed in the seller centre are never pushed, so every push is also a reason to read."""
    conversation.request_reading()
    return conversation
