from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from django.utils import timezone, translation

from forstok_chat.accounts.models import Seller, User
from forstok_chat.celery import app as celery
from marketplaces import authorizations
from marketplaces.models import App, Shop
from marketplaces.reasons import why_disconnected
from marketplaces.tasks import reconcile_app, reconcile_apps
from tests.factories import SHOPEE_KEYS, make_app, make_shop
from tests.wire import SHOPEE

pytestmark = pytest.mark.django_db

SHOPS_BY_PARTNER = f"{SHOPEE}/public/get_shops_by_partner"
SHOP_INFO = f"{SHOPEE}/shop/get_shop_info"
UNTIL = datetime(2027, 3, 1, tzinfo=UTC)


def row(shop: Shop, until: datetime = UNTIL) -> dict[str, Any]:
    return {"shop_id": int(shop.remote_id), "region": "ID", "expire_time": int(until.timestamp())}


def tell(web: responses.RequestsMock, *rows: dict[str, Any]) -> None:
    web.get(SHOPS_BY_PARTNER, json={"error": "", "authed_shop_list": list(rows), "more": False})


def ended(shop: Shop) -> datetime | None:
    shop.refresh_from_db()
    return shop.authorized_until


def test_the_marketplaces_warning_is_noted_for_active_shops_of_that_app_only(
    shop: Shop, seller: Seller, stranger: User
) -> None:
    other = make_shop(seller)
    waiting = make_shop(seller, is_active=False)
    foreign = make_shop(stranger.memberships.get().seller)
    App.objects.create(marketplace="shopee", seller=foreign.seller, keys=SHOPEE_KEYS)
    named = [shop.remote_id, waiting.remote_id, foreign.remote_id, "404"]
    assert authorizations.note_expiring(make_app(), named, UNTIL) == 1
    assert [ended(each) for each in (shop, other, waiting, foreign)] == [UNTIL, None, None, None]


def test_a_warning_does_not_put_off_an_end_that_is_known_exactly(shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(authorized_until=UNTIL - timedelta(hours=20))
    assert authorizations.note_expiring(make_app(), [shop.remote_id], UNTIL) == 0
    assert ended(shop) == UNTIL - timedelta(hours=20)
    assert authorizations.note_expiring(make_app(), [shop.remote_id], UNTIL - timedelta(days=2)) == 1
    assert ended(shop) == UNTIL - timedelta(days=2)


def test_the_end_of_each_consent_is_noted(shop: Shop, seller: Seller, web: responses.RequestsMock) -> None:
    other = make_shop(seller)
    tell(web, row(shop), row(other, UNTIL + timedelta(days=2)))
    assert authorizations.reconcile(make_app()) == []
    assert (ended(shop), ended(other)) == (UNTIL, UNTIL + timedelta(days=2))


def test_a_shop_that_is_missing_and_refuses_us_is_disconnected_and_says_why(
    shop: Shop, seller: Seller, web: responses.RequestsMock
) -> None:
    gone = make_shop(seller)
    tell(web, row(shop))
    refusal = {"error": "shop_access_expired", "message": "ended", "request_id": "r"}
    web.get(SHOP_INFO, json=refusal, status=403)
    assert authorizations.reconcile(make_app()) == [gone]
    gone.refresh_from_db()
    shop.refresh_from_db()
    assert (gone.state, shop.state) == ("disconnected", "active")
    with translation.override("en"):
        assert why_disconnected(gone) == gone.connector.explanations["shop_access_expired"]


def test_a_shop_that_is_missing_but_lets_us_in_stays(shop: Shop, web: responses.RequestsMock) -> None:
    tell(web)
    ends = int(UNTIL.timestamp())
    web.get(SHOP_INFO, json={"error": "", "shop_name": "Toko Uji", "expire_time": ends})
    assert authorizations.reconcile(make_app()) == []
    assert ended(shop) == UNTIL
    assert shop.is_active


@pytest.mark.parametrize("status", [429, 502])
def test_a_shop_that_is_missing_and_cannot_be_asked_stays(
    shop: Shop, web: responses.RequestsMock, status: int
) -> None:
    tell(web)
    web.get(SHOP_INFO, body="oops", status=status)
    assert authorizations.reconcile(make_app()) == []
    shop.refresh_from_db()
    assert shop.is_active


def test_a_list_that_does_not_come_disconnects_nobody(shop: Shop, web: responses.RequestsMock) -> None:
    web.get(SHOPS_BY_PARTNER, body="oops", status=502)
    reconcile_app(make_app().pk)
    shop.refresh_from_db()
    assert shop.is_active
    assert len(web.calls) == 1


def test_the_shops_of_another_app_are_not_looked_for(
    shop: Shop, seller: Seller, web: responses.RequestsMock
) -> None:
    App.objects.create(marketplace="shopee", seller=seller, keys=SHOPEE_KEYS)
    tell(web)
    assert authorizations.reconcile(make_app()) == []
    assert len(web.calls) == 1


def test_a_marketplace_without_such_a_list_is_not_asked(seller: Seller, web: responses.RequestsMock) -> None:
    make_shop(seller, "tokopedia")
    assert authorizations.reconcile(make_app("tokopedia")) == []
    assert not web.calls


def test_every_night_each_app_with_an_active_shop_is_compared(
    shop: Shop, seller: Seller, stranger: User, nudges: list[tuple[str, tuple[Any, ...]]]
) -> None:
    make_shop(seller, "tokopedia")
    App.objects.create(marketplace="shopee", seller=stranger.memberships.get().seller, keys=SHOPEE_KEYS)
    reconcile_apps()
    assert nudges == [("reconcile_app", (make_app().pk,))]


def test_the_comparison_runs_nightly_where_it_delays_no_reply() -> None:
    entry = celery.conf.beat_schedule["reconcile-apps"]
    assert entry["task"] == reconcile_apps.name
    assert entry["schedule"].remaining_estimate(timezone.now()) <= timedelta(days=1)
    for task in (reconcile_apps, reconcile_app):
        assert celery.amqp.router.route({}, task.name)["queue"].name == "slow"


def test_an_app_that_was_removed_meanwhile_is_no_crash() -> None:
    reconcile_app(0)
