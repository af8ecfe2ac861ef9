"""TikTok Shop, and Tokopedia's buyers with it, as tiktok_shop.md of the project's notes describes it."""

from __future__ import annotations

from starlette.routing import Route

from marketplaces.sandbox.files import file_page
from marketplaces.sandbox.ids import tiktok_message_id, tiktok_room_id
from marketplaces.sandbox.marketplace import Limit, Marketplace
from marketplaces.sandbox.tiktok_shop import errors, pages, pushes
from marketplaces.sandbox.tiktok_shop.access import Access
from marketplaces.sandbox.tiktok_shop.routes import routes
from marketplaces.sandbox.tiktok_shop.talks import touch_up
from marketplaces.sandbox.tiktok_shop.token import token_routes

PLATFORMS = {"TOKOPEDIA": "Tokopedia", "TIKTOK_SHOP": "TikTok Shop"}
NOTES = {
    "notification": "Pesanan akan dikirim hari ini.",
    "allocated_service": "Layanan pelanggan bergabung dalam percakapan.",
    "buyer_enter_from_transfer": "Percakapan dialihkan ke petugas lain.",
}

TIKTOK_SHOP = Marketplace(
    slug="tiktok_shop",
    label="Tokopedia & TikTok Shop",
    mounts={
        "/tiktok-shop": tuple(routes()),
        "/tiktok-shop-auth": (*token_routes(), *pages.routes()),
        "/tiktok_shop": (Route("/file/{name}", file_page),),  # for the phone, which needs no token
    },
    default_limit=Limit(rate=5, burst=5),  # for each app, shop and endpoint; none is published
    new_state=Access,
    message_id=tiktok_message_id,
    room_id=lambda shop, buyer_id: tiktok_room_id(shop.id, buyer_id),
    announce=pushes.announce,
    announce_order=pushes.announce_order,
    push_url=pushes.default_url,
    server_error=errors.server_error,
    too_many=lambda sandbox, endpoint: errors.too_many(1),
    refuse=errors.refuse_with,
    clock_moved=pushes.announce_ends,
    touch_up=touch_up,
    platforms=PLATFORMS,
    notes=NOTES,
)
