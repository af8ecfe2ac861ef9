"""How long sellers let us in, and who still does. A consent has an end; some marketplaces tell it beforehand."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from marketplaces.appkeys import shops_reached
from marketplaces.errors import MarketplaceError, NotAuthorized, NotConfigured
from marketplaces.http import Http
from marketplaces.models import App, Shop
from marketplaces.registry import CONNECTORS, connector_class, connector_for

logger = logging.getLogger(__name__)

PATIENCE = 10  # seconds for a permit; nobody waits behind it


def note_expiring(app: App, shops: Sequence[str], until: datetime) -> int:
    """The marketplace says that the consent of these shops (its ids) ends by then; an earlier end that we know
    is the exact one. Returns for how many of ours that is news."""
    ours = shops_reached(app.marketplace, app.seller).active().filter(remote_id__in=shops)
    later_or_unknown = Q(authorized_until=None) | Q(authorized_until__gt=until)
    return ours.filter(later_or_unknown).update(authorized_until=until)


def due_apps() -> list[App]:
    """Apps that speak for an active shop, of marketplaces that tell who has agreed."""
    able = [slug for slug in CONNECTORS if connector_class(slug).can("authorized_shops")]
    apps = App.objects.filter(marketplace__in=able).select_related("seller")
    return [app for app in apps if shops_reached(app.marketplace, app.seller).active().exists()]


def reconcile(app: App) -> list[Shop]:
    """Compare our active shops with those the app may speak for. Returns the shops that were disconnected.
    Raises MarketplaceError when the marketplace does not tell."""
    connector = connector_class(app.marketplace)
    if not connector.can("authorized_shops"):
        return []
    told = {facts.remote_id: facts for facts in connector.authorized_shops(app.keys, Http(patience=PATIENCE))}
    shops = list(shops_reached(app.marketplace, app.seller).active())
    for shop in shops:
        if shop.remote_id in told:
            note_end(shop, told[shop.remote_id].authorized_until)
    return [shop for shop in shops if shop.remote_id not in told and is_refused(shop)]


def note_end(shop: Shop, until: datetime | None) -> None:
    if until is not None:
        Shop.objects.filter(pk=shop.pk).update(authorized_until=until)


def is_refused(shop: Shop) -> bool:
    """A list may be incomplete: only the shop's own answer settles it."""
    try:
        note_end(shop, connector_for(shop, patience=PATIENCE).facts().authorized_until)
    except NotAuthorized as error:
        shop.disconnect(str(error))
        return True
    except (MarketplaceError, NotConfigured) as error:
        logger.warning("shop %s is missing from the list and could not be asked: %s", shop.pk, error)
    return False
