"""The board: all shops that one sees, the most urgent first, with their rates and who waits there."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations.ingest import ingest
from conversations.models import Message
from conversations.templatetags.deadlines import percent
from forstok_chat.accounts.models import Seller, User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_shop, remote, said

pytestmark = pytest.mark.django_db


def played(shop: Shop, asked: float, answered: float | None = None, name: str = "rina") -> None:
    """A buyer asked and the shop answered so many hours ago; Shopee wants it within 12 hours."""
    now = timezone.now()
    bubbles = [said("ada?", at=now - timedelta(hours=asked))]
    if answered is not None:
        bubbles.append(said("ada", at=now - timedelta(hours=answered), by_buyer=False))
    ingest(shop, remote(name), bubbles, Message.Source.READING)


def show(client: Client) -> str:
    page = client.get(reverse("conversations:board"))
    assert page.status_code == 200
    return page.content.decode()


def cells(page: str, shop: Shop) -> list[str]:
    """Of the shop's row, without markup."""
    row = re.search(rf'id="board-{shop.pk}">(.*?)</tr>', page, re.DOTALL)
    assert row is not None
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row[1], re.DOTALL)]


def test_a_shop_tells_who_waits_and_its_rate_now_and_to_come(owner_client: Client, shop: Shop) -> None:
    for place in range(3):
        played(shop, 30, 29, name=f"dijawab-{place}")
    played(shop, 30, 1, name="terlambat")
    played(shop, 9, name="segera")
    played(shop, 2, name="baru")
    played(shop, 13, name="lewat")
    # Waiting, due soon, overdue, then 3 of 5 now, 3 of 7 when none of the open two is answered, else 5 of 7.
    assert cells(show(owner_client), shop) == ["3", "1", "1", "60%", "42%", "71%"]


def test_counts_lead_to_the_chats_behind_them(owner_client: Client, shop: Shop) -> None:
    played(shop, 13)
    page = show(owner_client)
    link = f"/chat/?shop={shop.pk}&amp;only=overdue&amp;sort=due"
    assert link in page
    rows = owner_client.get(link.replace("&amp;", "&")).content.decode()
    assert f"row-{shop.conversations.get().pk}" in rows


def test_the_shop_that_needs_somebody_first_is_on_top(owner_client: Client, seller: Seller) -> None:
    calm, soon, over = (make_shop(seller, name=name) for name in ("A tenang", "B segera", "C lewat"))
    played(calm, 1)
    played(soon, 9)
    played(over, 13)
    page = show(owner_client)
    places = [page.index(f"board-{shop.pk}") for shop in (over, soon, calm)]
    assert places == sorted(places)


def test_a_marketplace_without_a_rule_shows_who_waits_and_no_rate(
    owner_client: Client, seller: Seller
) -> None:
    shop = make_shop(seller, "tokopedia")
    played(shop, 50)
    page = show(owner_client)
    assert cells(page, shop) == ["1", "0", "0", "–", "–", "–"]
    assert "tanpa batas waktu" in page


def test_only_a_whole_share_is_a_hundred_percent() -> None:
    assert [percent(share) for share in (1.0, 0.999, 0.58, 0.0, None)] == ["100%", "99%", "58%", "0%", "–"]


def test_it_costs_the_same_for_thirty_shops(
    owner_client: Client, seller: Seller, django_assert_max_num_queries: Any
) -> None:
    for place in range(30):
        played(make_shop(seller, name=f"Toko {place}"), 13)
    with django_assert_max_num_queries(10):
        show(owner_client)


def test_one_sees_the_shops_that_one_may_see(
    colleague: User, seller: Seller, stranger_client: Client
) -> None:
    mine, other = make_shop(seller, name="Toko Satu"), make_shop(seller, name="Toko Dua")
    limit_to(colleague, mine)
    page = show(signed_in(colleague))
    assert f"board-{mine.pk}" in page
    assert f"board-{other.pk}" not in page
    assert "board-" not in show(stranger_client)
    assert Client().get(reverse("conversations:board")).status_code == 302
