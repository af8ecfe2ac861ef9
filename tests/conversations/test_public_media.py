"""A signed address shows an agent's picture to whoever has it, and nothing else to anybody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone

from conversations import public_links
from marketplaces import media
from marketplaces.models import MediaFile, Shop
from tests.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def uploaded(shop: Shop) -> MediaFile:
    return media.take_upload(shop, picture(size=(90, 30)))


def address_of(file: MediaFile, lifetime: timedelta = public_links.FOR_A_MARKETPLACE) -> str:
    return urlsplit(public_links.link_to(file, lifetime)).path


def get(path: str, method: str = "get") -> Any:
    answer: Any = getattr(Client(), method)(path)
    answer.body = answer.getvalue() if answer.streaming else answer.content
    return answer


def test_nobody_has_to_sign_in(uploaded: MediaFile, settings: Any) -> None:
    settings.PUBLIC_URL = "https://chat.example.test"
    link = public_links.link_to(uploaded, public_links.FOR_A_MARKETPLACE)
    assert link.startswith("https://chat.example.test/media/public/")
    answer = get(urlsplit(link).path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert len(answer.body) == uploaded.size


def test_it_can_do_nothing_and_says_nothing_of_us(uploaded: MediaFile) -> None:
    answer = get(address_of(uploaded))
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_its_head_is_told_without_its_body(uploaded: MediaFile) -> None:
    answer = get(address_of(uploaded), "head")
    assert (answer.status_code, answer["Content-Length"], answer.body) == (200, str(uploaded.size), b"")


def test_nothing_can_be_posted(uploaded: MediaFile) -> None:
    assert get(address_of(uploaded), "post").status_code == 405


@pytest.mark.parametrize("lifetime", [public_links.FOR_A_MARKETPLACE, public_links.FOR_A_BUYER])
def test_it_ends_after_its_days(uploaded: MediaFile, lifetime: timedelta) -> None:
    path = address_of(uploaded, lifetime)
    for beyond, status in ((-timedelta(minutes=1), 200), (timedelta(minutes=1), 404)):
        with time_machine.travel(timezone.now() + lifetime + beyond, tick=False):
            assert get(path).status_code == status


def test_a_buyers_link_lasts_longer_than_a_marketplaces() -> None:
    assert (public_links.FOR_A_MARKETPLACE.days, public_links.FOR_A_BUYER.days) == (7, 30)


def forged(file: MediaFile) -> list[str]:
    path = address_of(file)
    token = path.removesuffix("/").rpartition("/")[2]
    content, _dot, signature = token.rpartition(".")
    later = Signer(salt="another", sep=".").sign_object([file.pk.hex, 2**40])
    unsigned = Signer(key="guessed", salt="conversations.public_links", sep=".").sign_object(
        [file.pk.hex, 2**40]
    )
    return [
        f"/media/public/{wrong}/"
        for wrong in (
            "x", file.pk.hex, str(file.pk), content, f"{content}.", f"{content}.{signature[:-1]}",
            f"{content[:-1]}.{signature}", f"{content}.{signature}.{signature}", later, unsigned, "%00", "a.b.c",
        )
    ]  # fmt: skip


def test_a_forged_address_shows_nothing(uploaded: MediaFile) -> None:
    for path in forged(uploaded):
        answer = get(path)
        assert answer.status_code == 404, path
        assert not answer.cookies


def test_a_marketplaces_picture_is_never_shown(shop: Shop) -> None:
    url = "https://cf.shopee.co.id/file/sg-1"
    media.keep(shop, [url], is_urgent=False)
    copy = MediaFile.objects.get()
    media.store(copy, picture())
    assert get(address_of(copy)).status_code == 404


def test_a_file_that_is_gone_is_not_found(uploaded: MediaFile, settings: Any) -> None:
    path = address_of(uploaded)
    uploaded.file.storage.delete(uploaded.file.name)
    assert get(path).status_code == 404
    uploaded.delete()
    assert get(path).status_code == 404


def test_the_address_tells_no_secret(uploaded: MediaFile, settings: Any) -> None:
    assert settings.SECRET_KEY not in address_of(uploaded)
    assert str(uploaded.shop_id) not in address_of(uploaded)
