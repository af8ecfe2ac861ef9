"""Finding conversations by name, order and words, and showing by which."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation
from conversations.search import said as bubbles_that_say
from forstok_chat.accounts.models import Seller, User
from marketplaces.content import Kind
from marketplaces.models import Order, Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


def page(client: Client, text: str, **query: str) -> str:
    response = client.get("/chat/", {"q": text, **query})
    assert response.status_code == 200
    return response.content.decode()


def found(client: Client, text: str, **query: str) -> set[str]:
    """The buyers of the rows."""
    names = re.findall(r'<strong class="row__buyer">(.*?)</strong>', page(client, text, **query))
    return {re.sub("<[^>]+>", "", name) for name in names}


def preview(client: Client, text: str) -> str:
    shown = re.search(r'<span class="row__preview">(.*?)</span>', page(client, text), re.DOTALL)
    assert shown is not None
    return shown[1]


def leads_to(client: Client, text: str) -> str:
    """Where the first row goes."""
    link = re.search(r'class="row__link" href="([^"]+)"', page(client, text))
    assert link is not None
    return link[1]


def make_order(conversation: Conversation, number: str) -> Order:
    at = timezone.now() - timedelta(days=1)
    return Order.objects.create(
        shop=conversation.shop,
        remote_id=number,
        buyer_id=conversation.buyer_id,
        status="to_ship",
        ordered_at=at,
        remote_updated_at=at,
        synced_at=at,
    )


def test_a_buyer_is_found_by_any_part_of_the_name_which_is_marked(owner_client: Client, shop: Shop) -> None:
    make_conversation(shop, "halo", name="ani")
    make_conversation(shop, "halo", name="budi_santoso")
    assert found(owner_client, "SANT") == {"budi_santoso"}
    assert "budi_<mark>sant</mark>oso" in page(owner_client, "SANT")
    assert "?q=SANT" in leads_to(owner_client, "SANT")
    assert "at=" not in leads_to(owner_client, "SANT")


def test_one_letter_finds_names_and_no_words(owner_client: Client, shop: Shop) -> None:
    make_conversation(shop, "xylofon", name="ani")
    make_conversation(shop, "halo", name="xaverius")
    assert found(owner_client, "x") == {"xaverius"}
    assert found(owner_client, "xy") == set()
    assert "mulai dari tiga huruf" in page(owner_client, "xy")
    assert found(owner_client, "xyl") == {"ani"}


def test_words_are_found_wherever_they_stand_and_shown_with_the_newest_bubble_that_says_them(
    owner_client: Client, shop: Shop
) -> None:
    conversation = make_conversation(
        shop, "warna biru?", "apakah warna BIRU masih ada untuk ukuran besar kak", "terima kasih", name="ani"
    )
    make_conversation(shop, "warna merah", name="budi")
    assert found(owner_client, "biru") == {"ani"}
    assert preview(owner_client, "biru") == "apakah warna <mark>BIRU</mark> masih ada untuk ukuran besar kak"
    bubble = conversation.messages.get(text__contains="BIRU")
    assert leads_to(owner_client, "biru") == f"/chat/{conversation.pk}/?q=biru&amp;at={bubble.client_id}"
    shown = owner_client.get(leads_to(owner_client, "biru").replace("&amp;", "&")).content.decode()
    assert re.search(f'id="message-{bubble.client_id}"[^>]*data-found', shown)


def test_long_bubbles_are_shown_around_the_words(owner_client: Client, shop: Shop) -> None:
    make_conversation(shop, "kata " * 40 + "rahasia " + "kata " * 40)
    assert re.match(r"…kata .{0,24}<mark>rahasia</mark> kata", preview(owner_client, "rahasia"))


def test_an_order_is_found_by_its_beginning_even_when_nobody_spoke_of_it(
    owner_client: Client, shop: Shop
) -> None:
    ani = make_conversation(shop, "halo", name="ani")
    make_conversation(shop, "halo", name="budi")
    make_order(ani, "220818EGS328B9")
    assert found(owner_client, "220818egs") == {"ani"}
    assert preview(owner_client, "220818egs") == "Pesanan <mark>220818EGS</mark>328B9"
    assert "at=" not in leads_to(owner_client, "220818egs")


@pytest.mark.parametrize(
    "told", [{"kind": Kind.ORDER, "payload": {"order": "2301AB77"}}, {"about": {"order": "2301AB77"}}]
)
def test_an_order_that_was_spoken_of_leads_to_that_bubble(
    owner_client: Client, shop: Shop, told: dict[str, Any]
) -> None:
    conversation = make_conversation(shop, "ini kak", "halo", name="ani")
    bubble = conversation.messages.oldest_first()[0]
    conversation.messages.filter(pk=bubble.pk).update(**told)
    assert found(owner_client, "2301ab77") == {"ani"}
    assert preview(owner_client, "2301AB77") == "Pesanan <mark>2301AB77</mark>"
    assert f"at={bubble.client_id}" in leads_to(owner_client, "2301AB77")


def test_hostile_words_stay_words(owner_client: Client, shop: Shop) -> None:
    make_conversation(shop, "<script>alert('x')</script> & \"100%_\\", name="<b>ani</b>")
    assert (
        preview(owner_client, "<script>")
        == "<mark>&lt;script&gt;</mark>alert(&#x27;x&#x27;)&lt;/script&gt; &amp; &quot;100%_\\"
    )
    assert "<mark>&lt;b&gt;ani</mark>&lt;/b&gt;" in page(owner_client, "<b>ani")
    assert found(owner_client, "100%_\\") == {"&lt;b&gt;ani&lt;/b&gt;"}
    assert found(owner_client, "100__") == set()
    assert found(owner_client, "a.i") == set()


def test_nobody_finds_what_they_may_not_see(
    owner_client: Client, stranger: User, colleague: User, seller: Seller
) -> None:
    mine, other = make_shop(seller, name="Toko Satu"), make_shop(seller, name="Toko Dua")
    make_order(make_conversation(other, "kata sandi", name="ani"), "2301AB77")
    limit_to(colleague, mine)
    for text in ("ani", "sandi", "2301AB77"):
        assert found(owner_client, text) == {"ani"}
        assert found(signed_in(stranger), text) == set()
        assert found(signed_in(colleague), text) == set()


def test_what_the_marketplace_hides_is_not_found(owner_client: Client, shop: Shop) -> None:
    conversation = make_conversation(shop, "spam sekali")
    conversation.messages.update(is_hidden=True)
    assert found(owner_client, "spam") == set()


def test_a_search_goes_with_all_other_filters(owner_client: Client, owner: User, shop: Shop) -> None:
    read, _unread, other = (
        make_conversation(shop, "cari ini", name=name) for name in ("ani", "budi", "citra")
    )
    read.mark_read(owner)
    other.serve(owner)
    assert found(owner_client, "cari", only="unread") == {"budi", "citra"}
    assert found(owner_client, "cari", only="unread", tab="unserved", sort="waiting") == {"budi"}
    link = leads_to(owner_client, "cari").replace("&amp;", "&")
    assert "q=cari" in link


def test_results_go_on_page_by_page(owner_client: Client, shop: Shop, monkeypatch: Any) -> None:
    monkeypatch.setattr("conversations.screen.ROWS", 2)
    for name in ("ani", "budi", "citra"):
        make_conversation(shop, "cari ini", name=name)
    make_conversation(shop, "lain", name="dedi")
    first = page(owner_client, "cari")
    more = re.search(r'hx-get="(/chat/rows/[^"]+)"', first)
    assert more is not None
    second = owner_client.get(more[1].replace("&amp;", "&")).content.decode()
    names = re.findall(r'row__buyer">([^<]+)<', first + second)
    assert sorted(names) == ["ani", "budi", "citra"]
    assert "<mark>cari</mark> ini" in second


def test_words_come_from_the_trigram_index(shop: Shop) -> None:
    """Otherwise every search reads all that was ever said."""
    make_conversation(shop, "halo")
    words = bubbles_that_say("kakak").model.objects.filter(text__icontains="kakak")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    assert "messages_by_words" in words.explain()
