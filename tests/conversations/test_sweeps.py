"""Each kind of row that nobody works on is found: the table of docs/queues.md, row by row."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from django.utils import timezone

from conversations import outbox, tasks
from conversations.bulk import starting
from conversations.dispatch import Draft
from conversations.models import Alerts, AssignmentPolicy, Conversation, Event, Import, OutgoingMessage, Push
from forstok_chat.accounts.models import User
from marketplaces.content import Kind, Tokens
from marketplaces.models import Activation, App, Credential, Feed, MediaFile, Product, Shop
from marketplaces.tasks import refresh_credentials
from tests.factories import make_app, make_conversation, subscribe

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).resolve().parents[2] / "docs" / "queues.md"

# The nudge that has to come, or what has to be so afterwards.
Found: TypeAlias = "tuple[str, Any] | Callable[[], bool]"
LATER = timedelta(hours=1)


def ago(**time: float) -> Any:
    return timezone.now() - timedelta(**time)


@pytest.fixture
def idle(shop: Shop) -> Shop:
    """A shop of which nothing waits."""
    Import.objects.create(shop=shop, state=Import.State.DONE)
    for kind in Feed.Kind:
        Feed.objects.create(shop=shop, kind=kind, next_run_at=timezone.now() + LATER)
    Shop.objects.update(next_sync_at=timezone.now() + LATER)
    App.objects.update(next_check_at=timezone.now() + LATER)
    return shop


def reply(shop: Shop, by: User, **state: Any) -> OutgoingMessage:
    conversation = make_conversation(shop, "halo")
    outbox.enqueue(conversation, by, Draft(Kind.TEXT, "siap"), uuid.uuid4())
    OutgoingMessage.objects.update(**state)
    return OutgoingMessage.objects.get()


def room(shop: Shop, **state: Any) -> Conversation:
    conversation = make_conversation(shop, "halo")
    Conversation.objects.update(**state)
    return conversation


def queued(shop: Shop, by: User) -> Found:
    return "deliver", str(reply(shop, by).conversation_id)


def sender_died(shop: Shop, by: User) -> Found:
    lost = reply(
        shop, by, state="sending", attempted_at=timezone.now() - outbox.LOST_AFTER - timedelta(seconds=1)
    )
    return lambda: OutgoingMessage.objects.get(pk=lost.pk).state == "uncertain"


def unclear(shop: Shop, by: User) -> Found:
    return "settle", reply(shop, by, state="uncertain", attempted_at=ago(seconds=9)).pk


def told_of_message(shop: Shop, by: User) -> Found:
    Push.objects.create(app=make_app(), body=b"{}", kind="message")
    return "process_pushes", None


def pushed(shop: Shop, by: User) -> Found:
    return "process_push", Push.objects.create(app=make_app(), body=b"{}").pk


def reading(shop: Shop, by: User) -> Found:
    return "read_conversation", str(room(shop, reading_due_at=ago(seconds=1)).pk)


def scrolled_up(shop: Shop, by: User) -> Found:
    return "read_older", str(room(shop, older_wanted_at=ago(seconds=1)).pk)


def recheck(shop: Shop, by: User) -> Found:
    conversation = room(shop, recheck_at=ago(seconds=1))
    return lambda: Conversation.objects.get(pk=conversation.pk).reading_due_at is not None


def untold(shop: Shop, by: User) -> Found:
    return "tell_read", str(room(shop, tell_read_at=ago(seconds=1)).pk)


def watched(shop: Shop, by: User) -> Found:
    App.objects.update(next_check_at=ago(seconds=1))
    return "watch_pushes", make_app().pk


def never_imported(shop: Shop, by: User) -> Found:
    Import.objects.all().delete()
    return "run_import", str(shop.pk)


def stopped_import(shop: Shop, by: User) -> Found:
    Import.objects.update(state=Import.State.RUNNING, leased_until=ago(seconds=1), plan=[])
    return "run_import", str(shop.pk)


def shops_turn(shop: Shop, by: User) -> Found:
    Shop.objects.update(next_sync_at=ago(seconds=1))
    return "sync_shop", str(shop.pk)


def no_turn(shop: Shop, by: User) -> Found:
    Shop.objects.update(next_sync_at=None)
    return "sync_shop", str(shop.pk)


def never_copied(shop: Shop, by: User) -> Found:
    Feed.objects.filter(kind=Feed.Kind.ORDERS).delete()
    return lambda: Feed.objects.filter(kind=Feed.Kind.ORDERS, next_run_at__lte=timezone.now()).exists()


def copying(shop: Shop, by: User) -> Found:
    Feed.objects.filter(kind=Feed.Kind.PRODUCTS).update(next_run_at=ago(seconds=1))
    return "run_feed", Feed.objects.get(kind=Feed.Kind.PRODUCTS).pk


def looked_at(shop: Shop, by: User) -> Found:
    Product.objects.create(shop=shop, remote_id="7", wanted_at=ago(seconds=1))
    return "fetch_wanted_products", str(shop.pk)


def picture(shop: Shop, by: User) -> Found:
    file = MediaFile.objects.create(shop=shop, url="https://x.test/a.jpg", next_attempt_at=ago(seconds=1))
    return "fetch_media", str(file.pk)


def left_alone(shop: Shop, by: User) -> Found:
    User.objects.filter(pk=by.pk).update(seen_at=ago(hours=2))
    conversation = room(shop, status="served", assignee=by, waiting_since=ago(hours=1))
    return lambda: Conversation.objects.get(pk=conversation.pk).status == "unserved"


def to_be_given(shop: Shop, by: User) -> Found:
    by.touch()
    AssignmentPolicy.objects.create(shop=shop, mode=AssignmentPolicy.Mode.ROUND_ROBIN)
    conversation = room(shop)
    return lambda: Conversation.objects.get(pk=conversation.pk).assignee == by


def snoozed(shop: Shop, by: User) -> Found:
    room(shop, snoozed_until=ago(seconds=1))
    return lambda: Conversation.objects.get().snoozed_until is None


def many_at_once(shop: Shop, by: User) -> Found:
    room(shop)
    return "run_bulk", str(starting.start(Conversation.objects.all(), "read", by=by).pk)


def ending(shop: Shop, by: User) -> Found:
    Credential.objects.update(expires_at=timezone.now() + timedelta(minutes=3))
    return lambda: Credential.objects.get().tokens["access"] == "new"


def left(shop: Shop, by: User) -> Found:
    Activation.objects.create(shop=shop, user=by, grant={"access": "x"}, finished_at=ago(hours=1))
    return lambda: Activation.objects.get().grant is None


def old(shop: Shop, by: User) -> Found:
    Event.objects.create(seller=shop.seller, shop=shop, created_at=ago(days=30))
    return lambda: not Event.objects.exists()


def to_be_told(shop: Shop, by: User) -> Found:
    make_conversation(shop, "halo")
    subscribe(by)
    Alerts.objects.update(news=1)
    return "tell_person", Alerts.objects.get().pk


ROWS: dict[str, Callable[[Shop, User], Found]] = {
    "a reply in the queue": queued,
    "a reply whose sender died": sender_died,
    "a reply that is unclear": unclear,
    "a push that tells of a message": told_of_message,
    "another push": pushed,
    "a reading that was asked for": reading,
    "older messages that somebody scrolls up to": scrolled_up,
    "a reply to be looked at again": recheck,
    "what was read here and is not told yet": untold,
    "an app whose pushes are to be watched": watched,
    "a shop without its first import": never_imported,
    "an import that stopped": stopped_import,
    "a shop whose turn it is to be asked": shops_turn,
    "a shop that nobody has given a turn": no_turn,
    "a shop without a copy of its orders": never_copied,
    "a copy that goes on": copying,
    "a product that somebody looks at": looked_at,
    "a file of a conversation": picture,
    "a chat whose agent is gone while the buyer waits": left_alone,
    "a chat to be given to somebody who is here": to_be_given,
    "a snoozed chat whose time has come": snoozed,
    "a bulk action that is not through": many_at_once,
    "tokens that end soon": ending,
    "a consent that nobody came back for": left,
    "a person who is to be told of something new": to_be_told,
    "a record that has done its work": old,
}
SWEEPS: dict[str, Callable[[], None]] = {
    "refresh_credentials": refresh_credentials,
    "prune_records": tasks.prune_records,
    **{name: getattr(tasks, name) for name in tasks.__all__ if name.startswith("sweep_")},
}


def told() -> dict[str, tuple[str, str]]:
    """The rows of the page: what waits -> (by what it is found, what follows)."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.read_text().splitlines()]
    rows = [row for row in cells if len(row) == 4 and row[1].strip("`") in SWEEPS]
    return {row[0]: (row[1].strip("`"), row[2]) for row in rows}


def test_the_page_and_the_tests_know_the_same_rows() -> None:
    assert list(told()) == list(ROWS)
    assert {sweep for sweep, _then in told().values()} == set(SWEEPS)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_that_nobody_works_on_is_found(
    row: str, idle: Shop, owner: User, nudges: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep, then = told()[row]
    renewed = Tokens("new", timezone.now() + LATER, "refresh")
    monkeypatch.setattr(idle.connector, "refresh", lambda *call: renewed)
    found = ROWS[row](idle, owner)
    nudges.clear()
    SWEEPS[sweep]()
    if callable(found):
        assert found()
    else:
        task, argument = found
        assert (task, () if argument is None else (argument,)) in nudges
        assert then == f"`{task}`"


@pytest.mark.parametrize("sweep", SWEEPS)
def test_where_nothing_waits_nobody_is_nudged(sweep: str, idle: Shop, nudges: list[Any]) -> None:
    SWEEPS[sweep]()
    assert nudges == []
