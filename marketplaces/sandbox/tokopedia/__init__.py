"""The Tokopedia Open API, Part A of tokopedia.md of the project's notes."""

from __future__ import annotations

from marketplaces.sandbox.ids import tokopedia_reply_id, tokopedia_room_id
from marketplaces.sandbox.marketplace import Limit, Marketplace
from marketplaces.sandbox.tokopedia import errors, pushes
from marketplaces.sandbox.tokopedia.limited import refuse_for_rate
from marketplaces.sandbox.tokopedia.routes import routes
from marketplaces.sandbox.tokopedia.state import AppState
from marketplaces.sandbox.tokopedia.token import token_routes

TOKOPEDIA = Marketplace(
    slug="tokopedia",
    label="Tokopedia",
    mounts={"/tokopedia": tuple(routes()), "/tokopedia-accounts": tuple(token_routes())},
    default_limit=Limit(rate=5, burst=5),  # for each app and endpoint (tokopedia.md A6)
    new_state=AppState,
    message_id=tokopedia_reply_id,
    room_id=lambda shop, buyer_id: tokopedia_room_id(shop.id, buyer_id),
    announce=pushes.announce,
    announce_order=pushes.announce_order,
    push_url=pushes.callback_url,
    server_error=errors.server_error,
    too_many=refuse_for_rate,
)
