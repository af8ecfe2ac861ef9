"""The inbox can be kept as an app: what Chromium asks of a manifest before it offers that."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

pytestmark = pytest.mark.django_db


def test_the_manifest_holds_what_an_installable_app_needs(client: Client) -> None:
    response = client.get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    told = response.json()
    assert (told["name"], told["start_url"], told["display"]) == ("Forstok Chat", "/chat/", "standalone")
    assert told["start_url"].startswith(told["scope"])
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in told["icons"]}
    assert [each["name"] for each in told["shortcuts"]] == ["Belum dilayani", "Milik saya"]


def test_its_icons_are_there_in_the_sizes_that_it_tells(client: Client) -> None:
    for icon in client.get("/manifest.webmanifest").json()["icons"]:
        file = finders.find(icon["src"].removeprefix("/static/"))
        assert file is not None
        with Image.open(Path(file)) as picture:
            assert icon["sizes"] == f"{picture.width}x{picture.height}"
            assert picture.format == "PNG"


def test_it_speaks_the_reader_s_language(client: Client) -> None:
    told = client.get("/manifest.webmanifest", headers={"Accept-Language": "en"}).json()
    assert told["lang"] == "en"
    assert told["shortcuts"][0]["name"] == "Unserved"


@pytest.mark.parametrize("url", ["/sign-in/", "/chat/"])
def test_every_page_names_it(owner_client: Client, client: Client, url: str) -> None:
    page = (client if url == "/sign-in/" else owner_client).get(url).content.decode()
    assert re.search('<link rel="manifest" href="/manifest.webmanifest"', page)
    assert re.search('<link rel="apple-touch-icon" href="/static/img/app-touch.png"', page)
    assert page.count('<meta name="theme-color"') == 2
