"""Copies of pictures and videos: fetched from the marketplace's own hosts, checked, stored once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
import responses
from django.utils import timezone

from marketplaces import media
from marketplaces.connectors.shopee.connector import ShopeeConnector
from marketplaces.content import FileAccess
from marketplaces.models import MediaFile, Shop
from marketplaces.models.media import id_of
from marketplaces.pictures import check_picture
from tests.factories import SHOPEE_KEYS
from tests.pictures import VIDEO, picture

pytestmark = pytest.mark.django_db

URL = "https://cf.shopee.co.id/file/sg-11134201-abc"
State = MediaFile.State


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def fetch(shop: Shop, url: str = URL) -> MediaFile:
    media.keep(shop, [url], is_urgent=True)
    claimed = media.claim(id_of(shop.pk, url))
    assert claimed is not None
    media.fetch(claimed)
    return MediaFile.objects.get(pk=claimed.pk)


def test_a_picture_is_fetched_checked_and_stored_with_a_small_copy(
    web: responses.RequestsMock, shop: Shop
) -> None:
    body = picture(size=(1000, 600))
    web.get(URL, body=body, content_type="text/html")  # what the server calls it does not matter
    stored = fetch(shop)
    assert (stored.state, stored.content_type) == (State.STORED, "image/jpeg")
    assert (stored.width, stored.height, stored.size) == (1000, 600, len(body))
    with stored.file.open() as file:
        assert file.read() == body
    assert 0 < stored.small.size < len(body)


def test_a_video_is_stored(web: responses.RequestsMock, shop: Shop) -> None:
    web.get(URL, body=VIDEO)
    stored = fetch(shop)
    assert (stored.state, stored.content_type, stored.is_video) == (State.STORED, "video/mp4", True)


def test_keeping_an_address_again_stores_nothing_twice(shop: Shop) -> None:
    media.keep(shop, [URL, URL], is_urgent=True)
    media.keep(shop, [URL], is_urgent=False)
    assert MediaFile.objects.count() == 1


def test_a_picture_of_a_product_is_only_fetched_when_somebody_looks(shop: Shop) -> None:
    media.keep(shop, [URL], is_urgent=False)
    assert media.due() == []
    assert media.claim(id_of(shop.pk, URL)) is None
    assert media.claim(id_of(shop.pk, URL), for_somebody_looking=True) is not None


def test_a_picture_of_a_product_becomes_urgent_when_a_bubble_shows_it(shop: Shop) -> None:
    media.keep(shop, [URL], is_urgent=False)
    media.keep(shop, [URL], is_urgent=True)
    assert media.due() == [id_of(shop.pk, URL)]


def test_only_one_process_fetches_it(shop: Shop) -> None:
    media.keep(shop, [URL], is_urgent=True)
    pk = id_of(shop.pk, URL)
    assert media.claim(pk) is not None
    assert media.claim(pk, for_somebody_looking=True) is None


def test_one_that_a_dead_process_left_is_fetched_by_another(shop: Shop) -> None:
    media.keep(shop, [URL], is_urgent=True)
    pk = id_of(shop.pk, URL)
    media.claim(pk)
    MediaFile.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    assert media.due() == [pk]
    assert media.claim(pk) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.test/a.jpg",
        "http://cf.shopee.co.id/file/abc",  # not encrypted
        "https://cf.shopee.co.id.evil.test/file/abc",
        "https://cf.shopee.co.id@evil.example.test/file/abc",
        "https://cf.shopee.co.id:8443/file/abc",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:6379/",
        "http://[::1]/",
    ],
)
def test_nothing_is_fetched_from_anywhere_but_the_marketplace(
    web: responses.RequestsMock, shop: Shop, url: str
) -> None:
    assert fetch(shop, url).state == State.REFUSED
    assert len(web.calls) == 0


def test_a_redirect_to_elsewhere_is_not_followed(web: responses.RequestsMock, shop: Shop) -> None:
    web.get(URL, status=302, headers={"Location": "http://127.0.0.1:6379/"})
    assert fetch(shop).state == State.REFUSED
    assert len(web.calls) == 1


def test_a_redirect_within_the_marketplace_is_followed(web: responses.RequestsMock, shop: Shop) -> None:
    web.get(URL, status=302, headers={"Location": "/file/moved"})
    web.get("https://cf.shopee.co.id/file/moved", body=picture())
    assert fetch(shop).state == State.STORED


def test_redirects_come_to_an_end(web: responses.RequestsMock, shop: Shop) -> None:
    web.get(URL, status=302, headers={"Location": URL})
    assert fetch(shop).state == State.REFUSED
    assert len(web.calls) == 4


def test_the_apps_own_host_is_one_of_the_marketplace(web: responses.RequestsMock, shop: Shop) -> None:
    url = SHOPEE_KEYS["api_url"] + "/file/a.png"
    web.get(url, body=picture("PNG"))
    assert fetch(shop, url).state == State.STORED


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"", b"\x89PNG broken"])
def test_what_is_no_picture_is_refused_and_nothing_is_stored(
    web: responses.RequestsMock, shop: Shop, body: bytes
) -> None:
    web.get(URL, body=body)
    refused = fetch(shop)
    assert refused.state == State.REFUSED
    assert not refused.file


def test_a_file_without_end_is_given_up(web: responses.RequestsMock, shop: Shop) -> None:
    web.get(URL, body=b"x" * (31 * 1024 * 1024))
    refused = fetch(shop)
    assert (refused.state, "bytes" in refused.problem) == (State.REFUSED, True)


def test_a_file_that_is_gone_is_not_asked_for_again(web: responses.RequestsMock, shop: Shop) -> None:
    web.get(URL, status=404)
    assert fetch(shop).state == State.REFUSED


@pytest.mark.parametrize("trouble", [500, 503, 429, requests.ConnectionError(), requests.ReadTimeout()])
def test_passing_trouble_is_tried_again_later_and_not_for_ever(
    web: responses.RequestsMock, shop: Shop, trouble: int | Exception
) -> None:
    if isinstance(trouble, int):
        web.get(URL, status=trouble)
    else:
        web.get(URL, body=trouble)
    waiting = fetch(shop)
    assert waiting.state == State.WAITING
    assert waiting.next_attempt_at is not None
    assert waiting.next_attempt_at > timezone.now()
    for _attempt in range(media.MOST_ATTEMPTS - 1):
        MediaFile.objects.update(next_attempt_at=timezone.now())
        fetch(shop)
    assert MediaFile.objects.get().state == State.REFUSED


def test_the_same_address_in_two_shops_is_two_files(shop: Shop, owner: object) -> None:
    assert id_of(shop.pk, URL) != id_of(Shop(seller=shop.seller).pk, URL)


def test_what_an_agent_uploads_is_stored_as_the_marketplace_takes_it(shop: Shop) -> None:
    stored = media.take_upload(shop, picture("PNG"))
    assert (stored.state, stored.url) == (State.STORED, "")
    file = media.as_file(MediaFile.objects.get())
    assert (file.content_type, len(file.body)) == (stored.content_type, stored.size)
    assert check_picture(file.body).width == stored.width


def let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    access = FileAccess({"cipher": "c-1"}, {"x-token": "t-1"})
    monkeypatch.setattr(ShopeeConnector, "file_access", lambda connector: access)


def test_a_file_that_wants_the_shops_token_gets_it_but_not_where_it_sends_us_then(
    web: responses.RequestsMock, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_in(monkeypatch)
    elsewhere = "https://cdn.susercontent.com/a.jpg"
    web.get(URL, status=302, headers={"Location": elsewhere})
    web.get(elsewhere, body=picture())
    assert fetch(shop).state == State.STORED
    first, second = (call.request for call in web.calls)
    assert (first.headers["x-token"], first.url) == ("t-1", f"{URL}?cipher=c-1")
    assert "x-token" not in second.headers
    assert second.url == elsewhere


def test_a_host_that_is_not_the_marketplaces_never_sees_the_token(
    web: responses.RequestsMock, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_in(monkeypatch)
    assert fetch(shop, "https://files.evil.test/a.jpg").state == State.REFUSED
    assert not web.calls


def test_a_refused_token_is_tried_again_later_as_it_may_be_newer_then(
    web: responses.RequestsMock, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_in(monkeypatch)
    web.get(URL, status=401)
    waiting = fetch(shop)
    assert (waiting.state, waiting.attempts) == (State.WAITING, 1)
