"""Every task may run twice, or for a row that is gone: the second time nothing happens."""

from __future__ import annotations

import inspect
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import responses
from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from conversations import history, imports, outbox
from conversations.bulk import starting
from conversations.dispatch import Draft
from conversations.models import Alerts, Conversation, Event, OutgoingMessage, Push
from forstok_chat.accounts.models import User
from marketplaces import throttle
from marketplaces.content import Kind
from marketplaces.models import Feed, MediaFile, Product, Shop
from tests.conversations.test_webhooks import deliver_push, push_of
from tests.factories import make_app, make_conversation, subscribe
from tests.permits import free_permits
from tests.test_queues import OURS
from tests.wire import (
    SHOPEE_CONVERSATIONS,
    SHOPEE_MESSAGES,
    SHOPEE_SEND,
    shopee_answer,
    shopee_list,
    shopee_message,
    shopee_page,
    shopee_row,
    shopee_sent,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]

# When things were last done, and when they are due again: of these a second run may write another one.
TIMES = re.compile(r"_at$|_until$")


@dataclass
class World:
    """A shop with a room in which the buyer has spoken, and a marketplace that answers."""

    shop: Shop
    room: Conversation
    agent: User
    browser: Client

    def reply(self, **state: Any) -> OutgoingMessage:
        outbox.enqueue(self.room, self.agent, Draft(Kind.TEXT, "siap"), uuid.uuid4())
        OutgoingMessage.objects.update(**state)
        return OutgoingMessage.objects.get()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[responses.RequestsMock]:
    free_permits(monkeypatch)
    for quiet in ("pause", "slow_down", "speed_up", "count"):
        monkeypatch.setattr(throttle, quiet, lambda *call: None)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def world(web: responses.RequestsMock, shop: Shop, owner: User, client: Client) -> World:
    room = make_conversation(shop, "halo")
    news = shopee_message(room, "masih ada?", by_shop=False)
    web.post(SHOPEE_SEND, json=shopee_sent(room, "siap"))
    web.get(SHOPEE_MESSAGES, json=shopee_page(news))
    web.get(SHOPEE_CONVERSATIONS, json=shopee_list(shopee_row(room, news["message_id"], timezone.now())))
    for method in (responses.GET, responses.POST):  # everything else is done and has nothing to tell
        web.add(method, re.compile(r"https://shopee\.test/.*"), json=shopee_answer({}))
    return World(shop, room, owner, client)


def nothing(world: World) -> list[Any]:
    return []


def room(world: World) -> list[Any]:
    return [str(world.room.pk)]


def shop(world: World) -> list[Any]:
    return [str(world.shop.pk)]


def queued(world: World) -> list[Any]:
    return [str(world.reply().conversation_id)]


def unclear(world: World) -> list[Any]:
    ago = timezone.now() - timedelta(minutes=1)
    return [world.reply(state="uncertain", attempted_at=ago, next_attempt_at=ago).pk]


def push(world: World) -> list[Any]:
    deliver_push(world.browser, push_of(world.shop))
    return [Push.objects.get().pk]


def pushed_message(world: World) -> list[Any]:
    push(world)
    return []


def reading(world: World) -> list[Any]:
    world.room.request_reading()
    return room(world)


def scrolled_up(world: World) -> list[Any]:
    history.want(world.room)
    return room(world)


def looked_at(world: World) -> list[Any]:
    world.room.mark_read(world.agent)
    return room(world)


def app(world: World) -> list[Any]:
    return [make_app().pk]


def begun(world: World) -> list[Any]:
    imports.ensure_started(world.shop)
    return shop(world)


def feed(world: World) -> list[Any]:
    return [Feed.objects.create(shop=world.shop, kind=Feed.Kind.ORDERS).pk]


def product(world: World) -> list[Any]:
    Product.objects.create(shop=world.shop, remote_id="7", wanted_at=timezone.now())
    return shop(world)


def picture(world: World) -> list[Any]:
    file = MediaFile.objects.create(
        shop=world.shop, url="https://cf.shopee.co.id/file/a", next_attempt_at=timezone.now()
    )
    return [str(file.pk)]


def snoozed(world: World) -> list[Any]:
    Conversation.objects.update(snoozed_until=timezone.now() - timedelta(minutes=1))
    return []


def died(world: World) -> list[Any]:
    world.reply(state="sending", attempted_at=timezone.now() - timedelta(hours=1))
    return []


def old(world: World) -> list[Any]:
    Event.objects.update(created_at=timezone.now() - timedelta(days=30))
    return []


def to_be_told(world: World) -> list[Any]:
    subscribe(world.agent)
    Alerts.objects.update(news=1)
    return [Alerts.objects.get().pk]


def many_at_once(world: World) -> list[Any]:
    return [str(starting.start(Conversation.objects.all(), "read", by=world.agent).pk)]


# What makes a task have something to do; returns its arguments.
CASES: dict[str, Callable[[World], list[Any]]] = {
    "add_up_tallies": nothing,
    "deliver": queued,
    "fetch_media": picture,
    "fetch_named_orders": room,
    "fetch_orders_of_buyer": room,
    "fetch_wanted_products": product,
    "look_up_room": room,
    "process_push": push,
    "process_pushes": pushed_message,
    "prune_records": old,
    "read_conversation": reading,
    "read_older": scrolled_up,
    "reconcile_app": app,
    "reconcile_apps": nothing,
    "refresh_credentials": nothing,
    "run_bulk": many_at_once,
    "run_feed": feed,
    "run_import": begun,
    "send": queued,
    "settle": unclear,
    "sweep_feeds": nothing,
    "sweep_incoming": nothing,
    "sweep_media": nothing,
    "sweep_outbox": died,
    "sweep_readings": nothing,
    "sweep_shops": nothing,
    "sweep_statuses": snoozed,
    "sync_shop": shop,
    "tell_read": looked_at,
    "tell_person": to_be_told,
    "sweep_alerts": nothing,
    "watch_pushes": app,
}
TASKS = {name.rsplit(".", 1)[-1]: task for name, task in OURS.items()}
# These only find work and nudge, or ask a marketplace that has nothing to tell: they may leave all as it was.
MAY_CHANGE_NOTHING = {
    "fetch_named_orders", "fetch_orders_of_buyer", "look_up_room", "reconcile_app", "reconcile_apps",
    "refresh_credentials", "settle", "sweep_alerts", "sweep_incoming", "sweep_media", "sweep_readings",
    "watch_pushes", "fetch_media", "run_feed",
}  # fmt: skip


def everything() -> list[str]:
    """All rows of the product, but for times that only say when."""
    return [
        json.dumps([model._meta.label, values_of(row)], default=str, sort_keys=True)
        for label in ("conversations", "marketplaces")
        for model in apps.get_app_config(label).get_models()
        for row in model._default_manager.order_by("pk")
    ]


def values_of(row: Model) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not TIMES.search(field.attname) and not isinstance(getattr(row, field.attname), bytes | memoryview)
    }


def changing_calls(web: responses.RequestsMock) -> list[str]:
    return [str(call.request.url).split("?")[0] for call in web.calls if call.request.method == "POST"]


def test_every_task_has_its_case() -> None:
    assert sorted(CASES) == sorted(TASKS)


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_second_run_changes_nothing(name: str, web: responses.RequestsMock, world: World) -> None:
    arguments = CASES[name](world)
    before = everything()
    TASKS[name](*arguments)
    once, calls = everything(), changing_calls(web)
    assert once != before or name in MAY_CHANGE_NOTHING, "the case gives it something to do"
    TASKS[name](*arguments)
    assert everything() == once
    assert changing_calls(web) == calls, "nothing is sent or told twice"


@pytest.mark.parametrize(
    "name", sorted(name for name, task in TASKS.items() if inspect.signature(task.run).parameters)
)
def test_a_task_whose_row_is_gone_does_nothing(name: str, web: responses.RequestsMock, world: World) -> None:
    first = next(iter(inspect.signature(TASKS[name].run, eval_str=True).parameters.values()))
    before = everything()
    TASKS[name](2**40 if first.annotation is int else str(uuid.uuid4()))
    assert everything() == before
    assert len(web.calls) == 0
