"""What the seller sees in the browser: login, consent, and the way back to the one registered address."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from marketplaces.sandbox import ids
from marketplaces.sandbox.catalogue import MainAccount
from marketplaces.sandbox.endpoint import endpoint
from marketplaces.sandbox.html import Html, join, page, render
from marketplaces.sandbox.sandbox import Sandbox, sandbox_of
from marketplaces.sandbox.tiktok_shop import errors
from marketplaces.sandbox.tiktok_shop.access import GRANT_S, Grant, Visit
from marketplaces.sandbox.tiktok_shop.errors import TikTokShopError, invalid
from marketplaces.sandbox.tiktok_shop.gate import access_of
from marketplaces.sandbox.tiles import tile_name

VISIT_S = 1800
LOOK = {"slug": "tiktok_shop", "brand": "Tokopedia & TikTok Shop"}
LEAD = "Satu akun penjual membuka semua tokonya."


def routes() -> Iterator[BaseRoute]:
    yield Route("/open/authorize", endpoint("tiktok_shop", "open-authorize", _begin_by_service))
    yield Route("/oauth/authorize", endpoint("tiktok_shop", "oauth-authorize", _begin_by_app))
    yield Route("/login/{visit}", login, methods=["GET", "POST"])
    yield Route("/consent/{visit}", consent, methods=["GET", "POST"])


async def _begin_by_service(sandbox: Sandbox, request: Request) -> Response:
    if request.query_params.get("service_id") != sandbox.keys.tiktok_shop_service_id:
        raise invalid("service_id")
    return _begin(sandbox, request)


async def _begin_by_app(sandbox: Sandbox, request: Request) -> Response:
    """The older link."""
    if request.query_params.get("app_key") != sandbox.keys.tiktok_shop_app_key:
        raise TikTokShopError(errors.INVALID, errors.WRONG_APP)
    return _begin(sandbox, request)


def _begin(sandbox: Sandbox, request: Request) -> Response:
    access, now = access_of(sandbox), sandbox.clock.now_s()
    for old in [key for key, visit in access.visits.items() if visit.began_at < now - VISIT_S]:
        del access.visits[old]
    key = ids.token()
    access.visits[key] = Visit(request.query_params.get("state", ""), now)
    sandbox.state_changed()
    return RedirectResponse(f"{request.scope.get('root_path', '')}/login/{key}", status_code=302)


async def login(request: Request) -> Response:
    sandbox, key = sandbox_of(request), request.path_params["visit"]
    visit = access_of(sandbox).visits.get(key)
    if visit is None:
        return page("gone.html", 404, **LOOK)
    if request.method == "GET":
        return _login_page(sandbox, visit)
    form = await request.form()
    name, password = str(form.get("username", "")).strip(), str(form.get("password", ""))
    account = _account(sandbox, name)
    if account is None or account.password != password:
        return _login_page(sandbox, visit, name, "Nama pengguna atau kata sandi salah.", status=403)
    visit.username = name
    sandbox.state_changed()
    return RedirectResponse(f"{request.scope.get('root_path', '')}/consent/{key}", status_code=303)


async def consent(request: Request) -> Response:
    sandbox, key = sandbox_of(request), request.path_params["visit"]
    access = access_of(sandbox)
    visit = access.visits.get(key)
    if visit is None:
        return page("gone.html", 404, **LOOK)
    account = _account(sandbox, visit.username)
    if account is None:
        return RedirectResponse(f"{request.scope.get('root_path', '')}/login/{key}", status_code=303)
    if request.method == "GET":
        return _consent_page(sandbox, visit, account)
    answer = (await request.form()).get("answer")
    del access.visits[key]
    sandbox.state_changed()
    if answer != "allow":
        return RedirectResponse(_back(sandbox, visit, error="access_denied"), status_code=303)
    now = sandbox.clock.now_s()
    grant = Grant(str(account.id), account.username, list(account.shop_ids), now + GRANT_S)
    return RedirectResponse(_back(sandbox, visit, code=access.new_code(grant, now)), status_code=303)


def redirect_address(sandbox: Sandbox) -> str:
    return access_of(sandbox).redirect or f"{sandbox.keys.public_url}/shops/activation/callback/"


def _back(sandbox: Sandbox, visit: Visit, **answer: str) -> str:
    """The registered address with the answer, added to whatever query it already has."""
    parts = urlsplit(redirect_address(sandbox))
    query = [*parse_qsl(parts.query, keep_blank_values=True), *answer.items(), ("state", visit.state)]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _account(sandbox: Sandbox, username: str) -> MainAccount | None:
    accounts = sandbox.world.catalogue.accounts_of("tiktok_shop")
    return next((account for account in accounts if account.username == username), None)


def _login_page(
    sandbox: Sandbox, visit: Visit, username: str = "", error: str = "", status: int = 200
) -> Response:
    accounts = sandbox.world.catalogue.accounts_of("tiktok_shop")
    hints = join(
        render("login_hint.html", username=a.username, password=a.password, name=f"{len(a.shop_ids)} toko")
        for a in accounts[:8]
    )
    warning = render("warning.html", text=error) if error else Html("")
    cancel = _back(sandbox, visit, error="access_denied")
    return page(
        "login.html",
        status,
        lead=LEAD,
        username=username,
        warning=warning,
        hints=hints,
        cancel=cancel,
        **LOOK,
    )


def _consent_page(sandbox: Sandbox, visit: Visit, account: MainAccount) -> Response:
    shops = [sandbox.world.catalogue.shops["tiktok_shop", shop_id] for shop_id in account.shop_ids]
    rows = join(
        render(
            "consent_all_shop.html",
            id=shop.id,
            name=shop.name,
            picture=f"/tiktok_shop/file/{tile_name('face', shop.name, shop.id * 47)}",
        )
        for shop in shops[:20]
    )
    cancel = _back(sandbox, visit, error="access_denied")
    return page(
        "consent_all.html",
        service_id=sandbox.keys.tiktok_shop_service_id,
        username=account.username,
        shops=rows,
        cancel=cancel,
        **LOOK,
    )
