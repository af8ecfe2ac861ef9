"""What a marketplace's push does: store the bubble that it tells, read the conversation it points at, fetch the
order it names, look at the shops whose authorization ends.

A push is stored raw before anything is done with it (`received`) and marked done in the end; a crash in between
repeats it, and repeating changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from conversations import cards, hints
from conversations.events import record_shop
from conversations.ingest import ingest
from conversations.models import Conversation, Message, Push
from conversations.received import finish
from marketplaces import orders
from marketplaces.appkeys import shops_reached
from marketplaces.authorizations import note_expiring, reconcile
from marketplaces.content import PushEvent, PushKind
from marketplaces.errors import MarketplaceError, NotAuthorized
from marketplaces.models import App, Shop
from marketplaces.registry import connector_class, connector_for

logger = logging.getLogger(__name__)

# Longer than a call with a refresh of tokens lasts.
LEASE_OF_CALLS = timedelta(minutes=2)
# An older one may tell of a consent that has been renewed since.
BELIEVED_FOR = timedelta(days=1)


def process(push: Push) -> Conversation | None:
    """Do what it says. Returns the conversation that now waits to be read, if any. Doing it again changes
    nothing."""
    event = connector_class(push.app.marketplace).read_stored_push(bytes(push.body))
    conversation = apply(push, event)
    finish(push)
    return conversation


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
        note_arrival(shop, push)
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


def note_arrival(shop: Shop, push: Push) -> None:
    """When the newest one came: this may be an earlier one, tried again."""
    known = Shop.objects.filter(pk=shop.pk)
    known.filter(Q(last_push_at=None) | Q(last_push_at__lt=push.received_at)).update(
        last_push_at=push.received_at
    )


def shop_of(push: Push, event: PushEvent) -> Shop | None:
    """An active shop that is reached with the app which signed the push: keys of one seller never speak for
    another's shop."""
    shop = Shop.objects.active().filter(marketplace=push.app.marketplace, remote_id=event.shop).first()
    if shop is None or shop.app_in_use() != push.app:
        logger.info("push %s is for no shop of ours: %s", push.pk, event.kind)
        return None
    push.shop = shop
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
        if push.received_at > timezone.now() - BELIEVED_FOR:
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
