"""The buyer's phone at `/`: pick a shop and a buyer, write as the buyer, watch the shop's answers arrive."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from marketplaces.sandbox import push
from marketplaces.sandbox.bubbles import STICKER_FACES, bubble, bubbles, line_of, order_line
from marketplaces.sandbox.catalogue import Buyer, Shop
from marketplaces.sandbox.html import Html, join, page, render
from marketplaces.sandbox.kinds import Unsayable
from marketplaces.sandbox.rupiah import rupiah
from marketplaces.sandbox.sandbox import Sandbox, sandbox_of
from marketplaces.sandbox.saying import say
from marketplaces.sandbox.tiles import tile_name

MODE_NAMES = {
    "normal": "Normal", "off": "Mati", "lost": "Hilang", "duplicate": "Dobel", "reorder": "Acak urutan",
    "delay": "Terlambat", "bad_signature": "Tanda tangan salah", "odd": "Bentuk aneh",
}  # fmt: skip


def routes() -> Iterator[BaseRoute]:
    room = "/phone/{marketplace}/{shop:int}/{buyer:int}"
    yield Route("/", home)
    yield Route("/phone/{marketplace}/{shop:int}", shop_page)
    yield Route("/phone/{marketplace}/{shop:int}/buyers", new_buyer, methods=["POST"])
    yield Route("/phone/{marketplace}/push", push_mode, methods=["POST"])
    yield Route(room, room_page)
    yield Route(f"{room}/messages", write, methods=["POST"])
    yield Route(f"{room}/after/{{message:int}}", news)


async def home(request: Request) -> Response:
    """Every shop, and how pushes leave each marketplace."""
    sandbox = sandbox_of(request)
    parts = []
    for slug, market in sandbox.marketplaces.items():
        shops = [shop for shop in sandbox.world.catalogue.shops.values() if shop.marketplace == slug]
        links = join(
            render(
                "phone_shop_link.html",
                url=f"/phone/{slug}/{shop.id}",
                picture=_face(shop, shop.name, shop.id * 47),
                name=shop.name,
                detail=f"{len(sandbox.world.rooms_of(shop))} percakapan",
            )
            for shop in shops[:60]
        )
        parts.append(
            render(
                "phone_marketplace.html",
                slug=slug,
                label=market.label,
                shops=links,
                modes=_modes(sandbox, slug),
            )
        )
    return page("phone_home.html", marketplaces=join(parts))


async def shop_page(request: Request) -> Response:
    """The buyers of one shop, newest talk first."""
    sandbox, shop = _shop(request)
    rooms = sandbox.world.rooms_of(shop)[:100]
    rows = [
        render(
            "phone_room_link.html",
            url=f"/phone/{shop.marketplace}/{shop.id}/{room.buyer_id}",
            picture=_buyer_face(sandbox.world.buyer_of(room)),
            name=sandbox.world.buyer_of(room).name,
            preview=_platform(sandbox, sandbox.world.buyer_of(room)) + line_of(room.last),
            time=time.strftime("%d/%m %H.%M", time.localtime(room.last.at_s)),
        )
        for room in rooms
    ]
    return page(
        "phone_shop.html",
        slug=shop.marketplace,
        shop_id=shop.id,
        name=shop.name,
        platforms=_platforms(sandbox, shop.marketplace),
        rooms=join(rows),
    )


async def new_buyer(request: Request) -> Response:
    sandbox, shop = _shop(request)
    form = await request.form()
    name, platform = str(form.get("name", "")).strip()[:40], str(form.get("platform", ""))
    if not name:
        return RedirectResponse(f"/phone/{shop.marketplace}/{shop.id}", status_code=303)
    buyer = sandbox.welcome_buyer(shop.marketplace, name)
    if platform in sandbox.marketplaces[shop.marketplace].platforms:
        buyer.platform = platform
        sandbox.catalogue_changed()
    return RedirectResponse(f"/phone/{shop.marketplace}/{shop.id}/{buyer.id}", status_code=303)


async def room_page(request: Request) -> Response:
    sandbox, shop, buyer = _place(request)
    room = sandbox.world.room_between(shop, buyer.id)
    messages = room.messages[-200:] if room else []
    catalogue = sandbox.world.catalogue
    products = join(
        render(
            "phone_product.html", id=p.id, name=p.name, price=rupiah(p.price), picture=_file(shop, p.picture)
        )
        for p in catalogue.on_sale(shop)
    )
    orders = [
        render("phone_order.html", id=order.id, words=order_line(order))
        for order in catalogue.orders_between(shop, buyer.id)
    ]
    error = request.query_params.get("error", "")
    return page(
        "phone_room.html",
        slug=shop.marketplace,
        shop_id=shop.id,
        buyer_id=buyer.id,
        shop=shop.name,
        picture=_face(shop, shop.name, shop.id * 47),
        platform=_platform(sandbox, buyer),
        buyer=buyer.name,
        bubbles=bubbles(sandbox, shop, messages),
        last=messages[-1].id if messages else 0,
        products=products,
        stickers=join(
            render("phone_sticker.html", name=name, face=face) for name, face in STICKER_FACES.items()
        ),
        notes=join(
            render("phone_note.html", kind=kind, words=words)
            for kind, words in sandbox.marketplaces[shop.marketplace].notes.items()
        ),
        orders=join(orders) if orders else Html("<p class='hint'>Belum ada pesanan.</p>"),
        error=render("warning.html", text=error) if error else Html(""),
    )


async def write(request: Request) -> Response:
    """Say something as the buyer, from a form or from phone.js."""
    sandbox, shop, buyer = _place(request)
    async with request.form() as form:
        upload = form.get("picture")
        picture = await upload.read() if isinstance(upload, UploadFile) else None
    here = f"/phone/{shop.marketplace}/{shop.id}/{buyer.id}"
    try:
        say(
            sandbox,
            shop,
            buyer.id,
            str(form.get("kind", "text")),
            text=str(form.get("text", "")).strip(),
            item=form.get("item"),
            order=form.get("order"),
            picture=picture,
        )
    except Unsayable as error:
        return RedirectResponse(f"{here}?error={quote(str(error))}", status_code=303)
    return RedirectResponse(here, status_code=303)


async def news(request: Request) -> Response:
    """The bubbles after a message, as markup; 204 when nothing is new. Looking reads the shop's messages."""
    sandbox, shop, buyer = _place(request)
    room = sandbox.world.room_between(shop, buyer.id)
    new = [m for m in room.messages[-200:] if m.id > request.path_params["message"]] if room else []
    if room and room.read_by_buyer < room.last.id:
        room.read_by_buyer = room.last.id
        sandbox.room_changed(room)
    if not new:
        return Response(status_code=204)
    return Response(join(bubble(sandbox, shop, said) for said in new), media_type="text/html")


async def push_mode(request: Request) -> Response:
    sandbox, slug = sandbox_of(request), request.path_params["marketplace"]
    mode = str((await request.form()).get("mode", ""))
    if slug not in sandbox.marketplaces or mode not in push.MODES:
        raise HTTPException(404)
    sandbox.world.state.push(slug).mode = mode
    sandbox.state_changed()
    return RedirectResponse("/", status_code=303)


def _modes(sandbox: Sandbox, slug: str) -> Html:
    now = sandbox.world.state.push(slug).mode
    return join(
        render("option.html", value=mode, name=name, selected="selected" if mode == now else "")
        for mode, name in MODE_NAMES.items()
    )


def _platforms(sandbox: Sandbox, slug: str) -> Html:
    """Where a new buyer may be from; nothing where there is no choice."""
    known = sandbox.marketplaces[slug].platforms
    options = join(
        render("option.html", value=value, name=name, selected="") for value, name in known.items()
    )
    return render("phone_platforms.html", options=options) if known else Html("")


def _platform(sandbox: Sandbox, buyer: Buyer) -> str:
    """The beginning of a line about a buyer, where it matters which app they use."""
    name = sandbox.marketplaces[buyer.marketplace].platforms.get(buyer.platform)
    return f"{name} · " if name else ""


def _shop(request: Request) -> tuple[Sandbox, Shop]:
    sandbox = sandbox_of(request)
    shop = sandbox.world.shop(request.path_params["marketplace"], request.path_params["shop"])
    if shop is None:
        raise HTTPException(404)
    return sandbox, shop


def _place(request: Request) -> tuple[Sandbox, Shop, Buyer]:
    sandbox, shop = _shop(request)
    buyer = sandbox.world.catalogue.buyers.get((shop.marketplace, request.path_params["buyer"]))
    if buyer is None:
        raise HTTPException(404)
    return sandbox, shop, buyer


def _file(shop: Shop, name: str) -> str:
    return f"/{shop.marketplace}/file/{name}"


def _face(shop: Shop, name: str, hue: int) -> str:
    return _file(shop, tile_name("face", name, hue))


def _buyer_face(buyer: Buyer) -> str:
    return f"/{buyer.marketplace}/file/{buyer.picture or tile_name('face', buyer.name, 0)}"
