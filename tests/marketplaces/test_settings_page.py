from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from forstok_chat.accounts.models import Membership, Seller, User
from marketplaces.models import App, Shop
from marketplaces.registry import CONNECTORS
from tests.conftest import signed_in
from tests.factories import SHOPEE_KEYS, make_app, make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]

OWN = SHOPEE_KEYS | {"partner_id": "2009999", "partner_key": "own-secret", "push_key": "own-push-secret"}


def page(client: Client, seller: Seller, marketplace: str = "shopee") -> str:
    response = client.get(f"/settings/apps/{seller.pk}/{marketplace}/", headers={"Accept-Language": "en"})
    assert response.status_code == 200
    return response.content.decode()


def shown(client: Client, path: str) -> str:
    """Words only, in English."""
    html = client.get(path, headers={"Accept-Language": "en"}).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_every_marketplace_has_its_own_line_and_form(owner_client: Client, seller: Seller) -> None:
    overview = owner_client.get("/settings/apps/").content.decode()
    for slug in CONNECTORS:
        assert f"/settings/apps/{seller.pk}/{slug}/" in overview
        assert "password" in page(owner_client, seller, slug)


def test_who_owns_several_sellers_sees_the_apps_of_each(owner: User, seller: Seller) -> None:
    other = Seller.objects.create(name="Toko Kedua")
    Membership.objects.create(user=owner, seller=other, role=Membership.Role.OWNER)
    App.objects.create(marketplace="shopee", seller=other, keys=OWN)
    client = signed_in(owner)
    overview = client.get("/settings/apps/").content.decode()
    assert seller.name in overview
    assert "Toko Kedua" in overview
    assert "2009999" in page(client, other)
    assert "2009999" not in page(client, seller)


def test_secrets_are_never_filled_in_again(owner_client: Client, seller: Seller) -> None:
    make_app()
    App.objects.create(marketplace="shopee", seller=seller, keys=OWN)
    html = page(owner_client, seller)
    assert "2009999" in html
    for secret in ("own-secret", "own-push-secret", SHOPEE_KEYS["partner_key"], SHOPEE_KEYS["push_key"]):
        assert secret not in html


def test_a_refused_form_does_not_repeat_what_was_typed_as_a_secret(
    owner_client: Client, seller: Seller
) -> None:
    make_app()
    typed = OWN | {"partner_id": "no number", "partner_key": "just-typed"}
    response = owner_client.post(f"/settings/apps/{seller.pk}/shopee/", typed)
    assert response.status_code == 422
    assert "no number" in response.content.decode()
    assert "just-typed" not in response.content.decode()


def test_addresses_are_chosen_from_a_list_that_the_platforms_app_adds_to(
    owner_client: Client, seller: Seller
) -> None:
    make_app()
    html = page(owner_client, seller)
    assert 'name="api_url"' in html
    assert '<option value="https://shopee.test">' in html
    assert '<option value="https://partner.shopeemobile.com">' in html
    assert SHOPEE_KEYS["partner_id"] not in html


def test_the_page_shows_the_address_for_pushes_and_the_app_in_use(
    owner_client: Client, seller: Seller, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://chat.example.test"
    assert "None. Without keys" in page(owner_client, seller)
    make_app()
    html = page(owner_client, seller)
    assert "https://chat.example.test/webhooks/shopee/" in html
    assert "<dd>Forstok&#x27;s app</dd>" in html or "<dd>Forstok's app</dd>" in html
    App.objects.create(marketplace="shopee", seller=seller, keys=OWN)
    assert "<dd>Your own app</dd>" in page(owner_client, seller)


def test_the_page_says_beforehand_how_many_shops_have_to_be_activated_again(
    owner_client: Client, seller: Seller
) -> None:
    make_app()
    assert "must be activated again" not in page(owner_client, seller)
    make_shop(seller)
    make_shop(seller)
    make_shop(seller, is_active=False)
    assert "2 shops must be activated again" in page(owner_client, seller)


@pytest.mark.parametrize(
    ("health", "told"),
    [("", "Not asked yet"), ("normal", "They arrive"), ("suspended", "has stopped its pushes")],
)
def test_the_page_tells_how_pushes_do(owner_client: Client, seller: Seller, health: str, told: str) -> None:
    App.objects.create(
        marketplace="shopee", seller=seller, keys=OWN, push_health=health, checked_at=timezone.now()
    )
    assert told in page(owner_client, seller)


def test_the_dashboard_leads_only_owners_to_the_keys(
    owner_client: Client, colleague: User, seller: Seller
) -> None:
    assert "/settings/apps/" in owner_client.get("/").content.decode()
    assert "/settings/apps/" not in signed_in(colleague).get("/").content.decode()


def test_the_dashboard_warns_the_owner_of_stopped_pushes(
    owner_client: Client, colleague: User, stranger_client: Client, seller: Seller
) -> None:
    App.objects.create(marketplace="shopee", seller=seller, keys=OWN, push_health="suspended")
    assert "has stopped its pushes" in shown(owner_client, "/")
    assert "has stopped its pushes" not in shown(signed_in(colleague), "/")
    assert "has stopped its pushes" not in shown(stranger_client, "/")


def ends_in(shop: Shop, days: int) -> None:
    Shop.objects.filter(pk=shop.pk).update(authorized_until=timezone.now() + timedelta(days=days))


@pytest.mark.parametrize(
    ("days", "is_told", "is_warning"),
    [(31, False, False), (30, True, False), (8, True, False), (7, True, True), (0, True, True)],
)
def test_the_dashboard_tells_the_end_of_a_consent_quietly_then_as_a_warning(
    owner_client: Client, shop: Shop, days: int, is_told: bool, is_warning: bool
) -> None:
    ends_in(shop, days)
    html = owner_client.get("/", headers={"Accept-Language": "en"}).content.decode()
    assert ("Authorization ends on" in html) == is_told
    assert ('class="authorization notice notice--warning"' in html) == is_warning
    assert (f'action="/shops/{shop.pk}/activation/"' in html) == is_told


def test_a_consent_that_has_ended_is_told_as_such(owner_client: Client, shop: Shop) -> None:
    ends_in(shop, -2)
    assert "Authorization ended on" in shown(owner_client, "/")


def test_an_agent_reads_the_warning_without_the_button(colleague: User, shop: Shop) -> None:
    ends_in(shop, 3)
    html = signed_in(colleague).get("/", headers={"Accept-Language": "en"}).content.decode()
    assert "The owner or a supervisor can renew it." in html
    assert f'action="/shops/{shop.pk}/activation/"' not in html


def test_a_shop_that_is_not_active_has_no_end_to_warn_of(owner_client: Client, shop: Shop) -> None:
    ends_in(shop, 3)
    shop.disconnect("shop_access_expired · the authorization ended")
    words = shown(owner_client, "/")
    assert "Authorization ends" not in words
    assert "The permission for this shop has ended. Activate chat again." in words


def test_a_reason_that_nobody_explains_is_told_as_it_came(owner_client: Client, shop: Shop) -> None:
    shop.disconnect("never_heard · <b>of it</b>")
    assert "never_heard · &lt;b&gt;of it&lt;/b&gt;" in owner_client.get("/").content.decode()


def test_days_are_counted_by_the_calendar(shop: Shop, late_evening: None) -> None:
    shop.authorized_until = timezone.now() + timedelta(hours=2)
    assert shop.authorization_days_left == 1
    shop.authorized_until = None
    assert shop.authorization_days_left is None


@pytest.fixture
def late_evening() -> Any:
    """23:30 in Jakarta."""
    with time_machine.travel("2026-11-24T16:30:00+00:00", tick=False):
        yield
