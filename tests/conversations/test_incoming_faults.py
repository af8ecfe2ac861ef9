"""Syncs, imports, readings and pushes when the marketplace shows less, later or other than it should."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import responses
from django.test import Client
from django.utils import timezone

from conversations import imports, pushes, reading
from conversations.ingest import ingest
from conversations.models import Conversation, Import, Message, Push
from conversations.tasks import run_import, sync_shop
from forstok_chat.accounts.models import Seller
from marketplaces.content import IncomingMessage, Page, PushEvent, PushKind, RemoteConversation
from marketplaces.models import App, Shop
from tests.factories import TOKOPEDIA_KEYS, make_app, make_conversation, make_shop, remote, said
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


@pytest.fixture
def ani(shop: Shop) -> Conversation:
    """A room that only the marketplace has so far."""
    return Conversation(shop=shop, remote_id="701", buyer_id="91", buyer_name="ani")


@pytest.fixture
def budi(shop: Shop) -> Conversation:
    return Conversation(shop=shop, remote_id="702", buyer_id="92", buyer_name="budi")


def list_with_unreadable(
    web: responses.RequestsMock, newer: Conversation, older: Conversation, *, unreadable: Conversation
) -> None:
    """Shopee lists two rooms and refuses for ever to show the bubbles of one."""

    def bubbles(request: Any) -> tuple[int, dict[str, str], str]:
        if request.params["conversation_id"] == unreadable.remote_id:
            return 200, {}, json.dumps(shopee_error("error_param", "conversation not found"))
        room = older if unreadable is newer else newer
        return 200, {}, json.dumps(shopee_page(shopee_message(room, "halo", by_shop=False)))

    web.add_callback(responses.GET, SHOPEE_MESSAGES, callback=bubbles)
    now = timezone.now()
    rows = [shopee_row(newer, "2", now), shopee_row(older, "1", now - timedelta(seconds=30))]
    web.get(SHOPEE_CONVERSATIONS, json=shopee_list(*rows))


class LongRoom:
    """A connector to one room with many bubbles, newest first, 25 a page."""

    def __init__(self, bubbles: list[IncomingMessage]) -> None:
        self.bubbles = bubbles

    def list_messages(self, conversation: str, cursor: str | None = None) -> Page[IncomingMessage]:
        start = int(cursor or 0)
        end = start + 25
        return Page(tuple(self.bubbles[start:end]), str(end) if end < len(self.bubbles) else None)


def many(count: int, *, apart: timedelta) -> list[IncomingMessage]:
    """So many bubbles of the buyer, the newest one from now."""
    return [said(f"pesan {n}", at=timezone.now() - n * apart) for n in range(count)]


# Rooms that cannot be read


def test_a_room_that_cannot_be_read_does_not_stop_the_sync_of_the_others(
    web: responses.RequestsMock, shop: Shop, ani: Conversation, budi: Conversation
) -> None:
    list_with_unreadable(web, budi, ani, unreadable=ani)
    sync_shop(str(shop.pk))
    assert Message.objects.get().conversation.buyer_name == "budi"


def test_a_room_that_cannot_be_read_does_not_stop_the_import_of_the_others(
    web: responses.RequestsMock, shop: Shop, ani: Conversation, budi: Conversation
) -> None:
    list_with_unreadable(web, budi, ani, unreadable=budi)
    imports.ensure_started(shop)
    run_import(str(shop.pk))
    assert Message.objects.get().conversation.buyer_name == "ani"
    job = Import.objects.get()
    assert (job.state, job.done) == ("done", 2)


def test_a_buyers_name_with_a_nul_stops_nothing(shop: Shop) -> None:
    ingest(shop, replace(remote(), buyer_name="ri\x00na"), [said("halo")], Message.Source.PUSH)
    assert Message.objects.get().text == "halo"


# Long absences


def test_everything_of_a_very_long_absence_is_read(shop: Shop) -> None:
    conversation = make_conversation(shop, "halo")
    Conversation.objects.update(read_through_at=timezone.now() - timedelta(days=3))
    connector: Any = LongRoom(many(1100, apart=timedelta(seconds=100)))
    reading.read(shop, connector, remote())
    assert conversation.messages.filter(text__startswith="pesan").count() == 1100


def test_all_that_a_new_buyer_wrote_since_the_activation_is_read(shop: Shop) -> None:
    """The shop has been active for a day, the pushes were lost, the workers away."""
    Shop.objects.update(activated_at=timezone.now() - timedelta(days=1))
    shop.refresh_from_db()
    Import.objects.create(shop=shop, state=Import.State.DONE)
    connector: Any = LongRoom(many(60, apart=timedelta(seconds=10)))
    reading.read(shop, connector, remote())
    assert Message.objects.count() == 60


# Lists that are ahead or behind


def test_a_message_that_came_while_the_import_ran_is_unread(
    web: responses.RequestsMock, shop: Shop, ani: Conversation
) -> None:
    earlier = timezone.now() - timedelta(minutes=5)
    web.get(SHOPEE_CONVERSATIONS, json=shopee_list(shopee_row(ani, "1", earlier, unread=0)))
    bubbles = [
        shopee_message(ani, "baru!", by_shop=False),
        shopee_message(ani, "lama", by_shop=False, at=earlier),
    ]
    web.get(SHOPEE_MESSAGES, json=shopee_page(*bubbles))
    imports.ensure_started(shop)
    run_import(str(shop.pk))
    assert Conversation.objects.get().unread_count == 1


def test_a_listed_message_that_does_not_show_yet_is_looked_for_again(
    web: responses.RequestsMock, shop: Shop
) -> None:
    conversation = make_conversation(shop, "halo")
    late = shopee_message(conversation, "telat", by_shop=False)
    web.get(
        SHOPEE_CONVERSATIONS, json=shopee_list(shopee_row(conversation, late["message_id"], timezone.now()))
    )
    web.get(SHOPEE_MESSAGES, json=shopee_page())
    sync_shop(str(shop.pk))
    web.replace(responses.GET, SHOPEE_MESSAGES, json=shopee_page(late))
    sync_shop(str(shop.pk))
    assert conversation.messages.filter(text="telat").exists()


def test_a_listed_message_is_looked_for_again_though_another_of_its_second_shows(
    web: responses.RequestsMock, shop: Shop
) -> None:
    """A product card and a question come in the same second, and only the first shows so far."""
    conversation, at = make_conversation(shop, "halo"), timezone.now()
    card, question = (shopee_message(conversation, text, by_shop=False, at=at) for text in ("ini", "ada?"))
    web.get(SHOPEE_CONVERSATIONS, json=shopee_list(shopee_row(conversation, question["message_id"], at)))
    web.get(SHOPEE_MESSAGES, json=shopee_page(card))
    sync_shop(str(shop.pk))
    web.replace(responses.GET, SHOPEE_MESSAGES, json=shopee_page(question, card))
    sync_shop(str(shop.pk))
    assert conversation.messages.filter(text="ada?").exists()


@pytest.mark.parametrize(("apart", "is_read"), [(timedelta(), True), (timedelta(milliseconds=1), False)])
def test_where_no_id_is_listed_the_exact_time_tells_whether_all_shows(
    shop: Shop, apart: timedelta, is_read: bool
) -> None:
    """Tokopedia's list tells milliseconds, and so do its bubbles."""
    at = timezone.now()
    listed = replace(remote(), last_message_at=at, version="v2")
    connector: Any = LongRoom([said("halo", at=at - apart)])
    reading.read(shop, connector, listed)
    assert (Conversation.objects.get().remote_version == "v2") is is_read


def test_a_listed_message_that_never_shows_is_let_go_after_a_while(shop: Shop) -> None:
    listed = RemoteConversation(
        "701",
        "91",
        last_message_at=timezone.now() - reading.LAG - timedelta(seconds=1),
        last_message_id="9",
        version="9",
    )
    connector: Any = LongRoom([said("halo")])
    reading.read(shop, connector, listed)
    assert Conversation.objects.get().remote_version == "9"


# Pushes


def test_what_a_push_left_out_about_the_buyer_is_taken_from_the_list(shop: Shop) -> None:
    picture = "https://pictures.test/ani"
    ingest(shop, RemoteConversation("701", buyer_id=""), [said("halo")], Message.Source.PUSH)
    listed = RemoteConversation("701", buyer_id="91", buyer_avatar_url=picture)
    ingest(shop, listed, [], Message.Source.READING)
    conversation = Conversation.objects.get()
    assert (conversation.buyer_id, conversation.buyer_avatar_url) == ("91", picture)


def test_a_late_copy_of_a_deauthorization_does_not_end_a_new_activation(shop: Shop) -> None:
    """It is a hint to look: a refused token settles it."""
    push = Push.objects.create(app=make_app(), body=b"", received_at=timezone.now())
    Shop.objects.update(next_sync_at=timezone.now() + timedelta(hours=1))
    pushes.apply(push, PushEvent(PushKind.DISCONNECTED, shop.remote_id, detail="last week's"))
    shop.refresh_from_db()
    assert shop.state == Shop.State.ACTIVE
    assert shop.next_sync_at <= timezone.now()


def test_an_app_of_one_seller_without_keys_does_not_break_the_pushes_of_the_others(
    client: Client, seller: Seller
) -> None:
    App.objects.create(marketplace="tokopedia", seller=Seller.objects.create(name="Toko Lain"), keys={})
    shop = make_shop(seller, "tokopedia")
    push = {
        "shop_id": int(shop.remote_id),
        "msg_id": 5,
        "user_id": 7,
        "full_name": "budi",
        "message": "hai",
    }
    body = json.dumps(push).encode()
    signature = hmac.new(TOKOPEDIA_KEYS["webhook_secret"].encode(), body, hashlib.sha256).hexdigest()
    response = client.post(
        "/webhooks/tokopedia/",
        body,
        content_type="application/json",
        headers={"Authorization-Hmac": signature},
    )
    assert response.status_code == 200
    assert Push.objects.get().app == make_app("tokopedia")
