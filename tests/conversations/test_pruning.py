"""Old records go; a screen that is behind them is drawn anew instead of missing something."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from conversations import pruning, unsent_files
from conversations.bulk import starting
from conversations.live import Cursor, changes_since
from conversations.models import BulkAction, BulkItem, Conversation, Event, PrunedEvents, Push, UnsentFile
from conversations.tasks import prune_records
from forstok_chat.accounts.models import Seller, User
from marketplaces.media import take_upload
from marketplaces.models import MediaFile, Shop
from tests.factories import make_app, make_conversation, make_shop
from tests.pictures import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]

LONG_AGO = timezone.now() - pruning.EVENTS - timedelta(minutes=1)


def age(*events: Event) -> None:
    Event.objects.filter(pk__in=[event.pk for event in events]).update(created_at=LONG_AGO)


def test_old_events_go_and_new_ones_stay(shop: Shop) -> None:
    make_conversation(shop, "lama", "baru")
    old, new = Event.objects.order_by("pk")
    age(old)
    prune_records()
    assert Event.objects.get() == new
    assert PrunedEvents.objects.get().through == old.pk


def test_a_screen_that_has_seen_all_that_is_gone_just_goes_on(shop: Shop, owner: User) -> None:
    make_conversation(shop, "lama")
    cursor = Cursor.now(owner)
    age(*Event.objects.all())
    prune_records()
    assert not changes_since(owner, cursor)
    conversation = make_conversation(shop, "baru", name="budi")
    changes = changes_since(owner, cursor)
    assert (changes.is_too_much, changes.conversations) == (False, {conversation.pk})


def test_a_screen_that_slept_through_what_is_gone_is_drawn_anew(
    owner_client: Client, shop: Shop, owner: User
) -> None:
    cursor = Cursor.now(owner)
    make_conversation(shop, "terlewat")
    age(*Event.objects.all())
    assert changes_since(owner, cursor).conversations, "still here"
    prune_records()
    html = owner_client.get("/live/", {"since": str(cursor)}).content.decode()
    assert 'hx-swap-oob="innerHTML:#rows"' in html, "the list as a whole"
    assert "terlewat" in html
    assert not changes_since(owner, Cursor.now(owner)), "and once is enough"


def test_what_is_gone_of_another_seller_draws_nobody_anew(shop: Shop, stranger: User, owner: User) -> None:
    cursor = Cursor.now(stranger)
    make_conversation(shop, "halo")
    age(*Event.objects.all())
    prune_records()
    assert not changes_since(stranger, cursor)
    assert changes_since(owner, Cursor({shop.seller_id: 0})).is_too_much


def test_a_gap_between_the_reading_and_the_question_is_seen(
    shop: Shop, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The events are removed right after they were found missing or before: what counts is asked last."""
    cursor = Cursor.now(owner)
    make_conversation(shop, "terlewat")
    age(*Event.objects.all())
    visible_to = type(Shop.objects.all()).visible_to

    def pruned_first(shops: object, user: User) -> object:
        pruning.prune_events()
        return visible_to(shops, user)  # type: ignore[arg-type]

    monkeypatch.setattr(type(Shop.objects.all()), "visible_to", pruned_first)
    assert changes_since(owner, cursor).is_too_much


def test_events_go_in_batches_from_the_oldest_on_without_a_gap(
    shop: Shop, seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    make_conversation(shop, *"abcde")
    first, second, third, fourth, fifth = Event.objects.order_by("pk")
    age(first, second, third, fifth)
    assert [pruning.prune_events(), pruning.prune_events(), pruning.prune_events()] == [2, 1, 0]
    assert list(Event.objects.order_by("pk")) == [fourth, fifth], "one that looks old waits for its turn"
    assert PrunedEvents.objects.get(seller=seller).through == third.pk


def test_a_run_does_all_its_batches_but_not_for_ever(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    make_conversation(shop, *"abcde")
    age(*Event.objects.all())
    monkeypatch.setattr(pruning, "BUDGET", -1)
    pruning.prune()
    assert Event.objects.count() == 3
    monkeypatch.setattr(pruning, "BUDGET", 60)
    pruning.prune()
    assert Event.objects.count() == 0


@pytest.mark.parametrize(
    ("state", "days", "stays"),
    [
        ("done", 13, True),
        ("done", 15, False),
        ("failed", 89, True),
        ("failed", 91, False),
        ("received", 400, True),
    ],
)
def test_pushes_are_kept_as_long_as_somebody_may_need_them(state: str, days: int, stays: bool) -> None:
    came = timezone.now() - timedelta(days=days)
    Push.objects.create(app=make_app(), body=b"{}", state=state, received_at=came)
    prune_records()
    assert Push.objects.exists() is stays


def test_shops_without_old_events_are_left_alone(seller: Seller) -> None:
    make_conversation(make_shop(seller), "halo")
    prune_records()
    assert (Event.objects.count(), PrunedEvents.objects.count()) == (1, 0)


def test_pictures_that_were_never_sent_go_after_a_while(shop: Shop, owner: User) -> None:
    conversation = make_conversation(shop, "halo")
    for _ in range(2):
        unsent_files.keep(conversation, owner, take_upload(shop, picture()))
    old, new = UnsentFile.objects.order_by("pk")
    UnsentFile.objects.filter(pk=old.pk).update(chosen_at=timezone.now() - pruning.UNSENT_FILES)
    prune_records()
    assert UnsentFile.objects.get() == new
    assert MediaFile.objects.get() == new.media


def test_what_was_done_to_many_is_forgotten_after_a_while_unless_it_is_not_through(
    shop: Shop, owner: User
) -> None:
    chat = make_conversation(shop, "halo")
    for state in ("done", "undone", "running"):
        action = starting.start(Conversation.objects.all(), "read", by=owner)
        BulkAction.objects.filter(pk=action.pk).update(
            state=state, created_at=timezone.now() - pruning.BULK_ACTIONS - timedelta(minutes=1)
        )
    new = starting.start(Conversation.objects.all(), "read", by=owner)
    BulkAction.objects.filter(pk=new.pk).update(state="done")
    prune_records()
    assert sorted(BulkAction.objects.values_list("state", flat=True)) == ["done", "running"]
    assert BulkItem.objects.filter(conversation=chat).count() == 2
