"""What the seller sees in the browser: login, consent, and the way back (shopee.md 2.1)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from marketplaces.sandbox import ids
from marketplaces.sandbox.catalogue import Shop
from marketplaces.sandbox.endpoint import endpoint
from marketplaces.sandbox.html import Html, join, page, render
from marketplaces.sandbox.sandbox import Sandbox, sandbox_of
from marketplaces.sandbox.shopee import pushes
from marketplaces.sandbox.shopee.access import Visit
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.rows import picture_url
from marketplaces.sandbox.shopee.sign import access_of, check_public
from marketplaces.sandbox.tiles import tile_name

VISIT_S = 1800
FEWEST_DAYS, MOST_DAYS = 7, 365
LEAD = "Gunakan akun toko, atau akun utama untuk beberapa toko sekaligus."


def routes() -> Iterator[BaseRoute]:
    yield Route("/api/v2/shop/auth_partner", endpoint("shopee", "auth_partner", _begin_authorize))
    yield Route("/api/v2/shop/cancel_auth_partner", endpoint("shopee", "cancel_auth_partner", _begin_cancel))
    yield Route("/auth", endpoint("shopee", "auth", _begin_unsigned))
    yield Route("/login/{visit}", login, methods=["GET", "POST"])
    yield Route("/consent/{visit}", consent, methods=["GET", "POST"])


async def _begin_authorize(sandbox: Sandbox, request: Request) -> Response:
    return _begin(sandbox, request, check_public(sandbox, request), "authorize", "redirect")


async def _begin_cancel(sandbox: Sandbox, request: Request) -> Response:
    return _begin(sandbox, request, check_public(sandbox, request), "cancel", "redirect")


async def _begin_unsigned(sandbox: Sandbox, request: Request) -> Response:
    """The newer link, without a signature."""
    if request.query_params.get("partner_id") != str(sandbox.keys.shopee_partner_id):
        raise ShopeeError("invalid_partner_id", "Invalid partner_id.")
    return _begin(sandbox, request, sandbox.keys.shopee_partner_id, "authorize", "redirect_uri")


def _begin(sandbox: Sandbox, request: Request, partner_id: int, purpose: str, parameter: str) -> Response:
    redirect = request.query_params.get(parameter, "")
    if urlsplit(redirect).scheme not in ("http", "https"):
        raise ShopeeError("error_param", f"Wrong parameters, detail: invalid {parameter}.")
    access, now = access_of(sandbox), sandbox.clock.now_s()
    for old in [key for key, visit in access.visits.items() if visit.began_at < now - VISIT_S]:
        del access.visits[old]
    key = ids.token()
    state = request.query_params.get("state", "")
    access.visits[key] = Visit(partner_id, redirect, purpose, state, now)
    sandbox.state_changed()
    return RedirectResponse(f"{request.scope.get('root_path', '')}/login/{key}", status_code=302)


async def login(request: Request) -> Response:
    sandbox = sandbox_of(request)
    key = request.path_params["visit"]
    visit = access_of(sandbox).visits.get(key)
    if visit is None:
        return page("gone.html", 404, slug="shopee", brand="Shopee")
    if request.method == "GET":
        return _login_page(sandbox, visit)
    form = await request.form()
    name, password = str(form.get("username", "")).strip(), str(form.get("password", ""))
    if not _account(sandbox, name, password):
        return _login_page(sandbox, visit, name, "Nama pengguna atau kata sandi salah.", status=403)
    visit.username = name
    sandbox.state_changed()
    return RedirectResponse(f"{request.scope.get('root_path', '')}/consent/{key}", status_code=303)


async def consent(request: Request) -> Response:
    sandbox = sandbox_of(request)
    access, key = access_of(sandbox), request.path_params["visit"]
    visit = access.visits.get(key)
    if visit is None:
        return page("gone.html", 404, slug="shopee", brand="Shopee")
    if not visit.username:
        return RedirectResponse(f"{request.scope.get('root_path', '')}/login/{key}", status_code=303)
    if request.method == "GET":
        return _consent_page(sandbox, visit)
    form = await request.form()
    if form.get("answer") != "allow":
        del access.visits[key]
        sandbox.state_changed()
        return _back(visit, error="access_denied")
    shop_ids, days = _chosen(sandbox, visit, form), _days(form)
    if not shop_ids or not days:
        return _consent_page(sandbox, visit, "Pilih sedikitnya satu toko, dan 7 sampai 365 hari.", status=422)
    del access.visits[key]
    return _allow(sandbox, visit, shop_ids, days)


def _allow(sandbox: Sandbox, visit: Visit, shop_ids: list[int], days: int) -> Response:
    access, main_id = access_of(sandbox), _main_account_id(sandbox, visit.username)
    sandbox.state_changed()
    if visit.purpose == "cancel":
        access.revoke(visit.partner_id, shop_ids)
        for shop_id in shop_ids:
            pushes.announce_revocation(sandbox, visit.partner_id, shop_id)
        return _back(visit)
    now = sandbox.clock.now_s()
    access.grant(visit.partner_id, shop_ids, days, now)
    code = access.new_code(visit.partner_id, shop_ids, main_id, now)
    pushes.announce_grant(sandbox, visit.partner_id, shop_ids, main_id)
    if main_id:
        return _back(visit, code=code, main_account_id=str(main_id))
    return _back(visit, code=code, shop_id=str(shop_ids[0]))


def _back(visit: Visit, **answer: str) -> Response:
    """To the app, with the answer added to whatever query its address already has."""
    return RedirectResponse(_with_answer(visit, **answer), status_code=303)


def _with_answer(visit: Visit, **answer: str) -> str:
    parts = urlsplit(visit.redirect)
    if visit.state:
        answer["state"] = visit.state
    query = parse_qsl(parts.query, keep_blank_values=True) + list(answer.items())
    return urlunsplit(parts._replace(query=urlencode(query)))


def _account(sandbox: Sandbox, username: str, password: str) -> list[Shop]:
    """The shops behind a login; none when it is wrong."""
    catalogue = sandbox.world.catalogue
    for main in catalogue.accounts_of("shopee"):
        if (main.username, main.password) == (username, password):
            return _shops(sandbox, username)
    shops = (s for s in catalogue.shops.values() if s.marketplace == "shopee")
    return [s for s in shops if (s.username, s.password) == (username, password)]


def _shops(sandbox: Sandbox, username: str) -> list[Shop]:
    catalogue = sandbox.world.catalogue
    for main in catalogue.accounts_of("shopee"):
        if main.username == username:
            return [catalogue.shops["shopee", shop_id] for shop_id in main.shop_ids]
    return [s for s in catalogue.shops.values() if s.marketplace == "shopee" and s.username == username]


def _main_account_id(sandbox: Sandbox, username: str) -> int:
    """0 when the login is a shop's own."""
    mains = sandbox.world.catalogue.accounts_of("shopee")
    return next((main.id for main in mains if main.username == username), 0)


def _chosen(sandbox: Sandbox, visit: Visit, form: FormData) -> list[int]:
    own = [shop.id for shop in _shops(sandbox, visit.username)]
    if len(own) == 1:
        return own
    wanted = {str(value) for value in form.getlist("shop")}
    return [shop_id for shop_id in own if str(shop_id) in wanted]


def _days(form: FormData) -> int:
    """0 when it is not a number of days Shopee takes."""
    text = str(form.get("days", ""))
    days = int(text) if text.isdigit() else 0
    return days if FEWEST_DAYS <= days <= MOST_DAYS else 0


def _login_page(
    sandbox: Sandbox, visit: Visit, username: str = "", error: str = "", status: int = 200
) -> Response:
    catalogue = sandbox.world.catalogue
    shops = [shop for shop in catalogue.shops.values() if shop.marketplace == "shopee"]
    known = [
        *((shop.username, shop.password, shop.name) for shop in shops[:8]),
        *((main.username, main.password, "Akun utama") for main in catalogue.accounts_of("shopee")),
    ]
    hints = join(render("login_hint.html", username=u, password=p, name=n) for u, p, n in known)
    warning = render("warning.html", text=error) if error else Html("")
    return page(
        "login.html", status, slug="shopee", brand="Shopee", lead=LEAD, username=username, warning=warning,
        hints=hints, cancel=_with_answer(visit),
    )  # fmt: skip


def _consent_page(sandbox: Sandbox, visit: Visit, error: str = "", status: int = 200) -> Response:
    shops = _shops(sandbox, visit.username)
    rows = join(
        render(
            "consent_shop.html",
            id=shop.id,
            name=shop.name,
            picture=picture_url(sandbox, tile_name("face", shop.name, shop.id * 47)),
        )
        for shop in shops
    )
    warning = render("warning.html", text=error) if error else Html("")
    name = "consent_cancel.html" if visit.purpose == "cancel" else "consent.html"
    return page(
        name, status, partner_id=visit.partner_id, username=visit.username, shops=rows, warning=warning,
        cancel=_with_answer(visit),
    )  # fmt: skip
