"""One shop with buyers of two places: where each writes from is shown, and can be chosen."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from conversations.ingest import ingest
from conversations.models import Conversation, Message
from forstok_chat.accounts.models import Seller
from marketplaces.models import Shop
from tests.conversations.mall import bubble, room
from tests.factories import make_conversation, make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


@pytest.fixture
def rooms(mall_shop: Shop) -> dict[str, Conversation]:
    """By the buyer's name."""
    return {
        name: ingest(
            mall_shop,
            room(remote_id=name, buyer_id=name, buyer_name=name, platform=platform, can_reply=True),
            [bubble(10)],
            Message.Source.READING,
        )
        for name, platform in (("Tika", "tokopedia"), ("Tono", "tiktok_shop"), ("Budi", ""))
    }


def buyers(client: Client, **query: str) -> set[str]:
    page = client.get("/chat/", query).content.decode()
    return set(re.findall(r'<strong class="row__buyer">([^<]+)</strong>', page))


@pytest.mark.usefixtures("rooms")
def test_buyers_of_one_place_can_be_chosen(owner_client: Client) -> None:
    assert buyers(owner_client) == {"Tika", "Tono", "Budi"}
    assert buyers(owner_client, platform="tokopedia") == {"Tika"}
    assert buyers(owner_client, platform="tiktok_shop") == {"Tono"}
    assert buyers(owner_client, platform="nonsense") == {"Tika", "Tono", "Budi"}


@pytest.mark.usefixtures("rooms")
def test_the_tabs_count_the_chosen_place_alone(owner_client: Client) -> None:
    page = owner_client.get("/chat/", {"platform": "tokopedia"}).content.decode()
    assert re.search(r'Semua <span class="tabs__count">1</span>', page)


@pytest.mark.usefixtures("rooms")
def test_a_shop_whose_marketplace_is_that_place_belongs_to_it(owner_client: Client, seller: Seller) -> None:
    make_conversation(make_shop(seller, "tokopedia"), "halo", name="lama")
    assert buyers(owner_client, platform="tokopedia") == {"Tika", "lama"}


@pytest.mark.usefixtures("shop")
def test_without_such_a_shop_there_is_nothing_to_choose(owner_client: Client) -> None:
    assert "platforms__one" not in owner_client.get("/chat/").content.decode()


def test_a_thread_says_where_its_buyer_writes_from(
    owner_client: Client, rooms: dict[str, Conversation]
) -> None:
    def told(name: str) -> str:
        page = owner_client.get(f"/chat/{rooms[name].pk}/").content.decode()
        found = re.search(r'<span id="platform"[^>]*>(.*?)</span>', page)
        assert found is not None
        return re.sub(r"<[^>]+>", "", found[1])

    assert (told("Tika"), told("Tono"), told("Budi")) == (
        "Tokopedia",
        "TikTok Shop",
        "Aplikasi belum diketahui",
    )
