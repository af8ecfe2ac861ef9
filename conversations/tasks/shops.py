"""Whole shops: what takes its time. Queue: `slow`."""

from __future__ import annotations

import logging
from functools import partial

from celery import shared_task
from django.utils import timezone

from conversations import cards, imports, sync
from conversations.events import disconnect
from conversations.models import Conversation
from conversations.tasks.nudges import PATIENCE_SLOW, nudge
from marketplaces import catalogue, feeds, orders
from marketplaces.errors import MarketplaceError, NotAuthorized, NotConfigured
from marketplaces.models import Shop
from marketplaces.registry import connector_for

logger = logging.getLogger(__name__)


@shared_task
def run_import(shop_id: str) -> None:
    job = imports.claim(shop_id)
    if job is not None:
        imports.run(job, connector_for(job.shop, patience=PATIENCE_SLOW))


@shared_task
def sync_shop(shop_id: str) -> None:
    shop = Shop.objects.active().filter(pk=shop_id).first()
    if shop is None:
        return
    try:
        sync.sync_shop(shop, connector_for(shop, patience=PATIENCE_SLOW))
    except NotAuthorized as error:
        disconnect(shop, error)
    except (MarketplaceError, NotConfigured) as error:
        logger.warning("sync of shop %s stopped: %s", shop_id, error)


@shared_task
def run_feed(feed_id: int) -> None:
    """Copy a shop's orders or products for a while; what is left of the round comes after the others' turn."""
    feed = feeds.claim(feed_id)
    if feed is None:
        return
    try:
        connector = connector_for(feed.shop, patience=PATIENCE_SLOW)
        feeds.run(feed, connector, partial(cards.announce, feed.shop))
    except NotConfigured as error:
        feeds.put_off(feed, error)
    except NotAuthorized:
        disconnect_if_refused(feed.shop)
    if feed.next_run_at <= timezone.now():
        nudge(run_feed, feed_id)


@shared_task
def fetch_wanted_products(shop_id: str) -> None:
    """Products that somebody looks at. `wanted_at` says which, and when to try again."""
    shop = Shop.objects.active().filter(pk=shop_id).first()
    if shop is None:
        return
    try:
        connector = connector_for(shop, patience=PATIENCE_SLOW)
        catalogue.fetch_wanted(shop, connector, partial(cards.announce, shop))
    except (MarketplaceError, NotConfigured) as error:
        logger.warning("products of shop %s wait: %s", shop_id, error)
        catalogue.put_off_wanted(shop, error)
        if isinstance(error, NotAuthorized):
            disconnect_if_refused(shop)


@shared_task
def fetch_named_orders(conversation_id: str) -> None:
    """Orders that bubbles name and that are not here. What fails is asked for at a later look."""
    conversation = Conversation.objects.select_related("shop").filter(pk=conversation_id).first()
    if conversation is None or not conversation.shop.is_active:
        return
    shop = conversation.shop
    try:
        connector = connector_for(shop, patience=PATIENCE_SLOW)
        missing = cards.orders_missing(conversation)
        orders.refresh(shop, connector, missing, partial(cards.announce, shop))
    except (MarketplaceError, NotConfigured) as error:
        logger.warning("orders named in %s did not come: %s", conversation_id, error)
        if isinstance(error, NotAuthorized):
            disconnect_if_refused(shop)


@shared_task
def fetch_orders_of_buyer(conversation_id: str) -> None:
    """Somebody looks at a buyer's orders. What fails is asked for at a later look."""
    conversation = Conversation.objects.select_related("shop").filter(pk=conversation_id).first()
    if conversation is None or not conversation.shop.is_active:
        return
    shop = conversation.shop
    try:
        connector = connector_for(shop, patience=PATIENCE_SLOW)
        orders.refresh_of_buyer(shop, connector, conversation.buyer_id, partial(cards.announce, shop))
    except (MarketplaceError, NotConfigured) as error:
        logger.warning("orders of the buyer in %s did not come: %s", conversation_id, error)
        if isinstance(error, NotAuthorized):
            disconnect_if_refused(shop)


def disconnect_if_refused(shop: Shop) -> None:
    """The permission for orders or products alone may be missing: then the chat goes on. The shop's own facts
    tell whether we may still speak for it."""
    try:
        connector_for(shop, patience=PATIENCE_SLOW).facts()
    except NotAuthorized as error:
        feeds.wake(shop)
        disconnect(shop, error)
    except (MarketplaceError, NotConfigured) as error:
        logger.warning("shop %s could not be asked: %s", shop.pk, error)
