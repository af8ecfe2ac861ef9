"""Saved views: a name for what the list shows, one's own or the team's, with counts that cost little."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations import saved_views
from conversations.filters import Filters
from conversations.models import Conversation, SavedView
from forstok_chat.accounts.models import Seller, User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import make_conversation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
HTMX = {"HX-Request": "true"}


def save(client: Client, name: str, query: str = "", seller: Seller | None = None) -> str:
    data = {"name": name, "seller": str(seller.pk) if seller else ""}
    return client.post(f"/chat/views/?{query}", data, headers=HTMX).content.decode()


def menu(client: Client, query: str = "") -> str:
    return client.get(f"/chat/views/?{query}", headers=HTMX).content.decode()


def test_what_the_list_shows_is_saved_and_opened_again(owner: User, owner_client: Client) -> None:
    page = save(owner_client, "Belum dijawab", "tab=unserved&only=unread&sort=waiting&nonsense=1")
    view = SavedView.objects.get()
    assert (view.user, view.seller, view.name) == (owner, None, "Belum dijawab")
    assert view.query == "tab=unserved&only=unread&sort=waiting"
    assert 'href="/chat/?tab=unserved&amp;only=unread&amp;sort=waiting"' in page
    assert 'aria-current="true"' in page
    assert 'aria-current="true"' not in menu(owner_client, "tab=mine")


def test_ones_own_is_seen_by_nobody_else(owner_client: Client, colleague: User, stranger: User) -> None:
    save(owner_client, "Rahasia")
    view = SavedView.objects.get()
    for person in (colleague, stranger):
        assert "Rahasia" not in menu(signed_in(person))
        assert signed_in(person).post(f"/chat/views/{view.pk}/deletion/").status_code == 404


def test_the_teams_are_seen_by_all_and_changed_by_those_who_may(
    owner_client: Client, seller: Seller, colleague: User, stranger: User
) -> None:
    save(owner_client, "Untuk semua", seller=seller)
    view = SavedView.objects.get()
    theirs = signed_in(colleague)
    assert "Untuk semua" in menu(theirs)
    assert "Untuk semua" not in menu(signed_in(stranger))
    assert theirs.post(f"/chat/views/{view.pk}/", {"name": "Lain"}).status_code == 404
    assert f"/chat/views/{view.pk}/" not in menu(theirs)
    owner_client.post(f"/chat/views/{view.pk}/", {"name": "Bersama"}, headers=HTMX)
    assert "Bersama" in menu(theirs)


def test_an_agent_shares_nothing(seller: Seller, colleague: User) -> None:
    assert "Untuk tim" not in menu(signed_in(colleague))
    data = {"name": "Coba", "seller": str(seller.pk)}
    assert signed_in(colleague).post("/chat/views/", data, headers=HTMX).status_code == 422
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_a_view_has_a_name(owner_client: Client, name: str) -> None:
    assert owner_client.post("/chat/views/", {"name": name}, headers=HTMX).status_code == 422
    assert not SavedView.objects.exists()


def test_there_is_an_end(owner_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conversations.saved_view_forms.MOST", 1)
    save(owner_client, "Satu")
    assert "Paling banyak 1 tampilan" in save(owner_client, "Dua")
    assert SavedView.objects.count() == 1


def test_they_are_put_in_order_renamed_and_deleted(owner_client: Client) -> None:
    for name in ("Satu", "Dua", "Tiga"):
        save(owner_client, name)
    third = SavedView.objects.get(name="Tiga")

    def names() -> list[str]:
        return [view.name for view in SavedView.objects.order_by("place", "created_at")]

    owner_client.post(f"/chat/views/{third.pk}/place/", headers=HTMX)
    assert names() == ["Satu", "Tiga", "Dua"]
    for _each in range(3):
        owner_client.post(f"/chat/views/{third.pk}/place/", headers=HTMX)
    assert names() == ["Tiga", "Satu", "Dua"]
    owner_client.post(f"/chat/views/{third.pk}/deletion/", headers=HTMX)
    assert names() == ["Satu", "Dua"]


def test_counts_end_at_99(shop: Shop, owner: User, owner_client: Client) -> None:
    save(owner_client, "Semua")
    make_conversation(shop, "halo")
    assert '<span class="tabs__count">1</span>' in menu(owner_client)
    rooms = [
        Conversation(shop=shop, seller=shop.seller, remote_id=f"r{number}", buyer_id=f"b{number}")
        for number in range(100)
    ]
    Conversation.objects.bulk_create(rooms)
    assert '<span class="tabs__count">99+</span>' in menu(owner_client)
    with CaptureQueriesContext(connection) as asked:
        saved_views.counted(Filters(owner))
    assert "LIMIT 100" in asked.captured_queries[-1]["sql"]


def test_a_shared_view_counts_what_each_may_see(
    shop: Shop, seller: Seller, owner_client: Client, colleague: User
) -> None:
    save(owner_client, "Milik saya", "tab=mine", seller=seller)
    make_conversation(shop, "halo").serve(colleague)
    assert '<span class="tabs__count">0</span>' in menu(owner_client)
    assert '<span class="tabs__count">1</span>' in menu(signed_in(colleague))


def test_the_list_itself_asks_nothing_for_them(owner_client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            owner_client.get("/chat/")
        return len(asked)

    queries()
    before = queries()
    save(owner_client, "Satu")
    assert queries() == before


def test_without_scripts_it_is_a_page(owner_client: Client) -> None:
    answer = owner_client.post("/chat/views/?tab=mine", {"name": "Punyaku"}, follow=True).content.decode()
    assert "Punyaku" in answer
    assert "<h1>Tampilan tersimpan</h1>" in answer
