"""Whole shops: what takes its time. Queue: `slow`."""

from __future__ import annotations

import logging

from celery import shared_task

from conversations import imports, sync
from conversations.events import disconnect
from conversations.tasks.nudges import PATIENCE_SLOW
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
