"""Whose turn a stored push is: tried again with back-off, given up loudly, replayed safely."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations import pushes, received
from conversations.models import Event, Message, Push
from conversations.tasks import process_push
from forstok_chat.accounts.models import Seller
from marketplaces.content import PushEvent, PushKind, RemoteConversation
from marketplaces.models import App, Shop
from marketplaces.registry import CONNECTORS, connector_class
from tests.conversations.test_webhooks import deliver_push, push_of
from tests.factories import make_app, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


@pytest.fixture
def push(client: Client, shop: Shop) -> Push:
    assert deliver_push(client, push_of(shop)) == 200
    return Push.objects.get()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def apply(push: Push, event: PushEvent) -> None:
        pushes.shop_of(push, event)
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("conversations.pushes.apply", apply)


def try_now(push: Push) -> Push:
    Push.objects.filter(pk=push.pk).update(next_attempt_at=timezone.now())
    process_push(push.pk)
    push.refresh_from_db()
    return push


def test_it_is_found_by_all_that_it_names(client: Client, shop: Shop, push: Push) -> None:
    assert push.kind == "message"
    named = {shop.remote_id, "709122092476686867", "2302748948493123953", "9030505"}
    assert set(push.mentions) == named
    assert push.shop is None, "nobody has looked yet"
    assert try_now(push).shop == shop


def test_many_shops_and_long_ids_fit(shop: Shop) -> None:
    event = PushEvent(PushKind.EXPIRING, shops=tuple(str(n) * 200 for n in range(80)))
    push = received.store(make_app(), b"{}", event)
    assert push is not None
    assert len(push.mentions) == received.MOST_MENTIONS


@pytest.mark.usefixtures("broken")
def test_each_try_waits_twice_as_long_up_to_a_limit_and_says_why(push: Push) -> None:
    waits = []
    for _attempt in range(received.MOST_ATTEMPTS - 1):
        try_now(push)
        waits.append(round((push.next_attempt_at - timezone.now()).total_seconds()))
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600, 600, 600, 600]
    assert (push.state, push.attempts) == ("received", received.MOST_ATTEMPTS - 1)
    assert push.problem == "RuntimeError: the disk is full"


@pytest.mark.usefixtures("broken")
def test_one_that_never_goes_is_given_up_loudly_and_its_shop_is_looked_at(
    shop: Shop, push: Push, caplog: pytest.LogCaptureFixture
) -> None:
    Shop.objects.update(next_sync_at=timezone.now() + timedelta(hours=1))
    Push.objects.update(attempts=received.MOST_ATTEMPTS - 1)
    with caplog.at_level(logging.ERROR):
        assert try_now(push).state == "failed"
    assert f"push {push.pk} is given up after 16 attempts: RuntimeError: the disk is full" in caplog.text
    shop.refresh_from_db()
    assert shop.next_sync_at is not None
    assert shop.next_sync_at <= timezone.now()
    assert try_now(push).attempts == received.MOST_ATTEMPTS, "nobody tries it any more"


def test_one_that_kills_its_worker_each_time_is_given_up_too(
    push: Push, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*call: Any) -> None:
        raise Killed

    monkeypatch.setattr("conversations.pushes.apply", die)
    for _attempt in range(received.MOST_ATTEMPTS):
        with pytest.raises(Killed):
            try_now(push)
    assert try_now(push).state == "failed"
    assert push.problem == "whoever processed it died each time"


def test_a_replay_is_processed_again_and_changes_nothing(shop: Shop, push: Push) -> None:
    try_now(push)
    before = (Message.objects.count(), Event.objects.count())
    for _time in range(2):
        assert received.replay([push.pk]) == 1
        push.refresh_from_db()
        assert (push.state, push.attempts) == ("received", 0)
        assert try_now(push).state == "done"
    assert (Message.objects.count(), Event.objects.count()) == before == (1, 1)


def test_a_replay_brings_what_was_given_up(push: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    Push.objects.update(state=Push.State.FAILED, attempts=16, problem="no")
    received.replay([push.pk])
    assert try_now(push).state == "done"
    assert (push.problem, Message.objects.get().text) == ("", "halo kak")


def test_keys_that_have_changed_since_do_not_matter(push: Push) -> None:
    """Its signature was right when it came."""
    App.objects.update(keys={**push.app.keys, "push_key": "another", "partner_key": "another"})
    assert try_now(push).state == "done"
    assert Message.objects.exists()


def test_a_replayed_one_does_not_turn_back_the_time_of_the_newest(shop: Shop, push: Push) -> None:
    newest = timezone.now() + timedelta(minutes=1)
    Shop.objects.update(last_push_at=newest)
    try_now(push)
    shop.refresh_from_db()
    assert shop.last_push_at == newest


def test_an_old_warning_does_not_shorten_a_consent_that_was_renewed_since(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.pushes.ask_for_ends", lambda push: None)
    renewed = timezone.now() + timedelta(days=365)
    Shop.objects.update(authorized_until=renewed)
    event = PushEvent(PushKind.EXPIRING, shop.remote_id, until=timezone.now() + timedelta(days=3))
    push = Push.objects.create(app=make_app(), body=b"", received_at=timezone.now() - timedelta(days=4))
    pushes.apply(push, event)
    shop.refresh_from_db()
    assert shop.authorized_until == renewed
    push.received_at = timezone.now()
    pushes.apply(push, event)
    shop.refresh_from_db()
    assert shop.authorized_until == event.until


def test_storing_one_costs_the_webhook_one_look_for_the_keys_and_one_row(client: Client, shop: Shop) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        deliver_push(client, push_of(shop))
    assert len(asked) == 2


@pytest.mark.parametrize("slug", CONNECTORS)
def test_every_marketplace_reads_what_it_has_verified_without_its_keys(slug: str, seller: Seller) -> None:
    assert connector_class(slug).read_stored_push(b"{}").kind == PushKind.IGNORED


def test_ids_of_a_room_and_its_bubble_are_labels() -> None:
    event = PushEvent(PushKind.MESSAGE, "7", RemoteConversation("r-1", ""), said("halo", remote_id="55"))
    assert received.labels(event) == {"kind": "message", "mentions": ["7", "r-1", "55"]}
