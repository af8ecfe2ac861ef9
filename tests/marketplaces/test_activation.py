from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from forstok_chat.accounts.models import Seller, User
from marketplaces.models import Activation, Credential, Shop
from tests.conftest import signed_in
from tests.factories import TOKOPEDIA_KEYS, make_shop
from tests.wire import SHOPEE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]

TOKEN = f"{SHOPEE}/auth/token/get"
SHOP_INFO = f"{SHOPEE}/shop/get_shop_info"
TOKOPEDIA_SHOPS = f"{TOKOPEDIA_KEYS['api_url']}/v1/shop/fs/{TOKOPEDIA_KEYS['fs_id']}/shop-info"


@pytest.fixture
def waiting_shop(seller: Seller) -> Shop:
    return make_shop(seller, is_active=False)


def granted(*shops: str) -> dict[str, Any]:
    return {
        "error": "",
        "message": "",
        "request_id": "r",
        "access_token": "very-secret-access",
        "refresh_token": "very-secret-refresh",
        "expire_in": 14400,
        "shop_id_list": [int(shop) for shop in shops],
    }


def begin(client: Client, shop: Shop) -> str:
    """The path that the marketplace is told to send the seller back to."""
    response = client.post(f"/shops/{shop.pk}/activation/")
    assert response.status_code == 302
    consent = urlsplit(response["Location"])
    assert consent.hostname == "shopee.test"
    return urlsplit(parse_qs(consent.query)["redirect"][0]).path


def texts(response: HttpResponse) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))  # type: ignore[attr-defined]


def test_consent_activates_the_shop_and_stores_its_tokens_encrypted(
    owner_client: Client, waiting_shop: Shop, web: responses.RequestsMock
) -> None:
    callback = begin(owner_client, waiting_shop)
    web.post(TOKEN, json=granted(waiting_shop.remote_id))
    ends = int((timezone.now() + timedelta(days=365)).timestamp())
    web.get(SHOP_INFO, json={"error": "", "shop_name": "Toko Uji", "expire_time": ends, "region": "ID"})
    response = owner_client.get(callback, {"code": "abc", "shop_id": waiting_shop.remote_id})
    assert response["Location"] == f"/chat/?shop={waiting_shop.pk}"
    waiting_shop.refresh_from_db()
    assert waiting_shop.is_active
    assert waiting_shop.authorized_until is not None
    assert Credential.objects.get().tokens["access"] == "very-secret-access"
    with connection.cursor() as cursor:
        cursor.execute("SELECT tokens FROM marketplaces_credential")
        assert "very-secret" not in cursor.fetchone()[0]


def test_denied_stores_nothing_and_says_so(
    owner_client: Client, waiting_shop: Shop, web: responses.RequestsMock
) -> None:
    callback = begin(owner_client, waiting_shop)
    response = owner_client.get(callback, {"error": "access_denied"})
    waiting_shop.refresh_from_db()
    assert waiting_shop.state == "inactive"
    assert not Credential.objects.exists()
    assert texts(response)


def test_an_expired_code_stores_nothing_and_says_so(
    owner_client: Client, waiting_shop: Shop, web: responses.RequestsMock
) -> None:
    callback = begin(owner_client, waiting_shop)
    web.post(TOKEN, json={"error": "error_auth", "message": "Invalid code", "request_id": "r"}, status=403)
    response = owner_client.get(callback, {"code": "old", "shop_id": waiting_shop.remote_id})
    waiting_shop.refresh_from_db()
    assert waiting_shop.state == "inactive"
    assert not Credential.objects.exists()
    assert texts(response)


def test_signing_in_as_another_shop_stores_nothing_and_names_the_right_one(
    owner_client: Client, waiting_shop: Shop, web: responses.RequestsMock
) -> None:
    callback = begin(owner_client, waiting_shop)
    web.post(TOKEN, json=granted("947042925"))
    response = owner_client.get(callback, {"code": "abc", "shop_id": "947042925"})
    waiting_shop.refresh_from_db()
    assert waiting_shop.state == "inactive"
    assert not Credential.objects.exists()
    assert waiting_shop.name in texts(response)


def test_a_callback_works_once(owner_client: Client, waiting_shop: Shop, web: responses.RequestsMock) -> None:
    callback = begin(owner_client, waiting_shop)
    owner_client.get(callback, {"error": "access_denied"})
    web.post(TOKEN, json=granted(waiting_shop.remote_id))
    owner_client.get(callback, {"code": "abc", "shop_id": waiting_shop.remote_id})
    waiting_shop.refresh_from_db()
    assert waiting_shop.state == "inactive"


def test_an_old_callback_does_not_work(
    owner_client: Client, waiting_shop: Shop, web: responses.RequestsMock
) -> None:
    callback = begin(owner_client, waiting_shop)
    Activation.objects.update(started_at=timezone.now() - timedelta(hours=1))
    owner_client.get(callback, {"code": "abc", "shop_id": waiting_shop.remote_id})
    assert not Credential.objects.exists()


def test_the_state_of_one_person_is_no_state_for_another(
    owner_client: Client, waiting_shop: Shop, stranger_client: Client, web: responses.RequestsMock
) -> None:
    callback = begin(owner_client, waiting_shop)
    assert stranger_client.get(callback, {"code": "abc"}).status_code == 404


def test_a_strangers_shop_is_not_found(stranger_client: Client, waiting_shop: Shop) -> None:
    assert stranger_client.post(f"/shops/{waiting_shop.pk}/activation/").status_code == 404


def test_an_agent_cannot_activate(colleague: User, waiting_shop: Shop) -> None:
    assert signed_in(colleague).post(f"/shops/{waiting_shop.pk}/activation/").status_code == 404


def test_anonymous_is_sent_to_sign_in(client: Client, waiting_shop: Shop) -> None:
    response = client.post(f"/shops/{waiting_shop.pk}/activation/")
    assert response["Location"].startswith("/sign-in/")


def tokopedia(web: responses.RequestsMock, *attached: str) -> None:
    web.post(f"{TOKOPEDIA_KEYS['auth_url']}/token", json={"access_token": "t", "expires_in": 2592000})
    shops = [{"shop_id": int(shop), "shop_name": "Toko Uji"} for shop in attached]
    web.get(TOKOPEDIA_SHOPS, json={"data": shops, "status": "200 Ok", "error_message": []})


def test_an_integrated_tokopedia_shop_is_active_after_one_click(
    owner_client: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    shop = make_shop(seller, "tokopedia", is_active=False)
    tokopedia(web, shop.remote_id)
    response = owner_client.post(f"/shops/{shop.pk}/activation/")
    assert response["Location"] == f"/chat/?shop={shop.pk}"
    shop.refresh_from_db()
    assert shop.is_active


def test_a_tokopedia_shop_that_is_not_attached_stays_inactive_and_says_why(
    owner_client: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    shop = make_shop(seller, "tokopedia", is_active=False)
    tokopedia(web, "1")
    response = owner_client.post(f"/shops/{shop.pk}/activation/")
    shop.refresh_from_db()
    assert shop.state == "inactive"
    assert texts(response)


@pytest.mark.parametrize(
    ("code", "advice"), [("RBAC_MDLW_001", "Tambahkan toko"), ("RBAC_MDLW_002", "Minta pemilik")]
)
@pytest.mark.parametrize("is_bare", [True, False])
def test_a_missing_permission_is_told_plainly_in_either_envelope(
    owner_client: Client,
    seller: Seller,
    web: responses.RequestsMock,
    code: str,
    advice: str,
    is_bare: bool,
) -> None:
    shop = make_shop(seller, "tokopedia", is_active=False)
    web.post(f"{TOKOPEDIA_KEYS['auth_url']}/token", json={"access_token": "t", "expires_in": 2592000})
    bare = {"data": None, "status": "403 Forbidden", "error_message": [code]}
    headed = {"header": {"reason": "no permission", "error_code": code}, "data": None}
    web.get(TOKOPEDIA_SHOPS, status=403, json=bare if is_bare else headed)
    response = owner_client.post(f"/shops/{shop.pk}/activation/")
    assert advice in texts(response)
    shop.refresh_from_db()
    assert shop.state == "inactive"


def test_a_marketplace_that_does_not_answer_is_a_reason_not_a_crash(
    owner_client: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    shop = make_shop(seller, "tokopedia", is_active=False)
    web.post(f"{TOKOPEDIA_KEYS['auth_url']}/token", body="oops", status=502)
    response = owner_client.post(f"/shops/{shop.pk}/activation/")
    assert "Tokopedia" in texts(response)


def test_switching_off_removes_the_tokens_and_keeps_the_shop(owner_client: Client, shop: Shop) -> None:
    owner_client.post(f"/shops/{shop.pk}/deactivation/")
    shop.refresh_from_db()
    assert shop.state == "inactive"
    assert not Credential.objects.filter(shop=shop).exists()
