"""What a marketplace's push does: store the bubble that it tells, read the conversation it points at, fetch the
order it names, look at the shops whose authorization ends.

A push is stored raw before anything is done with it and marked done in the end; a crash in between repeats
it, and repeating changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from conversations import cards, hints
from conversations.events import record_shop
from conversations.ingest import ingest
from conversations.models import Conversation, Message, Push
from marketplaces import orders
from marketplaces.appkeys import shops_reached
from marketplaces.authorizations import note_expiring, reconcile
from marketplaces.content import PushEvent, PushKind
from marketplaces.errors import BadWebhook, MarketplaceError, NotAuthorized, RateLimited
from marketplaces.models import App, Shop
from marketplaces.registry import connector_class, connector_for

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
LEASE = timedelta(seconds=30)
# Longer than a call with a refresh of tokens lasts.
LEASE_OF_CALLS = timedelta(minutes=2)


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


def store(app: App, headers: dict[str, str], body: bytes, notification: str) -> Push | None:
    """The raw push; None for one that is here already, as the marketplace's own id of it tells."""
    content = {"headers": headers, "body": body}
    if not notification:
        return Push.objects.create(app=app, **content)
    push, is_new = Push.objects.get_or_create(app=app, notification=notification[:100], defaults=content)
    return push if is_new else None


def claim(push_id: int) -> Push | None:
    """Take the turn; None when it is done or somebody else is at it."""
    now = timezone.now()
    due = Push.objects.filter(pk=push_id, state=Push.State.RECEIVED, next_attempt_at__lte=now)
    if not due.update(next_attempt_at=now + LEASE):
        return None
    return Push.objects.select_related("app").get(pk=push_id)


def process(push: Push, url: str) -> Conversation | None:
    """Do what it says. Returns the conversation that now waits to be read, if any."""
    conversation = apply(push, read(push, url))
    Push.objects.filter(pk=push.pk).update(state=Push.State.DONE, problem="")
    return conversation


def read(push: Push, url: str) -> PushEvent:
    """What it says. One that found us away has no signature: a call of ours has brought it."""
    connector = connector_class(push.app.marketplace)
    if push.was_lost:
        return connector.read_lost_push(bytes(push.body))
    return connector.read_push(push.app.keys, push.headers, bytes(push.body), url)


def wait(push: Push, error: RateLimited) -> None:
    """Too many calls: its turn comes later, and costs no attempt."""
    Push.objects.filter(pk=push.pk).update(
        next_attempt_at=timezone.now() + timedelta(seconds=max(1.0, error.retry_after)),
        problem=str(error)[:2000],
    )


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
    if event.kind == PushKind.DISCONNECTED:
        look_at(shops_meant(push.app, event))
    elif event.kind == PushKind.EXPIRING:
        warn(push, event)
    elif shop := shop_of(push, event):
        return apply_to(shop, push, event)
    return None


def apply_to(shop: Shop, push: Push, event: PushEvent) -> Conversation | None:
    if not push.was_lost:
        Shop.objects.filter(pk=shop.pk).update(last_push_at=push.received_at)
    if event.kind == PushKind.ORDER and event.order:
        fetch_order(shop, push, event.order)
    elif event.kind == PushKind.MESSAGE and event.conversation is not None:
        told = [event.message] if event.message is not None else []
        conversation = ingest(shop, event.conversation, told, Message.Source.PUSH)
        if event.hint is not None:
            hints.take(conversation, event.hint, push.received_at)
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


def shops_meant(app: App, event: PushEvent) -> QuerySet[Shop]:
    """The active shops of the app that the push names; all of them where it names none."""
    shops = shops_reached(app.marketplace, app.seller).active()
    named = [event.shop] if event.shop else event.shops
    return shops.filter(remote_id__in=named) if named else shops


def look_at(shops: Iterable[Shop]) -> None:
    """The end of an authorization is a hint: it may be a late copy from before a new activation, or not say
    whose. A refused token settles it."""
    for shop in shops:
        shop.schedule_sync()


def warn(push: Push, event: PushEvent) -> None:
    """The consent of these shops ends soon: owners see it beforehand. The push tells only by when; each one's
    day is asked for."""
    if event.until is None or not (event.shop or event.shops):
        return
    shops = list(shops_meant(push.app, event))
    if shops:
        note_expiring(push.app, [shop.remote_id for shop in shops], event.until)
        ask_for_ends(push)
    for shop in shops:
        with transaction.atomic():
            record_shop(shop)


def ask_for_ends(push: Push) -> None:
    Push.objects.filter(pk=push.pk).update(next_attempt_at=timezone.now() + LEASE_OF_CALLS)
    try:
        reconcile(push.app)
    except MarketplaceError as error:
        logger.warning("ends of consents of %s were not told: %s", push.app, error)


def fetch_order(shop: Shop, push: Push, order: str) -> None:
    """A push says little of an order, so it is asked for. No patience: a flood of these must not keep what
    buyers say waiting."""
    if not shop.connector.can("list_orders"):
        return
    Push.objects.filter(pk=push.pk).update(next_attempt_at=timezone.now() + LEASE_OF_CALLS)
    try:
        orders.refresh(shop, connector_for(shop), [order], partial(cards.announce, shop))
    except NotAuthorized as error:
        # The permission for orders alone may be missing, then the chat goes on: a look at the shop tells.
        logger.warning("order %s of shop %s was refused: %s", order, shop.pk, error)
        shop.schedule_sync()


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
