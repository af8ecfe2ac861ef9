"""Pushes that found us away: fetched, stored here, only then dropped there, and processed like the others."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import responses
from django.utils import timezone

from conversations import lost_pushes
from conversations.models import Message, Push
from conversations.tasks import process_push, sweep_incoming, watch_pushes
from forstok_chat.accounts.models import Seller
from marketplaces import throttle
from marketplaces.models import App, Shop
from tests.conversations.test_webhooks import push_of
from tests.factories import SHOPEE_KEYS, make_app, make_shop
from tests.permits import free_permits
from tests.wire import SHOPEE, shopee_answer, shopee_error

pytestmark = pytest.mark.django_db
CONFIG = f"{SHOPEE}/push/get_app_push_config"
LOST = f"{SHOPEE}/push/get_lost_push_message"
CONFIRM = f"{SHOPEE}/push/confirm_consumed_lost_push_message"


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nudges are only noted, every permit is free."""
    free_permits(monkeypatch)
    monkeypatch.setattr(throttle, "pause", lambda *call: None)


class Queue:
    """The marketplace's queue of what it could not deliver, two a page."""

    def __init__(self, web: responses.RequestsMock) -> None:
        self.kept: list[dict[str, Any]] = []
        self.confirmed: list[int] = []
        self.forgets = True
        web.add_callback(responses.GET, LOST, callback=self.page)
        web.add_callback(responses.POST, CONFIRM, callback=self.confirm)

    def page(self, request: Any) -> tuple[int, dict[str, str], str]:
        shown = self.kept[:2]
        mark = len(self.confirmed) * 2 + len(shown)
        told = {"push_message_list": shown, "has_next_page": len(self.kept) > 2, "last_message_id": mark}
        return 200, {}, json.dumps(shopee_answer(told))

    def confirm(self, request: Any) -> tuple[int, dict[str, str], str]:
        stored = {bytes(body) for body in Push.objects.values_list("body", flat=True)}
        shown = {json.dumps(push).encode() for push in self.kept[:2]}
        assert shown <= stored, "stored before it is dropped"
        if self.forgets:
            self.confirmed.append(json.loads(request.body)["last_message_id"])
            del self.kept[:2]
        return 200, {}, json.dumps(shopee_answer({}))


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(CONFIG, json=shopee_answer({"live_push_status": "Normal"}))
        yield mock


@pytest.fixture
def queue(web: responses.RequestsMock) -> Queue:
    return Queue(web)


@pytest.fixture
def app(shop: Shop) -> App:
    return make_app()


def due_again(app: App) -> None:
    App.objects.filter(pk=app.pk).update(next_check_at=timezone.now())


def calls_to(web: responses.RequestsMock, url: str) -> int:
    return sum((call.request.url or "").startswith(url) for call in web.calls)


def test_what_found_us_away_is_stored_dropped_there_and_becomes_bubbles(
    queue: Queue, app: App, shop: Shop, nudges: list[Any]
) -> None:
    queue.kept = [push_of(shop, f"pesan {n}", f"230274894849312395{n}") for n in range(5)]
    watch_pushes(app.pk)
    assert queue.kept == []
    assert queue.confirmed == [2, 4, 5]
    assert {name for name, _arguments in nudges} == {"process_push"}
    for push in Push.objects.all():
        process_push(push.pk)
    assert set(Message.objects.values_list("text", flat=True)) == {f"pesan {n}" for n in range(5)}
    shop.refresh_from_db()
    assert shop.last_push_at is None, "it was fetched, not pushed"


def test_what_is_stored_already_is_not_stored_again(queue: Queue, app: App, shop: Shop) -> None:
    queue.kept = [push_of(shop), push_of(shop)]
    queue.forgets = False
    watch_pushes(app.pk)
    due_again(app)
    watch_pushes(app.pk)
    assert Push.objects.count() == 1


def test_equal_words_of_last_week_are_another_push(queue: Queue, app: App, shop: Shop) -> None:
    queue.kept = [push_of(shop)]
    body = json.dumps(queue.kept[0]).encode()
    last_week = timezone.now() - timedelta(days=7)
    Push.objects.create(app=app, body=body, state=Push.State.DONE, received_at=last_week)
    watch_pushes(app.pk)
    assert Push.objects.filter(was_lost=True).count() == 1


def test_a_crash_between_storing_and_dropping_loses_nothing_and_doubles_nothing(
    web: responses.RequestsMock, queue: Queue, app: App, shop: Shop
) -> None:
    queue.kept = [push_of(shop)]
    web.replace(responses.POST, CONFIRM, json=shopee_error("error_server"), status=500)
    watch_pushes(app.pk)
    assert (Push.objects.count(), len(queue.kept)) == (1, 1)
    web.remove(responses.POST, CONFIRM)
    web.add_callback(responses.POST, CONFIRM, callback=queue.confirm)
    due_again(app)
    watch_pushes(app.pk)
    assert (Push.objects.count(), len(queue.kept)) == (1, 0)


def test_a_queue_that_forgets_nothing_does_not_keep_us_for_ever(
    web: responses.RequestsMock, queue: Queue, app: App, shop: Shop
) -> None:
    queue.kept = [push_of(shop, str(n), str(n)) for n in range(5)]
    queue.forgets = False
    watch_pushes(app.pk)
    assert calls_to(web, LOST) == 2
    app.refresh_from_db()
    assert app.next_check_at > timezone.now() + timedelta(minutes=4)


def test_a_very_long_queue_is_gone_on_with_at_once(
    queue: Queue, app: App, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lost_pushes, "MOST_PAGES", 1)
    queue.kept = [push_of(shop, str(n), str(n)) for n in range(4)]
    watch_pushes(app.pk)
    assert len(queue.kept) == 2
    assert lost_pushes.due() == [app.pk]
    watch_pushes(app.pk)
    assert queue.kept == []


def test_the_state_of_pushes_is_noted_and_a_bad_one_is_logged(
    web: responses.RequestsMock, queue: Queue, app: App, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        watch_pushes(app.pk)
    app.refresh_from_db()
    assert app.push_health == "normal"
    assert app.checked_at is not None
    assert "suspended" not in caplog.text
    web.replace(responses.GET, CONFIG, json=shopee_answer({"live_push_status": "Suspended"}))
    due_again(app)
    with caplog.at_level(logging.WARNING):
        watch_pushes(app.pk)
    app.refresh_from_db()
    assert app.push_health == "suspended"
    assert "suspended" in caplog.text


def test_an_app_is_looked_after_once_in_five_minutes(
    web: responses.RequestsMock, queue: Queue, app: App
) -> None:
    assert lost_pushes.due() == [app.pk]
    watch_pushes(app.pk)
    assert lost_pushes.due() == []
    watch_pushes(app.pk)
    assert calls_to(web, CONFIG) == 1


def test_what_fails_is_tried_at_the_next_turn(web: responses.RequestsMock, queue: Queue, app: App) -> None:
    web.replace(responses.GET, CONFIG, json=shopee_error("error_rate_limit"), status=429)
    watch_pushes(app.pk)
    app.refresh_from_db()
    assert (app.push_health, app.checked_at) == ("", None)
    assert app.next_check_at > timezone.now()


def test_an_app_that_no_active_shop_is_reached_with_is_left_alone(
    web: responses.RequestsMock, queue: Queue, app: App, seller: Seller
) -> None:
    own = App.objects.create(
        marketplace="shopee", seller=seller, keys=SHOPEE_KEYS | {"partner_id": "3000003"}
    )
    watch_pushes(app.pk)
    assert len(web.calls) == 0, "the seller's own app comes before the platform's"
    watch_pushes(own.pk)
    assert calls_to(web, CONFIG) == 1
    Shop.objects.update(state=Shop.State.DISCONNECTED)
    due_again(own)
    watch_pushes(own.pk)
    assert calls_to(web, CONFIG) == 1


def test_a_marketplace_without_such_a_queue_is_asked_nothing(
    web: responses.RequestsMock, seller: Seller
) -> None:
    make_shop(seller, "tokopedia")
    watch_pushes(make_app("tokopedia").pk)
    assert len(web.calls) == 0


def test_the_sweep_finds_the_apps_that_are_due(app: App, nudges: list[Any]) -> None:
    sweep_incoming()
    assert ("watch_pushes", (app.pk,)) in nudges
