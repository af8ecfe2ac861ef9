"""Shopee Open Platform v2, as shopee.md of the project's notes describes it."""

from __future__ import annotations

from marketplaces.sandbox.ids import shopee_conversation_id, shopee_message_id
from marketplaces.sandbox.marketplace import Limit, Marketplace
from marketplaces.sandbox.shopee import errors, pushes
from marketplaces.sandbox.shopee.access import Access
from marketplaces.sandbox.shopee.routes import routes

SHOPEE = Marketplace(
    slug="shopee",
    label="Shopee",
    mounts={"/shopee": tuple(routes())},
    default_limit=Limit(rate=50, burst=50),  # for each app, shop and endpoint; Shopee publishes none
    new_state=Access,
    message_id=shopee_message_id,
    room_id=lambda shop, buyer_id: shopee_conversation_id(shop.user_id, buyer_id),
    announce=pushes.announce,
    announce_order=pushes.announce_order,
    push_url=pushes.callback_url,
    server_error=errors.server_error,
    too_many=lambda sandbox, endpoint: errors.too_many(),
    refuse=errors.refuse_with,
    clock_moved=pushes.announce_ends,
)
