"""A main account's consent opens several shops: 1001 is the chosen one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import responses
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from forstok_chat.accounts.models import Membership, Seller, User
from marketplaces import appkeys, grants
from marketplaces.credentials import StoredTokens
from marketplaces.http import Http
from marketplaces.models import Activation, Credential, Shop
from tests.conftest import signed_in
from tests.factories import SHOPEE_KEYS, limit_to, make_app, make_user
from tests.wire import SHOPEE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]

TOKEN = f"{SHOPEE}/auth/token/get"
REFRESH = f"{SHOPEE}/auth/access_token/get"
SHOP_INFO = f"{SHOPEE}/shop/get_shop_info"
FORBIDDEN = {"error": "shop_banned", "message": "banned", "request_id": "r"}


def put(seller: Seller, remote_id: str, *, is_active: bool = False) -> Shop:
    state = Shop.State.ACTIVE if is_active else Shop.State.INACTIVE
    return Shop.objects.create(
        seller=seller, marketplace="shopee", remote_id=remote_id, name=f"Toko {remote_id}", state=state
    )


@pytest.fixture
def chosen(seller: Seller) -> Shop:
    make_app()
    return put(seller, "1001")


def consent(client: Client, shop: Shop, web: responses.RequestsMock, *shops: str) -> str:
    """The page on which the owner picks, after coming back from the marketplace."""
    begun = client.post(f"/shops/{shop.pk}/activation/")
    callback = urlsplit(parse_qs(urlsplit(begun["Location"]).query)["redirect"][0]).path
    grant = {
        "error": "",
        "access_token": "first-access",
        "refresh_token": "first-refresh",
        "expire_in": 14400,
        "shop_id_list": [int(each) for each in shops],
    }
    web.post(TOKEN, json=grant)
    response = client.get(callback, {"code": "abc", "main_account_id": "77"})
    assert response.status_code == 302
    return str(response["Location"])


def answer_facts(web: responses.RequestsMock, **by_shop: dict[str, Any]) -> None:
    """What get_shop_info says, by shop as in `s1003`; a name made of the id where nothing is said."""

    def facts(request: Any) -> tuple[int, dict[str, str], str]:
        shop = dict(parse_qsl(urlsplit(request.url).query))["shop_id"]
        told = {"error": "", "shop_name": f"Named {shop}", "region": "ID"}
        return 200, {}, json.dumps(by_shop.get(f"s{shop}", told))

    web.add_callback(responses.GET, SHOP_INFO, callback=facts)


def texts(response: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))  # type: ignore[attr-defined]


def states() -> dict[str, str]:
    return dict(Shop.objects.values_list("remote_id", "state"))


def test_the_page_lists_the_granted_shops_and_preselects_those_that_need_it(
    owner_client: Client, seller: Seller, chosen: Shop, web: responses.RequestsMock
) -> None:
    put(seller, "1002")
    put(seller, "1003", is_active=True)
    answer_facts(web)
    place = consent(owner_client, chosen, web, "1001", "1002", "1003", "1004")
    html = owner_client.get(place).content.decode()
    for remote_id, is_checked in {"1001": True, "1002": True, "1003": False, "1004": False}.items():
        assert f'value="{remote_id}"' in html
        assert (f'value="{remote_id}" checked' in html) == is_checked
    assert "Toko 1002" in html
    assert "Named 1004" in html
    assert not Credential.objects.exists()


def test_a_chosen_shop_that_is_active_is_preselected_for_its_renewal(
    owner_client: Client, seller: Seller, chosen: Shop, web: responses.RequestsMock
) -> None:
    Shop.objects.update(state=Shop.State.ACTIVE)
    put(seller, "1002", is_active=True)
    html = owner_client.get(consent(owner_client, chosen, web, "1001", "1002")).content.decode()
    assert 'value="1001" checked' in html
    assert 'value="1002" checked' not in html


def test_the_grant_waits_encrypted_and_goes_when_it_was_used(
    owner_client: Client, seller: Seller, chosen: Shop, web: responses.RequestsMock
) -> None:
    answer_facts(web)
    place = consent(owner_client, chosen, web, "1001", "1002")
    with connection.cursor() as cursor:
        cursor.execute('SELECT "grant" FROM marketplaces_activation')
        stored = cursor.fetchone()[0]
    assert "first-access" not in stored
    assert (Activation.objects.get().grant or {})["access"] == "first-access"
    owner_client.post(place, {"shops": ["1001"]})
    assert Activation.objects.get().grant is None


def test_picked_shops_are_active_with_the_same_first_pair_each_and_the_others_are_not(
    owner_client: Client, seller: Seller, chosen: Shop, web: responses.RequestsMock
) -> None:
    put(seller, "1002")
    answer_facts(web)
    place = consent(owner_client, chosen, web, "1001", "1002", "1003")
    response = owner_client.post(place, {"shops": ["1001", "1003"]})
    assert response["Location"] == f"/chat/?shop={chosen.pk}"
    assert states() == {"1001": "active", "1002": "inactive", "1003": "active"}
    created = Shop.objects.get(remote_id="1003")
    assert (created.seller, created.name) == (seller, "Named 1003")
    pairs = {row.shop: row.tokens for row in Credential.objects.all()}
    first = {"access": "first-access", "refresh": "first-refresh"}
    assert pairs == {chosen: first, created: first}
    assert "Toko 1001" in texts(response)
    assert "Named 1003" in texts(response)


def test_each_shop_then_refreshes_on_its_own(
    owner_client: Client, seller: Seller, chosen: Shop, web: responses.RequestsMock
) -> None:
    second = put(seller, "1002")
    answer_facts(web)
    owner_client.post(consent(owner_client, chosen, web, "1001", "1002"), {"shops": ["1001", "1002"]})
    Credential.objects.update(expires_at=timezone.now())

    def refreshed(request: Any) -> tuple[int, dict[str, str], str]:
        asked = json.loads(request.body)
        assert asked["refresh_token"] == "first-refresh"
        told = {"access_token": f"of-{asked['shop_id']}", "refresh_token": "r", "expire_in": 14400}
        return 200, {}, json.dumps({"error": "", **told})

    web.add_callback(responses.POST, REFRESH, callback=refreshed)
    for shop, access in ((chosen, "of-1001"), (second, "of-1002")):
        assert StoredTokens(shop.app_in_use(), shop, Http()).current().access == access


def test_one_failing_shop_does_not_stop_the_others_and_both_are_told(
    owner_client: Client, seller: Seller, chosen: Shop, web: responses.RequestsMock
) -> None:
    put(seller, "1002")
    answer_facts(web, s1001=FORBIDDEN)
    place = consent(owner_client, chosen, web, "1001", "1002")
    response = owner_client.post(place, {"shops": ["1001", "1002"]}, headers={"Accept-Language": "en"})
    assert states() == {"1001": "inactive", "1002": "active"}
    assert list(Credential.objects.values_list("shop__remote_id", flat=True)) == ["1002"]
    assert "“Toko 1001” was not activated. Shopee has banned this shop." in texts(response)
    assert "Chat is active: “Toko 1002”." in texts(response)
    assert Shop.objects.get(remote_id="1002").pk.hex in response["Location"].replace("-", "")


def test_a_failing_shop_that_is_new_leaves_no_row(
    owner_client: Client, chosen: Shop, web: responses.RequestsMock
) -> None:
    answer_facts(web, s1002=FORBIDDEN)
    owner_client.post(consent(owner_client, chosen, web, "1001", "1002"), {"shops": ["1001", "1002"]})
    assert states() == {"1001": "active"}


def test_another_sellers_shop_is_neither_named_nor_asked_for_nor_taken(
    owner_client: Client, chosen: Shop, stranger: User, web: responses.RequestsMock
) -> None:
    theirs = put(stranger.memberships.get().seller, "1002")
    place = consent(owner_client, chosen, web, "1001", "1002")
    html = owner_client.get(place).content.decode()
    assert "1002" not in html
    answer_facts(web)
    owner_client.post(place, {"shops": ["1001", "1002"]})
    theirs.refresh_from_db()
    assert theirs.state == "inactive"
    assert theirs.seller == stranger.memberships.get().seller
    assert not Credential.objects.filter(shop=theirs).exists()
    assert states()["1001"] == "active"


def test_a_shop_that_another_seller_gets_in_the_meantime_is_not_taken_from_them(
    owner_client: Client,
    chosen: Shop,
    stranger: User,
    web: responses.RequestsMock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer_facts(web)
    place = consent(owner_client, chosen, web, "1001", "1002")
    take = grants.take

    def slow_take(activation: Activation) -> Any:
        put(stranger.memberships.get().seller, "1002")
        return take(activation)

    monkeypatch.setattr(grants, "take", slow_take)
    response = owner_client.post(place, {"shops": ["1001", "1002"]}, headers={"Accept-Language": "en"})
    assert states() == {"1001": "active", "1002": "inactive"}
    assert "cannot be activated here" in texts(response)


def test_a_shop_that_was_not_granted_cannot_be_picked(
    owner_client: Client, seller: Seller, chosen: Shop, web: responses.RequestsMock
) -> None:
    put(seller, "1009")
    answer_facts(web)
    owner_client.post(consent(owner_client, chosen, web, "1001", "1002"), {"shops": ["1001", "1009", "x"]})
    assert states() == {"1001": "active", "1009": "inactive"}


def test_nothing_picked_leaves_the_choice_open(
    owner_client: Client, chosen: Shop, web: responses.RequestsMock
) -> None:
    answer_facts(web)
    place = consent(owner_client, chosen, web, "1001", "1002")
    response = owner_client.post(place, {})
    assert response["Location"] == place
    assert texts(response)
    owner_client.post(place, {"shops": ["1001"]})
    assert states() == {"1001": "active"}


def test_a_second_click_stores_no_pair_that_is_spent_by_then(
    owner_client: Client, chosen: Shop, web: responses.RequestsMock
) -> None:
    answer_facts(web)
    place = consent(owner_client, chosen, web, "1001", "1002")
    owner_client.post(place, {"shops": ["1001"]})
    Credential.objects.update(tokens={"access": "newer", "refresh": "newer"})
    owner_client.post(place, {"shops": ["1001", "1002"]})
    assert Credential.objects.get().tokens == {"access": "newer", "refresh": "newer"}


def test_cancelling_deletes_the_grant_and_activates_nothing(
    owner_client: Client, chosen: Shop, web: responses.RequestsMock
) -> None:
    place = consent(owner_client, chosen, web, "1001", "1002")
    attempt = Activation.objects.get()
    owner_client.post(f"/shops/activation/{attempt.pk}/cancellation/")
    owner_client.post(place, {"shops": ["1001"]})
    attempt.refresh_from_db()
    assert attempt.grant is None
    assert states() == {"1001": "inactive"}


def test_a_choice_is_open_for_half_an_hour_and_the_grant_is_deleted_after_it(
    owner_client: Client, chosen: Shop, web: responses.RequestsMock
) -> None:
    place = consent(owner_client, chosen, web, "1001", "1002")
    assert grants.drop_old() == 0
    Activation.objects.update(finished_at=timezone.now() - timedelta(minutes=31))
    response = owner_client.post(place, {"shops": ["1001"]})
    assert response["Location"] == f"/chat/?shop={chosen.pk}"
    assert states() == {"1001": "inactive"}
    assert grants.drop_old() == 1
    assert Activation.objects.get().grant is None


def test_another_app_ends_the_choice_as_its_tokens_are_of_the_old_one(
    owner_client: Client, seller: Seller, chosen: Shop, web: responses.RequestsMock
) -> None:
    place = consent(owner_client, chosen, web, "1001", "1002")
    appkeys.save("shopee", seller, SHOPEE_KEYS | {"partner_id": "2009999"})
    owner_client.post(place, {"shops": ["1001"]})
    assert not Credential.objects.exists()


def test_nobody_else_finds_the_choice(
    owner_client: Client, seller: Seller, chosen: Shop, stranger_client: Client, web: responses.RequestsMock
) -> None:
    place = consent(owner_client, chosen, web, "1001", "1002")
    supervisor = make_user("boss@example.test", seller=seller, role=Membership.Role.SUPERVISOR)
    cancel = f"/shops/activation/{Activation.objects.get().pk}/cancellation/"
    for client in (stranger_client, signed_in(supervisor)):
        assert client.get(place).status_code == 404
        assert client.post(place, {"shops": ["1001"]}).status_code == 404
        assert client.post(cancel).status_code == 404
    assert Activation.objects.get().grant is not None


def test_whoever_lost_the_right_to_manage_meanwhile_cannot_pick(
    owner: User, chosen: Shop, web: responses.RequestsMock
) -> None:
    client = signed_in(owner)
    place = consent(client, chosen, web, "1001", "1002")
    Membership.objects.update(role=Membership.Role.AGENT)
    assert client.post(place, {"shops": ["1001"]}).status_code == 404


def test_a_supervisor_of_chosen_shops_is_offered_these_only(
    seller: Seller, chosen: Shop, web: responses.RequestsMock
) -> None:
    supervisor = make_user("boss@example.test", seller=seller, role=Membership.Role.SUPERVISOR)
    limit_to(supervisor, chosen)
    put(seller, "1002")
    client = signed_in(supervisor)
    html = client.get(consent(client, chosen, web, "1001", "1002", "1003")).content.decode()
    assert 'value="1001"' in html
    assert 'value="1002"' not in html
    assert 'value="1003"' not in html


def test_a_chosen_shop_that_was_not_granted_is_missed(
    owner_client: Client, seller: Seller, chosen: Shop, web: responses.RequestsMock
) -> None:
    put(seller, "1002")
    put(seller, "1003")
    place = consent(owner_client, chosen, web, "1002", "1003")
    html = owner_client.get(place, headers={"Accept-Language": "en"}).content.decode()
    assert "“Toko 1001” is not among them" in html


def test_names_that_cannot_be_asked_for_do_not_hinder_the_choice(
    owner_client: Client, chosen: Shop, web: responses.RequestsMock
) -> None:
    web.get(SHOP_INFO, body="oops", status=502)
    place = consent(owner_client, chosen, web, "1001", "1002", "1003")
    assert 'value="1003"' in owner_client.get(place).content.decode()
    owner_client.post(place, {"shops": ["1003"]})
    created = Shop.objects.get(remote_id="1003")
    assert created.is_active
    assert "1003" in created.name
