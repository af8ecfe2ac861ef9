"""slug -> connector. The only place that knows which marketplaces there are."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

from marketplaces.http import Http

if TYPE_CHECKING:
    from marketplaces.connector import Connector
    from marketplaces.models import Shop

CONNECTORS = {
    "shopee": "marketplaces.connectors.shopee.connector.ShopeeConnector",
    "tokopedia": "marketplaces.connectors.tokopedia.connector.TokopediaConnector",
    "tiktok_shop": "marketplaces.connectors.tiktok_shop.connector.TikTokShopConnector",
}


@cache
def connector_class(slug: str) -> type[Connector]:
    """Imported on first use. Raises KeyError for a marketplace that we do not know."""
    connector: type[Connector] = import_string(CONNECTORS[slug])
    return connector


def connector_for(shop: Shop, *, patience: float = 0, permit: str = "") -> Connector:
    """The connector of this shop with its keys and tokens. Raises NotConfigured without app keys.

    `patience`: seconds a call may wait for a permit of the rate limit. `permit`: see Http.
    """
    from marketplaces.credentials import StoredTokens

    app = shop.app_in_use()
    http = Http(patience=patience, permit=permit)
    return connector_class(shop.marketplace)(
        keys=app.keys, shop=shop.remote_id, tokens=StoredTokens(app, shop, http), http=http
    )
