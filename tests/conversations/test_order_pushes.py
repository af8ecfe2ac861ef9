"""Pushes about orders and authorizations: what they name is asked for, and nothing is believed at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import responses
from django.test import Client
from django.utils import timezone

from conversations import pushes
from conversations.ingest import ingest
from conversations.models import Conversation, Event, Message, Push
from conversations.tasks import process_push
from forstok_chat.accounts.models import Seller
from marketplaces import throttle
from marketplaces.content import PushEvent, PushKind, RemoteConversation
from marketplaces.models import App, Order, Shop
from tests.conversations.test_webhooks import deliver_push
from tests.factories import SHOPEE_KEYS, make_app, make_shop, said
from tests.permits import free_permits
from tests.wire import SHOPEE, shopee_answer, shopee_error

pytestmark = pytest.mark.django_db
SHOPS_BY_PARTNER = f"{SHOPEE}/public/get_shops_by_partner"
ORDERS = f"{SHOPEE}/order/get_order_detail"
NUMBER, BUYER = "240911TRW4KD8Z", "640118209"


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nudges are only noted, every permit is free."""
    free_permits(monkeypatch)
    monkeypatch.setattr(throttle, "pause", lambda *call: None)


@pytest.fixture
def push(client: Client, shop: Shop) -> Push:
    """The marketplace says that an order changed, not how."""
    data = {"ordersn": NUMBER, "status": "SHIPPED", "update_time": 1660123127, "items": []}
    told = {"data": data, "shop_id": int(shop.remote_id), "code": 3, "timestamp": 1660123127}
    assert deliver_push(client, told) == 200
    return Push.objects.get()


def room_of_the_buyer(shop: Shop) -> Conversation:
    """A chat with whom the order is from. No event is left of it."""
    room = RemoteConversation("701", BUYER, "rina")
    conversation = ingest(shop, room, [said("halo")], Message.Source.READING)
    Event.objects.all().delete()
    return conversation


def order_row(status: str) -> dict[str, Any]:
    return {
        "order_sn": NUMBER,
        "order_status": status,
        "create_time": 1660120000,
        "update_time": 1660123127,
        "buyer_user_id": int(BUYER),
        "buyer_username": "rina",
        "currency": "IDR",
        "item_list": [],
    }


def orders_answer(*rows: dict[str, Any]) -> dict[str, Any]:
    return shopee_answer({"order_list": list(rows)})


def process_now(push: Push) -> Push:
    Push.objects.update(next_attempt_at=timezone.now())
    process_push(push.pk)
    push.refresh_from_db()
    return push


# Orders


def test_an_order_that_a_push_names_is_fetched_and_shown(
    web: responses.RequestsMock, shop: Shop, push: Push
) -> None:
    conversation = room_of_the_buyer(shop)
    web.get(ORDERS, json=orders_answer(order_row("SHIPPED")))
    assert process_now(push).state == "done"
    order = Order.objects.get()
    assert (order.shop, order.remote_id, order.status) == (shop, NUMBER, "shipped")
    assert Event.objects.get().conversation == conversation


def test_the_same_push_twice_tells_the_screens_once(
    web: responses.RequestsMock, client: Client, shop: Shop, push: Push
) -> None:
    room_of_the_buyer(shop)
    web.get(ORDERS, json=orders_answer(order_row("SHIPPED")))
    again = Push.objects.create(app=push.app, body=bytes(push.body))
    assert [process_now(each).state for each in (push, again)] == ["done", "done"]
    assert (Order.objects.count(), Event.objects.count()) == (1, 1)


def test_an_order_that_did_not_come_is_fetched_at_the_next_try(
    web: responses.RequestsMock, push: Push
) -> None:
    web.get(ORDERS, json=shopee_error("error_server"), status=500)
    assert (process_now(push).state, push.attempts) == ("received", 1)
    web.replace(responses.GET, ORDERS, json=orders_answer(order_row("SHIPPED")))
    assert process_now(push).state == "done"
    assert Order.objects.count() == 1


def test_too_many_calls_postpone_a_push_without_costing_an_attempt(
    web: responses.RequestsMock, push: Push
) -> None:
    web.get(ORDERS, json=shopee_error("error_rate_limit"), status=429, headers={"Retry-After": "40"})
    assert (process_now(push).state, push.attempts) == ("received", 0)
    assert timedelta(seconds=30) < push.next_attempt_at - timezone.now() < timedelta(seconds=41)


def test_a_push_is_not_taken_twice_while_a_slow_call_goes_on(web: responses.RequestsMock, push: Push) -> None:
    leases: list[timedelta] = []

    def slow(request: Any) -> tuple[int, dict[str, str], str]:
        leases.append(Push.objects.get().next_attempt_at - timezone.now())
        return 500, {}, ""

    web.add_callback(responses.GET, ORDERS, callback=slow)
    process_now(push)
    assert leases[0] > timedelta(seconds=60)


def test_a_refused_token_leads_to_a_look_at_the_shop(
    web: responses.RequestsMock, shop: Shop, push: Push
) -> None:
    """The permission for orders alone may be missing, and the chat goes on."""
    Shop.objects.update(next_sync_at=timezone.now() + timedelta(hours=1))
    web.get(ORDERS, json=shopee_error("error_permission"), status=403)
    assert process_now(push).state == "done"
    shop.refresh_from_db()
    assert shop.is_active
    assert shop.next_sync_at is not None
    assert shop.next_sync_at <= timezone.now()


def test_an_order_of_a_marketplace_that_lists_none_is_not_asked_for(
    web: responses.RequestsMock, seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_shop(seller, "tokopedia")
    monkeypatch.delattr(other.connector, "list_orders")
    push = Push.objects.create(app=make_app("tokopedia"), body=b"")
    pushes.apply(push, PushEvent(PushKind.ORDER, other.remote_id, order=NUMBER))
    assert len(web.calls) == 0


# Authorizations


def resting(*shops: Shop) -> None:
    Shop.objects.filter(pk__in=[shop.pk for shop in shops]).update(
        next_sync_at=timezone.now() + timedelta(hours=1)
    )


def looked_at(*shops: Shop) -> list[bool]:
    """Whether each shop is to be asked for news at once. All are active still."""
    rows = {row.pk: row for row in Shop.objects.active()}
    now = timezone.now()
    return [(rows[shop.pk].next_sync_at or now) <= now for shop in shops]


@pytest.fixture
def others(seller: Seller, shop: Shop) -> tuple[Shop, Shop]:
    """A second shop of the platform's app, and one that is reached with its seller's own app."""
    rich = Seller.objects.create(name="Toko Besar")
    App.objects.create(marketplace="shopee", seller=rich, keys=SHOPEE_KEYS)
    return make_shop(seller, name="Kedua"), make_shop(rich, name="Besar")


def test_a_deauthorization_that_names_no_shop_has_every_shop_of_the_app_looked_at(
    shop: Shop, others: tuple[Shop, Shop]
) -> None:
    resting(shop, *others)
    push = Push.objects.create(app=make_app(), body=b"")
    pushes.apply(push, PushEvent(PushKind.DISCONNECTED, detail="the app was removed"))
    assert looked_at(shop, *others) == [True, True, False]


def test_a_deauthorization_of_several_shops_has_these_looked_at(
    shop: Shop, others: tuple[Shop, Shop]
) -> None:
    resting(shop, *others)
    push = Push.objects.create(app=make_app(), body=b"")
    named = (others[0].remote_id, others[1].remote_id, "1")
    pushes.apply(push, PushEvent(PushKind.DISCONNECTED, shops=named))
    assert looked_at(shop, *others) == [False, True, False]


def ends_soon(*shops: str) -> PushEvent:
    return PushEvent(PushKind.EXPIRING, shops=shops, until=timezone.now() + timedelta(days=7))


def test_owners_see_beforehand_that_a_consent_ends(
    web: responses.RequestsMock, shop: Shop, others: tuple[Shop, Shop]
) -> None:
    web.get(SHOPS_BY_PARTNER, json=shopee_error("system_busy"))
    push = Push.objects.create(app=make_app(), body=b"")
    event = ends_soon(shop.remote_id, others[1].remote_id, "1")
    pushes.apply(push, event)
    ends = {row.pk: row.authorized_until for row in Shop.objects.all()}
    assert [ends[each.pk] for each in (shop, *others)] == [event.until, None, None]
    assert Event.objects.get().shop == shop


def test_the_day_on_which_a_consent_ends_is_asked_for(web: responses.RequestsMock, shop: Shop) -> None:
    day = timezone.now().replace(microsecond=0) + timedelta(days=6)
    row = {"shop_id": int(shop.remote_id), "expire_time": int(day.timestamp())}
    web.get(SHOPS_BY_PARTNER, json={"error": "", "authed_shop_list": [row], "more": False})
    pushes.apply(Push.objects.create(app=make_app(), body=b""), ends_soon(shop.remote_id))
    shop.refresh_from_db()
    assert shop.authorized_until == day


@pytest.mark.parametrize("event", [PushEvent(PushKind.EXPIRING), PushEvent(PushKind.EXPIRING, shops=("1",))])
def test_an_ending_consent_of_nobody_or_at_no_time_changes_nothing(shop: Shop, event: PushEvent) -> None:
    pushes.apply(Push.objects.create(app=make_app(), body=b""), event)
    shop.refresh_from_db()
    assert (shop.authorized_until, Event.objects.count()) == (None, 0)
