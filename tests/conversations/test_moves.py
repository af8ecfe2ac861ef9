"""A shop that goes on at another marketplace: its old chats stay readable, within the new shop, and closed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from conversations import outbox
from conversations.dispatch import Draft
from conversations.models import Conversation, OutgoingMessage, StatusChange
from forstok_chat.accounts.models import Seller, User
from marketplaces.connectors.tokopedia.connector import TokopediaConnector
from marketplaces.content import Kind
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


@pytest.fixture
def old(seller: Seller, mall_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(TokopediaConnector, "succeeded_by", "mall")
    return make_shop(seller, "tokopedia", name="Toko Lama")


@pytest.fixture
def room(old: Shop) -> Conversation:
    return make_conversation(old, "halo kak", name="rina")


def rail_of(page: str) -> str:
    return page.partition('id="rail"')[2].partition("</nav>")[0]


def move(client: Client, old: Shop, new: Shop) -> Any:
    return client.post(f"/shops/{old.pk}/successor/", {"to": str(new.pk)})


def test_the_owner_chooses_the_shop_that_goes_on(
    owner_client: Client, old: Shop, mall_shop: Shop, room: Conversation
) -> None:
    assert "Toko Mall" in owner_client.get(f"/shops/{old.pk}/successor/").content.decode()
    assert move(owner_client, old, mall_shop)["Location"] == f"/chat/?shop={mall_shop.pk}"
    old.refresh_from_db()
    assert (old.moved_to, old.state) == (mall_shop, Shop.State.INACTIVE)
    page = owner_client.get("/chat/", {"shop": str(mall_shop.pk)}).content.decode()
    assert "rina" in page
    assert "Toko Lama" not in rail_of(page)


def test_old_chats_can_be_read_and_not_answered(
    owner_client: Client, old: Shop, mall_shop: Shop, room: Conversation
) -> None:
    move(owner_client, old, mall_shop)
    page = owner_client.get(f"/chat/{room.pk}/").content.decode()
    assert "halo kak" in page
    assert "Chat ini hanya bisa dibaca." in page
    assert "<textarea" not in page
    owner_client.post(f"/chat/{room.pk}/messages/", {"client_id": str(uuid4()), "text": "siap"})
    assert not OutgoingMessage.objects.exists()


def test_nobody_waits_in_an_old_chat_and_history_says_why(
    owner_client: Client, owner: User, old: Shop, mall_shop: Shop, room: Conversation
) -> None:
    outbox.enqueue(room, owner, Draft(Kind.TEXT, "sebentar ya"), uuid4())
    move(owner_client, old, mall_shop)
    room.refresh_from_db()
    assert (room.status, room.unread_count, room.waiting_since) == ("resolved", 0, None)
    assert StatusChange.objects.latest("pk").reason == "shop moved"
    waiting = OutgoingMessage.objects.get()
    assert (waiting.state, waiting.problem_code, waiting.message.text) == ("failed", "moved", "sebentar ya")


def test_a_colleague_who_sees_the_new_shop_sees_what_it_was(
    owner_client: Client, colleague: User, old: Shop, mall_shop: Shop, room: Conversation
) -> None:
    limit_to(colleague, mall_shop)
    client = signed_in(colleague)
    assert client.get(f"/chat/{room.pk}/").status_code == 404
    move(owner_client, old, mall_shop)
    assert client.get(f"/chat/{room.pk}/").status_code == 200


def test_it_can_be_taken_back(owner_client: Client, old: Shop, mall_shop: Shop) -> None:
    move(owner_client, old, mall_shop)
    owner_client.post(f"/shops/{old.pk}/successor/", {"to": ""})
    old.refresh_from_db()
    assert (old.moved_to, old.state) == (None, Shop.State.INACTIVE)


def test_only_a_shop_of_the_following_marketplace_and_of_this_seller_can_go_on(
    owner_client: Client, seller: Seller, stranger: User, old: Shop, mall_shop: Shop
) -> None:
    shopee = make_shop(seller)
    Shop.objects.filter(pk=mall_shop.pk).update(seller=Seller.objects.get(name="Toko Lain"))
    for wrong in (shopee, old, mall_shop):
        move(owner_client, old, wrong)
    owner_client.post(f"/shops/{old.pk}/successor/", {"to": "nonsense"})
    owner_client.post(f"/shops/{old.pk}/successor/")
    old.refresh_from_db()
    assert (old.moved_to, old.state) == (None, Shop.State.ACTIVE)


def test_strangers_agents_and_shops_that_cannot_move_find_nothing(
    owner_client: Client, stranger_client: Client, colleague: User, shop: Shop, old: Shop
) -> None:
    assert stranger_client.get(f"/shops/{old.pk}/successor/").status_code == 404
    assert signed_in(colleague).get(f"/shops/{old.pk}/successor/").status_code == 404
    assert owner_client.get(f"/shops/{shop.pk}/successor/").status_code == 404
    assert Client().get(f"/shops/{old.pk}/successor/").status_code == 302
