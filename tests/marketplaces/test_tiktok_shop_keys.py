"""TikTok Shop: the app keys that a seller may enter, and those of the platform."""

from __future__ import annotations

from typing import Any

import pytest
import responses
from django.core.management import call_command
from django.test import Client

from forstok_chat.accounts.models import Seller
from marketplaces.checks import platform_apps_are_whole
from marketplaces.models import App

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]

KEYS = {
    "api_url": "https://open-api.tiktokglobalshop.com",
    "auth_url": "https://auth.tiktok-shops.com",
    "consent_url": "https://services.tiktokshop.com/open/authorize",
    "app_key": "6k2m9x4q7w1z",
    "app_secret": "own-app-secret",
    "service_id": "7400000000000000001",
}


def entered(client: Client, seller: Seller, **keys: str) -> int:
    """The status of the answer to these keys: 302 when they were stored."""
    return client.post(f"/settings/apps/{seller.pk}/tiktok_shop/", KEYS | keys).status_code


def test_keys_of_an_own_app_are_stored_without_being_asked_for(
    owner_client: Client, seller: Seller, web: responses.RequestsMock
) -> None:
    assert entered(owner_client, seller) == 302
    assert App.objects.get(marketplace="tiktok_shop", seller=seller).keys == KEYS
    assert not web.calls


def test_the_service_id_is_not_needed(owner_client: Client, seller: Seller) -> None:
    assert entered(owner_client, seller, service_id="") == 302
    assert "service_id" not in App.objects.get(seller=seller).keys


@pytest.mark.parametrize(
    "wrong",
    [
        {"service_id": "seven"},
        {"app_key": ""},
        {"app_secret": ""},
        {"api_url": "http://169.254.169.254"},
        {"auth_url": "https://auth.example.test"},
        {"consent_url": "https://login.example.test"},
    ],
)
def test_what_is_no_key_is_refused(owner_client: Client, seller: Seller, wrong: dict[str, str]) -> None:
    assert entered(owner_client, seller, **wrong) == 422
    assert not App.objects.exists()


def test_the_secret_is_not_shown_again(owner_client: Client, seller: Seller) -> None:
    entered(owner_client, seller)
    html = owner_client.get(f"/settings/apps/{seller.pk}/tiktok_shop/").content.decode()
    assert "6k2m9x4q7w1z" in html
    assert "own-app-secret" not in html


def test_the_platforms_app_is_whole_without_a_service_id(settings: Any) -> None:
    settings.MARKETPLACE_APPS = {"tiktok_shop": KEYS | {"service_id": ""}}
    assert platform_apps_are_whole() == []
    call_command("load_apps", verbosity=0)
    assert App.objects.get(marketplace="tiktok_shop", seller=None).keys["app_key"] == "6k2m9x4q7w1z"


def test_the_platforms_app_without_its_secret_is_told_of(settings: Any) -> None:
    settings.MARKETPLACE_APPS = {"tiktok_shop": KEYS | {"app_secret": ""}}
    (warning,) = platform_apps_are_whole()
    assert "TIKTOK_SHOP_APP_SECRET" in warning.msg


def test_the_names_in_the_environment_are_those_of_the_key_fields() -> None:
    from django.conf import settings

    from marketplaces.registry import connector_class

    names = [field.name for field in connector_class("tiktok_shop").key_fields]
    assert list(settings.MARKETPLACE_APPS["tiktok_shop"]) == names
