"""Pictures (tiktok_shop.md 3 and 6.3): uploaded as the multipart field `data`, fetched with a token and a cipher."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from marketplaces.sandbox.files import file_page, is_webp, picture_kind, picture_size
from marketplaces.sandbox.sandbox import Sandbox, sandbox_of
from marketplaces.sandbox.tiktok_shop.access import cipher_of
from marketplaces.sandbox.tiktok_shop.contents import image_url, video_signature
from marketplaces.sandbox.tiktok_shop.errors import TikTokShopError, invalid
from marketplaces.sandbox.tiktok_shop.gate import Call, access_of

LARGEST = 10 * 1024 * 1024
PUBLIC = ("tile-", "face-")


def upload_image(call: Call) -> dict[str, Any]:
    if not call.files:
        raise TikTokShopError(36009023)
    body = call.files.get("data", b"")
    if len(body) > LARGEST:
        raise TikTokShopError(36009021)
    ending = picture_kind(body) or (".webp" if is_webp(body) else "")
    if not ending:
        raise invalid("data")
    name, (width, height) = call.sandbox.files.keep(body, ending), picture_size(body)
    call.access.uploads[name] = call.shop.id
    call.sandbox.state_changed()
    return {"url": image_url(call.sandbox, call.shop.id, name), "width": width, "height": height}


async def image_page(sandbox: Sandbox, request: Request) -> Response:
    """401 without a token that holds, 403 unless it and the cipher are those of the picture's shop."""
    access, now, shop_id = access_of(sandbox), sandbox.clock.now_s(), request.path_params["shop_id"]
    token = access.access_tokens.get(request.headers.get("x-tts-access-token", ""))
    grant = access.live_grant(token.open_id, now) if token and token.ends_at > now else None
    if grant is None:
        return PlainTextResponse("unauthorized", status_code=401)
    cipher = request.query_params.get("shop_cipher", "")
    if shop_id not in grant.shop_ids or cipher != cipher_of(shop_id):
        return PlainTextResponse("forbidden", status_code=403)
    return await file_page(request)


async def video_page(request: Request) -> Response:
    """Anybody with the address, while it is good."""
    sandbox, query = sandbox_of(request), request.query_params
    ends_at = query.get("x-tos-expires", "")
    right = video_signature(sandbox, request.path_params["name"], int(ends_at)) if ends_at.isdigit() else ""
    if query.get("x-tos-signature") != right or int(ends_at) <= sandbox.clock.now_s():
        return PlainTextResponse("forbidden", status_code=403)
    return await file_page(request)


async def public_page(request: Request) -> Response:
    """Products and faces."""
    if not request.path_params["name"].startswith(PUBLIC):
        return PlainTextResponse("not found", status_code=404)
    return await file_page(request)
