"""Pinned chats: at the top of one's own list, in every tab where they belong."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from conversations import pins, screen
from conversations.filters import Filters
from conversations.live import Cursor
from conversations.models import Conversation, Pin
from forstok_chat.accounts.models import User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


@pytest.fixture
def chats(shop: Shop) -> list[Conversation]:
    """The newest first, an hour apart."""
    found = [make_conversation(shop, "halo", name=name) for name in ("ani", "budi", "citra")]
    for hours, chat in enumerate(found):
        at = timezone.now() - timedelta(hours=hours)
        Conversation.objects.filter(pk=chat.pk).update(last_message_at=at)
    return found


def on(client: Client, address: str = "/chat/") -> list[str]:
    return re.findall(r'id="row-([0-9a-f-]{36})"', client.get(address).content.decode())


def ids(*chats: Conversation) -> list[str]:
    return [str(chat.pk) for chat in chats]


def pin(client: Client, chat: Conversation, on: str = "1") -> str:
    answer = client.post(f"/chat/{chat.pk}/pin/", {"on": on}, headers={"HX-Request": "true"})
    return answer.content.decode()


def test_it_goes_to_the_top_of_ones_own_list_and_back(
    chats: list[Conversation], owner_client: Client, colleague: User
) -> None:
    ani, budi, citra = chats
    assert "Lepas sematan" in pin(owner_client, citra)
    assert on(owner_client) == ids(citra, ani, budi)
    assert on(signed_in(colleague)) == ids(ani, budi, citra)
    pin(owner_client, citra, on="")
    assert on(owner_client) == ids(ani, budi, citra)


def test_it_stands_only_in_tabs_where_it_belongs(
    chats: list[Conversation], owner: User, owner_client: Client
) -> None:
    ani, budi, citra = chats
    pin(owner_client, citra)
    citra.serve(owner)
    assert on(owner_client, "/chat/?tab=unserved") == ids(ani, budi)
    assert on(owner_client, "/chat/?tab=mine") == ids(citra)


def test_pages_go_on_without_it(
    chats: list[Conversation], owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "ROWS", 1)
    ani, budi, citra = chats
    pin(owner_client, budi)
    filters = Filters.from_query(owner, {})
    first = screen.rows(filters)
    assert [chat.pk for chat in first.conversations] == [budi.pk, ani.pk]
    second = screen.rows(filters, first.below)
    assert [chat.pk for chat in second.conversations] == [citra.pk]
    assert second.below == ""


@pytest.mark.parametrize(("sort", "is_descending"), [("newest", True), ("waiting", False)])
def test_its_key_sorts_it_to_the_top_of_every_order(
    chats: list[Conversation], owner_client: Client, sort: str, is_descending: bool
) -> None:
    pin(owner_client, chats[1])
    page = owner_client.get(f"/chat/?sort={sort}").content.decode()
    keys = re.findall(r'class="row[^"]*"[^>]* data-sort="([^"]+)"', page)
    assert len(keys) == 3
    assert sorted(keys, reverse=is_descending) == keys


def test_other_tabs_of_ones_own_follow(chats: list[Conversation], owner: User, owner_client: Client) -> None:
    cursor = Cursor.now(owner)
    pin(owner_client, chats[2])
    live = owner_client.get("/live/", {"since": str(cursor)}).content.decode()
    assert "row--pinned" in live


def test_there_is_an_end(
    chats: list[Conversation], owner: User, owner_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "MOST", 2)
    for chat in chats:
        answer = pin(owner_client, chat)
    assert "Lepas satu dulu" in answer
    assert Pin.objects.filter(user=owner).count() == 2
    pin(owner_client, chats[0])  # again changes nothing
    assert Pin.objects.filter(user=owner).count() == 2
    answer = owner_client.post(f"/chat/{chats[2].pk}/pin/", {"on": "1"}, follow=True).content.decode()
    assert "Lepas satu dulu" in answer


def test_those_of_a_lost_shop_take_no_room(
    shop: Shop, chats: list[Conversation], colleague: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "MOST", 1)
    client, other = signed_in(colleague), make_shop(shop.seller, name="Toko Lain")
    pin(client, chats[0])
    limit_to(colleague, other)
    theirs = make_conversation(other, "halo", name="dewi")
    assert "Lepas sematan" in pin(client, theirs)
    assert on(client) == ids(theirs)
