from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.filters import Filters
from conversations.models import Conversation, Import
from conversations.screen import rows
from forstok_chat.accounts.models import Seller, User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


def html(client: Client, url: str, **query: str) -> str:
    response = client.get(url, query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_dashboard_leads_to_the_chat_and_counts_what_is_unread(owner_client: Client, shop: Shop) -> None:
    make_conversation(shop, "halo")
    page = html(owner_client, "/")
    assert 'href="/chat/"' in page
    assert "Toko Uji" in page


def test_the_rail_lists_exactly_this_sellers_shops(
    owner_client: Client, seller: Seller, stranger: User
) -> None:
    make_shop(seller, name="Toko Aktif")
    make_shop(seller, name="Toko Belum", is_active=False)
    make_shop(Seller.objects.get(name="Toko Lain"), name="Toko Orang")
    page = html(owner_client, "/chat/")
    assert "Toko Aktif" in page
    assert "Toko Belum" in page
    assert "Toko Orang" not in page


def test_a_colleague_sees_only_the_chosen_shops(colleague: User, seller: Seller) -> None:
    mine, other = make_shop(seller, name="Toko Satu"), make_shop(seller, name="Toko Dua")
    make_conversation(other, "rahasia", name="budi")
    limit_to(colleague, mine)
    page = html(signed_in(colleague), "/chat/")
    assert "Toko Satu" in page
    assert "Toko Dua" not in page
    assert "budi" not in page


def test_a_colleague_whose_chosen_shops_are_gone_sees_no_other(colleague: User, seller: Seller) -> None:
    chosen = make_shop(seller, name="Toko Satu")
    make_shop(seller, name="Toko Dua")
    limit_to(colleague, chosen)
    chosen.delete()
    assert "Toko Dua" not in html(signed_in(colleague), "/chat/")


def test_the_newest_conversation_is_on_top(owner_client: Client, shop: Shop) -> None:
    for name in ("ani", "budi", "citra"):
        conversation = make_conversation(shop, "halo", name=name)
        minutes = {"ani": 5, "budi": 1, "citra": 9}[name]
        Conversation.objects.filter(pk=conversation.pk).update(
            last_message_at=timezone.now() - timezone.timedelta(minutes=minutes)
        )
    page = html(owner_client, "/chat/")
    assert page.index(">budi") < page.index(">ani") < page.index(">citra")


def test_a_shop_that_is_not_activated_shows_the_prompt(owner_client: Client, seller: Seller) -> None:
    shop = make_shop(seller, is_active=False)
    page = html(owner_client, "/chat/", shop=str(shop.pk))
    assert f"/shops/{shop.pk}/activation/" in page
    assert "Aktifkan chat" in page


def test_an_agent_is_told_who_can_activate(colleague: User, seller: Seller) -> None:
    shop = make_shop(seller, is_active=False)
    page = html(signed_in(colleague), "/chat/", shop=str(shop.pk))
    assert f"/shops/{shop.pk}/activation/" not in page


def test_opening_an_active_shop_begins_its_import(owner_client: Client, shop: Shop) -> None:
    html(owner_client, "/chat/", shop=str(shop.pk))
    assert Import.objects.get().shop == shop


def test_a_running_import_shows_its_progress(owner_client: Client, shop: Shop) -> None:
    Import.objects.create(shop=shop, plan=[{}], total=15, done=14)
    page = html(owner_client, "/chat/", shop=str(shop.pk))
    assert "<progress" in page


def test_each_tab_shows_its_own(owner_client: Client, owner: User, colleague: User, shop: Shop) -> None:
    made = {name: make_conversation(shop, "halo", name=name) for name in ("baru", "saya", "dia", "beres")}
    made["saya"].serve(owner)
    made["dia"].serve(colleague)
    made["beres"].resolve(owner)
    shown = {
        tab: [name for name in made if f">{name}" in html(owner_client, "/chat/", tab=tab)]
        for tab in ("unserved", "mine", "served", "resolved", "all")
    }
    assert shown == {
        "unserved": ["baru"],
        "mine": ["saya"],
        "served": ["dia"],
        "resolved": ["beres"],
        "all": ["baru", "saya", "dia", "beres"],
    }


def test_a_link_of_a_filter_knows_by_itself_what_it_draws(owner_client: Client, shop: Shop) -> None:
    """What comes live may take it out of the page before its answer is here."""
    page = html(owner_client, "/chat/")
    for link in ("tab-mine", "switch-unread"):
        drawn = re.search(f'<a [^>]*id="{link}"[^>]*>', page)
        assert drawn is not None
        assert {'hx-target="#rows"', 'hx-select="#rows"', 'hx-push-url="true"'} <= set(drawn[0].split())


@pytest.mark.parametrize(
    "query",
    [
        {"shop": "nonsense"},
        {"tab": "nonsense"},
        {"q": "\x00%_'\""},
        {"q": "x" * 5000},
        {"shop": "1"},
        {"only": "nonsense,,unread"},
        {"sort": "nonsense"},
    ],
)
def test_nonsense_in_the_address_is_no_error(owner_client: Client, query: dict[str, str]) -> None:
    html(owner_client, "/chat/", **query)


@pytest.mark.parametrize(
    "below",
    [
        "",
        "nonsense",
        "2026-99-99_x",
        "2026-11-23T00:00:00_x",
        f"2026-11-23T00:00:00+23:00_{uuid.UUID(int=1)}",
        f"0001-01-01T00:00:00+14:00_{uuid.UUID(int=1)}",
    ],
)
def test_nonsense_in_the_place_of_a_page_is_no_error(owner_client: Client, shop: Shop, below: str) -> None:
    html(owner_client, "/chat/rows/", below=below)


@pytest.mark.parametrize("sort", ["newest", "waiting"])
def test_the_list_goes_on_where_the_page_ended(
    owner: User, owner_client: Client, shop: Shop, monkeypatch: Any, sort: str
) -> None:
    monkeypatch.setattr("conversations.screen.ROWS", 2)
    for name in ("ani", "budi", "citra", "dedi", "eko"):
        make_conversation(shop, "halo", name=name)
    Conversation.objects.filter(buyer_name__in=["ani", "budi"]).update(waiting_since=timezone.now())
    filters, below, pages = Filters(owner, sort=sort), "", []
    while True:
        page = rows(filters, below)
        pages.append([each.buyer_name for each in page.conversations])
        if not (below := page.below):
            break
    assert [len(page) for page in pages] == [2, 2, 1]
    shown = [name for page in pages for name in page]
    assert sorted(shown) == ["ani", "budi", "citra", "dedi", "eko"]
    whole = [each.buyer_name for each in filters.sorting.sort(filters.conversations())]
    assert shown == whole


@pytest.mark.parametrize("query", [{}, {"q": "halo"}, {"sort": "waiting", "only": "unread"}])
def test_the_list_asks_the_database_the_same_for_three_rows_and_for_thirty(
    owner_client: Client, shop: Shop, query: dict[str, str]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            html(owner_client, "/chat/", **query)
        return len(asked)

    for number in range(3):
        make_conversation(shop, "halo", name="b" * (number + 1))
    few = queries()
    for number in range(3, 30):
        make_conversation(shop, "halo", name="b" * (number + 1))
    assert html(owner_client, "/chat/", **query).count('<li id="row-') == 30
    assert queries() == few
    assert few <= 19


def test_english_is_there_for_who_asks(owner_client: Client) -> None:
    response = owner_client.get("/chat/", headers={"Accept-Language": "en"})
    assert "Choose a conversation" in response.content.decode()


def test_indonesian_is_the_default(owner_client: Client) -> None:
    assert "Pilih percakapan" in html(owner_client, "/chat/")


@pytest.mark.parametrize("url", ["/", "/chat/", "/chat/rows/", "/live/"])
def test_anonymous_is_sent_to_sign_in(client: Client, url: str) -> None:
    assert client.get(url)["Location"].startswith("/sign-in/")
