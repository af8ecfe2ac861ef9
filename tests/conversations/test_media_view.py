"""Pictures and videos reach those who may see the shop, and only as what they are."""

from __future__ import annotations

from typing import Any

import pytest
import responses
from django.test import Client
from django.urls import reverse

from conversations.ingest import ingest
from conversations.models import Message
from forstok_chat.accounts.models import User
from marketplaces import media
from marketplaces.content import IncomingMessage, Kind
from marketplaces.models import MediaFile, Shop
from marketplaces.models.media import id_of
from tests.conftest import signed_in
from tests.factories import limit_to, make_shop, remote, said
from tests.pictures import VIDEO, picture

pytestmark = pytest.mark.django_db
URL = "https://cf.shopee.co.id/file/sg-11134201-abc"


def get(client: Client, url: str, **headers: str) -> Any:
    """The answer with its whole body; reading it to its end closes its file."""
    answer: Any = client.get(url, headers=headers)
    answer.body = answer.getvalue() if answer.streaming else answer.content
    return answer


def address(file: MediaFile, name: str = "media") -> str:
    return reverse(f"conversations:{name}", args=[file.pk])


@pytest.fixture
def stored(shop: Shop) -> MediaFile:
    return media.take_upload(shop, picture(size=(900, 300)))


def test_a_picture_is_served_as_what_it_is(owner_client: Client, stored: MediaFile) -> None:
    answer = get(owner_client, address(stored))
    assert answer["Content-Type"] == "image/jpeg"
    assert len(answer.body) == stored.size
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "private" in answer["Cache-Control"]
    assert "immutable" in answer["Cache-Control"]


def test_its_small_copy_is_smaller(owner_client: Client, stored: MediaFile) -> None:
    assert len(get(owner_client, address(stored, "media-small")).body) < stored.size


def test_foreign_and_missing_are_one_404(
    stranger_client: Client, owner_client: Client, stored: MediaFile, colleague: User
) -> None:
    assert stranger_client.get(address(stored)).status_code == 404
    assert stranger_client.get(address(stored, "media-small")).status_code == 404
    assert (
        owner_client.get(reverse("conversations:media", args=[id_of(stored.shop_id, URL)])).status_code == 404
    )
    limit_to(colleague, make_shop(stored.shop.seller))
    assert signed_in(colleague).get(address(stored)).status_code == 404


def test_nobody_is_sent_to_sign_in(stored: MediaFile) -> None:
    assert Client().get(address(stored)).status_code == 302


def test_a_picture_that_nobody_fetched_yet_is_fetched_when_somebody_looks(
    owner_client: Client, shop: Shop
) -> None:
    media.keep(shop, [URL], is_urgent=False)
    with responses.RequestsMock() as web:
        web.get(URL, body=picture("PNG"))
        answer = get(owner_client, reverse("conversations:media", args=[id_of(shop.pk, URL)]))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")


def test_what_cannot_be_fetched_is_not_cached(owner_client: Client, shop: Shop) -> None:
    media.keep(shop, [URL], is_urgent=False)
    with responses.RequestsMock() as web:
        web.get(URL, status=404)
        answer = get(owner_client, reverse("conversations:media", args=[id_of(shop.pk, URL)]))
    assert answer.status_code == 404
    assert "immutable" not in answer.get("Cache-Control", "")


def test_a_player_gets_the_part_of_a_video_that_it_asks_for(owner_client: Client, shop: Shop) -> None:
    file = media.take_upload(shop, VIDEO)
    part = get(owner_client, address(file), Range="bytes=8-11")
    assert (part.status_code, part.body) == (206, VIDEO[8:12])
    assert part["Content-Range"] == f"bytes 8-11/{len(VIDEO)}"
    rest = get(owner_client, address(file), Range="bytes=100-")
    assert rest.body == VIDEO[100:]
    beyond = get(owner_client, address(file), Range="bytes=99999-")
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(VIDEO)}")
    assert get(owner_client, address(file), Range="lines=1-2").body == VIDEO


def picture_bubble(kind: Kind = Kind.IMAGE) -> IncomingMessage:
    bubble = said("", kind=kind)
    payload = {"url": URL, "thumbnail_url": URL + "_tn"}
    return IncomingMessage(**{**vars(bubble), "payload": payload})


def test_the_picture_of_a_bubble_is_fetched_by_itself_and_drawn_from_our_own_origin(
    owner_client: Client, shop: Shop
) -> None:
    conversation = ingest(shop, remote(), [picture_bubble()], Message.Source.PUSH)
    assert id_of(shop.pk, URL) in media.due()
    page = owner_client.get(reverse("conversations:thread", args=[conversation.pk])).content.decode()
    assert reverse("conversations:media-small", args=[id_of(shop.pk, URL)]) in page
    assert "cf.shopee.co.id" not in page


def test_a_video_is_drawn_with_its_first_picture(owner_client: Client, shop: Shop) -> None:
    conversation = ingest(shop, remote(), [picture_bubble(Kind.VIDEO)], Message.Source.READING)
    page = owner_client.get(reverse("conversations:thread", args=[conversation.pk])).content.decode()
    assert f'src="{reverse("conversations:media", args=[id_of(shop.pk, URL)])}"' in page
    assert f'poster="{reverse("conversations:media", args=[id_of(shop.pk, URL + "_tn")])}"' in page
    assert set(media.due()) == {id_of(shop.pk, URL), id_of(shop.pk, URL + "_tn")}
