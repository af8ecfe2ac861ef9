"""A page that is open while its sign-in ends, or while another begins in the next tab."""

from __future__ import annotations

import pytest
from django.test import Client

from forstok_chat.accounts.models import User

pytestmark = pytest.mark.django_db
HERE = "http://testserver/chat/?tab=mine&q=a+b"
HTMX = {"HX-Request": "true", "HX-Current-URL": HERE}
PASSWORD = "a-good-password"


@pytest.mark.parametrize(("method", "url"), [("get", "/live/"), ("get", "/chat/rows/"), ("get", "/chat/")])
def test_a_fragment_says_so_and_leads_back_to_where_one_was(client: Client, method: str, url: str) -> None:
    response = getattr(client, method)(url, headers=HTMX)
    html = response.content.decode()
    assert response.status_code == 401
    assert response["HX-Reswap"] == "none", "nothing on the screen is swept away"
    assert "HX-Redirect" not in response
    assert 'id="signed-out" class="signed-out" role="alert" hx-swap-oob="true"' in html
    assert "Anda sudah keluar" in html
    assert "/sign-in/?next=%2Fchat%2F%3Ftab%3Dmine%26q%3Da%2Bb" in html


def test_after_signing_in_one_is_back(client: Client, owner: User) -> None:
    form = {"username": owner.email, "password": PASSWORD, "next": "/chat/?tab=mine&q=a+b"}
    assert client.post("/sign-in/", form)["Location"] == "/chat/?tab=mine&q=a+b"


def test_a_foreign_address_is_not_come_back_to(client: Client) -> None:
    headers = HTMX | {"HX-Current-URL": "https://jahat.test/chat/"}
    html = client.get("/live/", headers=headers).content.decode()
    assert "jahat" not in html
    assert "/sign-in/?next=%2F" in html


def test_a_page_by_itself_goes_to_sign_in_as_ever(client: Client) -> None:
    assert client.get("/chat/")["Location"] == "/sign-in/?next=/chat/"


def test_a_live_page_from_before_the_last_sign_in_is_drawn_anew(owner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    stale = {"X-CSRFToken": "stale"}
    response = client.post("/sign-out/", headers=HTMX | stale)
    assert (response.status_code, response["HX-Refresh"]) == (403, "true")
    response = client.post("/sign-out/", headers=stale)
    assert response.status_code == 403
    assert "HX-Refresh" not in response
    assert "terlalu lama" in response.content.decode()
