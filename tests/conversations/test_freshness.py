"""Up to when a shop is complete: the mark is true after every failure, and screens tell it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
import responses
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations import freshness, reading
from conversations.live import Cursor
from conversations.models import Conversation, Event, Message
from conversations.tasks import sweep_shops, sync_shop
from forstok_chat.accounts.models import Seller, User
from marketplaces.models import Shop
from tests.factories import limit_to, make_conversation, make_shop
from tests.wire import (
    SHOPEE_CONVERSATIONS,
    SHOPEE_MESSAGES,
    shopee_error,
    shopee_list,
    shopee_message,
    shopee_page,
    shopee_row,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges", "permits")]


def mark(shop: Shop) -> datetime | None:
    shop.refresh_from_db()
    return shop.synced_through_at


def sync(shop: Shop) -> bool:
    """Whether it moved the mark."""
    before = mark(shop)
    sync_shop(str(shop.pk))
    return mark(shop) != before


def synced(shop: Shop, **ago: float) -> None:
    Shop.objects.filter(pk=shop.pk).update(synced_through_at=timezone.now() - timedelta(**ago))


# The mark


def listed(web: responses.RequestsMock, shop: Shop) -> dict[str, Any]:
    """A room with news, listed. What it holds."""
    room = make_conversation(shop, "halo")
    news = shopee_message(room, "baru", by_shop=False)
    web.get(SHOPEE_CONVERSATIONS, json=shopee_list(shopee_row(room, news["message_id"], timezone.now())))
    return news


def test_the_mark_is_when_the_list_was_asked_for_not_when_all_was_read(
    web: responses.RequestsMock, shop: Shop
) -> None:
    news = listed(web, shop)
    seen: list[datetime] = []

    def bubbles(request: Any) -> tuple[int, dict[str, str], str]:
        seen.append(timezone.now())
        return 200, {}, json.dumps(shopee_page(news))

    web.add_callback(responses.GET, SHOPEE_MESSAGES, callback=bubbles)
    assert sync(shop)
    assert shop.synced_through_at is not None
    assert shop.synced_through_at < seen[0]


@pytest.mark.parametrize(
    "answer",
    [
        {"body": "oops", "status": 500},
        {"json": shopee_error("error_rate_limit"), "status": 429},
        {"json": shopee_error("error_param", "conversation not found")},
        {"json": shopee_error("invalid_access_token"), "status": 403},
        {"body": "<html>"},
        {"json": shopee_page()},  # what is listed does not show yet
        {"body": requests.ConnectionError("reset")},
    ],
    ids=["broken", "too many calls", "refused", "not let in", "no JSON", "not shown", "cut off"],
)
def test_it_does_not_move_while_a_room_of_the_list_is_not_read(
    web: responses.RequestsMock, shop: Shop, answer: dict[str, Any]
) -> None:
    news = listed(web, shop)
    web.get(SHOPEE_MESSAGES, **answer)
    assert not sync(shop)
    Shop.objects.update(state=Shop.State.ACTIVE)
    web.replace(responses.GET, SHOPEE_MESSAGES, json=shopee_page(news))
    assert sync(shop)
    assert Message.objects.filter(text="baru").exists()


def test_it_does_not_move_when_the_list_itself_does_not_come(web: responses.RequestsMock, shop: Shop) -> None:
    web.get(SHOPEE_CONVERSATIONS, body="oops", status=500)
    assert not sync(shop)


def test_it_does_not_move_when_the_second_page_of_the_list_does_not_come(
    web: responses.RequestsMock, shop: Shop
) -> None:
    first = shopee_list(shopee_row(make_conversation(shop, "halo"), "5", timezone.now()))
    Conversation.objects.update(remote_version="5")
    first["response"]["page_result"] |= {"more": True, "next_cursor": {"next_message_time_nano": "9"}}
    web.get(SHOPEE_CONVERSATIONS, json=first)
    web.get(SHOPEE_CONVERSATIONS, body="oops", status=500)
    assert not sync(shop)


def test_a_room_that_is_never_shown_holds_it_for_a_while_only(
    web: responses.RequestsMock, shop: Shop
) -> None:
    listed(web, shop)
    web.get(SHOPEE_MESSAGES, json=shopee_error("error_param", "conversation not found"))
    assert not sync(shop)
    with time_machine.travel(timezone.now() + reading.LAG + timedelta(seconds=5)):
        assert sync(shop)


def test_a_slow_sync_does_not_turn_it_back(web: responses.RequestsMock, shop: Shop) -> None:
    web.get(SHOPEE_CONVERSATIONS, json=shopee_list())
    ahead = timezone.now() + timedelta(minutes=1)
    Shop.objects.update(synced_through_at=ahead)
    assert not sync(shop)
    assert shop.synced_through_at == ahead


def test_an_active_shop_that_nobody_has_given_a_turn_gets_one(shop: Shop, nudges: list[Any]) -> None:
    Shop.objects.update(next_sync_at=None)
    sweep_shops()
    assert ("sync_shop", (str(shop.pk),)) in nudges


# What screens tell


@pytest.fixture
def noon() -> Iterator[datetime]:
    """14:35 in Jakarta."""
    at = timezone.localtime().replace(hour=14, minute=35, second=10, microsecond=0)
    with time_machine.travel(at, tick=False):
        yield at


def text_of(client: Client, path: str, **query: str) -> str:
    return client.get(path, query).content.decode()


def test_a_shop_tells_up_to_when_all_is_here(owner_client: Client, shop: Shop, noon: datetime) -> None:
    synced(shop, seconds=20)
    for page in (text_of(owner_client, "/"), text_of(owner_client, "/chat/", shop=str(shop.pk))):
        assert "Lengkap sampai 14:34" in page
        assert "data-behind" not in page


def test_of_all_shops_only_what_may_be_late_is_told(
    owner_client: Client, seller: Seller, noon: datetime
) -> None:
    fresh, late = make_shop(seller, name="Toko Segar"), make_shop(seller, name="Toko Lambat")
    synced(fresh, seconds=20)
    synced(late, minutes=25)
    page = text_of(owner_client, "/chat/")
    line = page.split('id="freshness"')[1].split("</div>")[0]
    assert "Toko Lambat</strong>: Pesan terbaru mungkin terlambat: lengkap sampai 14:10" in line
    assert "Toko Segar" not in line
    assert page.count('data-health="late"') == 1
    assert "Pesan terbaru mungkin terlambat: lengkap sampai 14:10" in text_of(owner_client, "/")


def test_of_many_late_shops_only_how_many(owner_client: Client, seller: Seller) -> None:
    for number in range(3):
        synced(make_shop(seller, name=f"Toko {number}"), minutes=25)
    assert "Pesan terbaru 3 toko mungkin terlambat." in text_of(owner_client, "/chat/")


def test_a_time_of_another_day_has_its_day(owner_client: Client, shop: Shop, noon: datetime) -> None:
    synced(shop, days=1)
    assert "lengkap sampai Kemarin 14:35" in text_of(owner_client, "/chat/", shop=str(shop.pk))


@pytest.mark.parametrize("state", [Shop.State.INACTIVE, Shop.State.DISCONNECTED])
def test_a_shop_that_is_not_active_has_another_thing_to_say(
    owner_client: Client, shop: Shop, state: str
) -> None:
    Shop.objects.update(state=state, synced_through_at=timezone.now() - timedelta(hours=1))
    assert "engkap sampai" not in text_of(owner_client, "/chat/", shop=str(shop.pk))


def test_a_shop_that_has_just_been_activated_is_not_called_late_and_one_that_is_never_read_is(
    owner_client: Client, shop: Shop
) -> None:
    assert "engkap sampai" not in text_of(owner_client, "/chat/", shop=str(shop.pk))
    Shop.objects.update(activated_at=timezone.now() - timedelta(minutes=11))
    assert "mungkin terlambat" in text_of(owner_client, "/chat/", shop=str(shop.pk))


def test_a_shop_in_its_quiet_time_is_not_called_late(shop: Shop) -> None:
    quiet = shop.connector.sync_policy.quiet
    synced(shop, seconds=quiet.total_seconds() + 20)
    shop.refresh_from_db()
    assert not freshness.is_behind(shop)
    synced(shop, seconds=quiet.total_seconds() + 40)
    shop.refresh_from_db()
    assert freshness.is_behind(shop)


# Live


def shown(page: str) -> str:
    return page.split('id="live-fresh" name="fresh" value="')[1].split('"')[0]


def test_a_sync_writes_no_event(web: responses.RequestsMock, shop: Shop) -> None:
    web.get(SHOPEE_CONVERSATIONS, json=shopee_list())
    assert sync(shop)
    assert not Event.objects.exists()


def test_an_idle_screen_learns_that_a_shop_falls_behind_and_that_it_is_back(
    owner_client: Client, owner: User, shop: Shop, noon: datetime
) -> None:
    synced(shop, seconds=5)
    ask = {"since": str(Cursor.now(owner)), "fresh": shown(text_of(owner_client, "/chat/"))}
    assert owner_client.get("/live/", ask).status_code == 204
    synced(shop, minutes=3)
    html = text_of(owner_client, "/live/", **ask)
    assert "Pesan terbaru mungkin terlambat: lengkap sampai 14:32" in html
    ask["fresh"] = shown(html)
    assert owner_client.get("/live/", ask).status_code == 204
    synced(shop, seconds=5)
    assert "mungkin terlambat" not in text_of(owner_client, "/live/", **ask)


def test_an_idle_screen_shows_no_time_older_than_five_minutes(
    owner_client: Client, owner: User, shop: Shop, noon: datetime
) -> None:
    synced(shop, seconds=5)
    ask = {"since": str(Cursor.now(owner)), "fresh": shown(text_of(owner_client, "/chat/"))}
    with time_machine.travel(noon + freshness.REDRAWN_AFTER, tick=False):
        synced(shop, seconds=5)
        assert "Lengkap sampai 14:40" in text_of(owner_client, "/live/", **ask, shop=str(shop.pk))


def test_a_shop_that_somebody_may_not_see_tells_them_nothing(
    owner_client: Client, seller: Seller, shop: Shop, colleague: User, stranger: User
) -> None:
    limit_to(colleague, make_shop(seller, name="Kedua"))
    before = [freshness.state_for(user) for user in (colleague, stranger)]
    synced(shop, hours=1)
    assert [freshness.state_for(user) for user in (colleague, stranger)] == before


def test_asking_costs_the_same_however_many_shops_there_are(
    owner_client: Client, owner: User, seller: Seller, shop: Shop
) -> None:
    counts = []
    for _time in range(2):
        ask = {"since": str(Cursor.now(owner)), "fresh": freshness.state_for(owner)}
        with CaptureQueriesContext(connection) as asked:
            assert owner_client.get("/live/", ask).status_code == 204
        counts.append(len(asked))
        for number in range(8):
            make_shop(seller, name=f"Toko {number}")
    assert counts[0] == counts[1]
