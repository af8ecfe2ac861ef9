from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import responses
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation
from conversations.tasks import read_conversation, sweep_shops, sync_shop
from forstok_chat.accounts.models import User
from marketplaces.models import Shop
from tests.factories import limit_to, make_conversation, make_shop
from tests.wire import SHOPEE_CONVERSATIONS, SHOPEE_MESSAGES, shopee_answer, shopee_message, shopee_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges", "permits")]


def row(conversation: Conversation, version: str, at: datetime) -> dict[str, Any]:
    return {
        "conversation_id": conversation.remote_id,
        "to_id": int(conversation.buyer_id),
        "to_name": conversation.buyer_name,
        "unread_count": 0,
        "pinned": False,
        "latest_message_id": version,
        "last_message_timestamp": int(at.timestamp()) * 1_000_000_000,
    }


def listing(web: responses.RequestsMock, *rows: dict[str, Any]) -> None:
    result = {"page_size": 25, "next_cursor": {"next_message_time_nano": "0"}, "more": False}
    web.get(SHOPEE_CONVERSATIONS, json=shopee_answer({"conversations": list(rows), "page_result": result}))


def reads(web: responses.RequestsMock) -> int:
    return sum("get_message" in (call.request.url or "") for call in web.calls)


def test_a_message_whose_push_was_lost_comes_with_the_next_sync(
    web: responses.RequestsMock, shop: Shop
) -> None:
    conversation = make_conversation(shop, "halo")
    missed = shopee_message(conversation, "kok tidak dibalas?", by_shop=False)
    listing(web, row(conversation, missed["message_id"], timezone.now()))
    web.get(SHOPEE_MESSAGES, json=shopee_page(missed))
    sync_shop(str(shop.pk))
    assert conversation.messages.filter(text="kok tidak dibalas?").exists()
    shop.refresh_from_db()
    assert shop.synced_through_at is not None


def test_what_has_not_changed_is_not_read_again(web: responses.RequestsMock, shop: Shop) -> None:
    conversation = make_conversation(shop, "halo")
    message = shopee_message(conversation, "apa kabar", by_shop=False)
    listing(web, row(conversation, message["message_id"], timezone.now()))
    web.get(SHOPEE_MESSAGES, json=shopee_page(message))
    sync_shop(str(shop.pk))
    sync_shop(str(shop.pk))
    assert reads(web) == 1


def test_a_hole_under_a_pushed_message_is_filled(web: responses.RequestsMock, shop: Shop) -> None:
    """Two messages, the first one's push lost: the second one is known, and still everything is read."""
    conversation = make_conversation(shop, "halo")
    lost = shopee_message(
        conversation, "yang hilang", by_shop=False, at=timezone.now() - timedelta(seconds=9)
    )
    known = shopee_message(conversation, "yang sampai", by_shop=False)
    from conversations.ingest import ingest
    from conversations.models import Message
    from tests.factories import remote, said

    ingest(shop, remote(), [said("yang sampai", remote_id=known["message_id"])], Message.Source.PUSH)
    listing(web, row(conversation, known["message_id"], timezone.now()))
    web.get(SHOPEE_MESSAGES, json=shopee_page(known, lost))
    sync_shop(str(shop.pk))
    assert conversation.messages.filter(text="yang hilang").exists()


def test_rooms_from_before_the_activation_stay_outside(web: responses.RequestsMock, shop: Shop) -> None:
    old = Conversation(shop=shop, remote_id="701", buyer_id="91", buyer_name="lama")
    listing(web, row(old, "5", timezone.now() - timedelta(days=30)))
    sync_shop(str(shop.pk))
    assert not Conversation.objects.exists()
    assert reads(web) == 0


def test_a_new_buyer_is_found_without_a_push(web: responses.RequestsMock, shop: Shop) -> None:
    new = Conversation(shop=shop, remote_id="701", buyer_id="91", buyer_name="baru")
    message = shopee_message(new, "permisi", by_shop=False)
    listing(web, row(new, message["message_id"], timezone.now()))
    web.get(SHOPEE_MESSAGES, json=shopee_page(message))
    sync_shop(str(shop.pk))
    assert Conversation.objects.get().buyer_name == "baru"


def test_a_sync_that_stops_half_way_does_not_move_its_mark(web: responses.RequestsMock, shop: Shop) -> None:
    conversation = make_conversation(shop, "halo")
    listing(web, row(conversation, "99", timezone.now()))
    web.get(SHOPEE_MESSAGES, body="oops", status=500)
    sync_shop(str(shop.pk))
    shop.refresh_from_db()
    assert shop.synced_through_at is None


def pages(web: responses.RequestsMock, *rows_and_cursors: tuple[list[dict[str, Any]], str]) -> None:
    """One page after the other, each with more behind it."""
    for rows, cursor in rows_and_cursors:
        result = {"page_size": 25, "next_cursor": {"next_message_time_nano": cursor}, "more": True}
        web.get(SHOPEE_CONVERSATIONS, json=shopee_answer({"conversations": rows, "page_result": result}))


def lists(web: responses.RequestsMock) -> int:
    return sum("get_conversation_list" in (call.request.url or "") for call in web.calls)


def test_pinned_conversations_on_top_do_not_end_the_search_for_what_is_new(
    web: responses.RequestsMock, shop: Shop
) -> None:
    """They stand before all others whatever their age; the first page may be full of them."""
    new = make_conversation(shop, "halo")
    old = Conversation(shop=shop, remote_id="701", buyer_id="91", buyer_name="lama")
    message = shopee_message(new, "ada?", by_shop=False)
    long_ago = timezone.now() - timedelta(days=30)
    pinned = row(old, "5", long_ago) | {"pinned": True}
    pages(
        web,
        ([pinned], "9"),
        ([row(new, message["message_id"], timezone.now())], "8"),
        ([row(old, "5", long_ago)], "7"),
    )
    web.get(SHOPEE_MESSAGES, json=shopee_page(message))
    sync_shop(str(shop.pk))
    assert new.messages.filter(text="ada?").exists()
    assert lists(web) == 3  # the first one behind the mark that is not pinned ends it


def test_cursors_that_go_in_a_ring_end_the_list(web: responses.RequestsMock, shop: Shop) -> None:
    conversation = make_conversation(shop, "halo")
    Conversation.objects.update(remote_version="5")
    recent = row(conversation, "5", timezone.now())
    pages(web, ([recent], "1"), ([recent], "2"), ([recent], "1"), ([recent], "2"), ([recent], "1"))
    sync_shop(str(shop.pk))
    assert lists(web) == 3
    shop.refresh_from_db()
    assert shop.synced_through_at is not None


def seconds_between_turns(shop: Shop) -> float:
    now = timezone.now()
    Shop.objects.filter(pk=shop.pk).update(next_sync_at=now)
    sweep_shops()
    shop.refresh_from_db()
    assert shop.next_sync_at is not None
    return round((shop.next_sync_at - now).total_seconds())


def test_a_shop_is_asked_the_more_often_the_more_goes_on(shop: Shop, owner: User, colleague: User) -> None:
    assert seconds_between_turns(shop) == 120
    make_conversation(shop, "halo")  # a minute ago
    assert seconds_between_turns(shop) == 30
    Conversation.objects.update(last_message_at=timezone.now() - timedelta(hours=2))
    assert seconds_between_turns(shop) == 120
    owner.touch()
    assert seconds_between_turns(shop) == 15


def test_nobody_looks_at_a_shop_that_they_may_not_see(shop: Shop, colleague: User) -> None:
    limit_to(colleague, make_shop(shop.seller))
    colleague.touch()
    assert seconds_between_turns(shop) == 120


def test_who_opens_the_inbox_does_not_wait_for_the_end_of_a_quiet_time(
    shop: Shop, owner_client: Client, stranger_client: Client
) -> None:
    later = timezone.now() + timedelta(seconds=110)
    Shop.objects.update(next_sync_at=later)
    stranger_client.get("/chat/")
    shop.refresh_from_db()
    assert shop.next_sync_at == later
    owner_client.get("/chat/")
    shop.refresh_from_db()
    assert shop.next_sync_at is not None
    assert shop.next_sync_at <= timezone.now()


def test_every_shop_has_its_turn_once(shop: Shop, nudges: list[Any]) -> None:
    Shop.objects.update(next_sync_at=timezone.now())
    sweep_shops()
    sweep_shops()
    assert [task for task in nudges if task[0] == "sync_shop"] == [("sync_shop", (str(shop.pk),))]


def test_a_reading_asked_for_is_done_once_and_struck_off(web: responses.RequestsMock, shop: Shop) -> None:
    conversation = make_conversation(shop, "halo")
    conversation.request_reading()
    web.get(SHOPEE_MESSAGES, json=shopee_page(shopee_message(conversation, "dari toko", by_shop=True)))
    read_conversation(str(conversation.pk))
    read_conversation(str(conversation.pk))
    conversation.refresh_from_db()
    assert conversation.reading_due_at is None
    assert reads(web) == 1
    assert conversation.messages.get(text="dari toko").origin == "seller_centre"


def test_a_reading_that_fails_is_asked_for_again_later(web: responses.RequestsMock, shop: Shop) -> None:
    conversation = make_conversation(shop, "halo")
    conversation.request_reading()
    web.get(SHOPEE_MESSAGES, body="oops", status=500)
    read_conversation(str(conversation.pk))
    conversation.refresh_from_db()
    assert conversation.reading_due_at is not None
    assert conversation.reading_due_at > timezone.now()
