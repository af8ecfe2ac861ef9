"""Whose a chat is and whether it is done: each verb with its history, and what cannot be done says why."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations import outbox
from conversations.dispatch import Draft
from conversations.models import BuyerWaits, Conversation, Event, NotMoved, StatusChange, Verb
from forstok_chat.accounts.models import User
from marketplaces.content import Kind
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
HTMX = {"HX-Request": "true"}
TOMORROW = timezone.now() + timedelta(days=1)


@pytest.fixture
def chat(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada stok?")


def post(user: User, chat: Conversation, path: str, **data: str) -> str:
    """What the screen is told."""
    answer = signed_in(user).post(f"/chat/{chat.pk}/{path}/", data, headers=HTMX)
    assert answer.status_code == 200
    return str(answer.content.decode())


def stands(chat: Conversation) -> tuple[str, User | None]:
    chat.refresh_from_db()
    return chat.status, chat.assignee


def last(chat: Conversation) -> StatusChange:
    return chat.status_changes.latest("pk")


VERBS: dict[Verb, Callable[[Conversation, User, User], Any]] = {
    Verb.SERVE: lambda chat, me, other: chat.serve(me),
    Verb.RELEASE: lambda chat, me, other: (chat.serve(me), chat.release(me, note="istirahat")),
    Verb.ASSIGN: lambda chat, me, other: chat.assign(other, by=me, note="tolong ya"),
    Verb.TRANSFER: lambda chat, me, other: (chat.serve(me), chat.assign(other, by=me, note="tolong ya")),
    Verb.RESOLVE: lambda chat, me, other: (chat.serve(me), chat.resolve(me)),
    Verb.REOPEN: lambda chat, me, other: (chat.serve(me), chat.resolve(me), chat.reopen(me)),
    Verb.SNOOZE: lambda chat, me, other: (chat.serve(me), chat.snooze(TOMORROW, by=me, note="cek gudang")),
    Verb.WAKE: lambda chat, me, other: (chat.serve(me), chat.snooze(TOMORROW, by=me), chat.wake(me)),
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_says_who_did_it_when_and_why_and_can_be_undone(
    chat: Conversation, owner: User, colleague: User, verb: Verb
) -> None:
    VERBS[verb](chat, owner, colleague)
    change = last(chat)
    assert (change.verb, change.by) == (verb, owner)
    assert timezone.now() - change.created_at < timedelta(minutes=1)
    assert change.note or verb not in {Verb.RELEASE, Verb.ASSIGN, Verb.TRANSFER, Verb.SNOOZE}
    events = Event.objects.filter(conversation=chat).count()
    chat.undo(change, by=colleague)
    assert stands(chat) == (change.old, change.from_assignee)
    assert chat.snoozed_until == change.was_snoozed_until
    assert (last(chat).verb, last(chat).by, last(chat).undoes) == (Verb.UNDO, colleague, change)
    assert Event.objects.filter(conversation=chat).count() == events + 1


def test_every_verb_that_people_have_is_tried_here() -> None:
    assert set(VERBS) == set(Verb) - {Verb.RULE, Verb.UNDO}


def test_a_verb_that_changes_nothing_leaves_no_trace(chat: Conversation, owner: User) -> None:
    chat.serve(owner)
    changes, events = StatusChange.objects.count(), Event.objects.count()
    chat.serve(owner)
    chat.reopen(owner)
    chat.wake(owner)
    assert (StatusChange.objects.count(), Event.objects.count()) == (changes, events)


# On the screen


def test_taking_and_giving_back(chat: Conversation, owner: User) -> None:
    assert 'id="release"' in post(owner, chat, "assignment")
    assert stands(chat) == ("served", owner)
    assert 'id="assign"' in post(owner, chat, "release")
    assert stands(chat) == ("unserved", None)


def test_resolving_and_reopening_leave_a_history(chat: Conversation, owner: User) -> None:
    assert 'id="reopen"' in post(owner, chat, "resolution", sure="1")
    assert stands(chat) == ("resolved", None)
    assert 'id="resolve"' in post(owner, chat, "reopening")
    moves = chat.status_changes.order_by("pk").values_list("old", "new")
    assert list(moves) == [("unserved", "resolved"), ("resolved", "unserved")]


def test_resolving_while_the_buyer_waits_asks_first(chat: Conversation, owner: User) -> None:
    asked = post(owner, chat, "resolution")
    assert "menunggu jawaban" in asked
    assert 'name="sure"' in asked
    assert stands(chat)[0] == "unserved"
    signed_in(owner).get(f"/chat/{chat.pk}/resolution/", headers=HTMX)
    assert stands(chat)[0] == "unserved"
    assert 'name="sure"' not in post(owner, chat, "resolution", sure="1")
    assert stands(chat)[0] == "resolved"


def test_without_scripts_it_asks_on_the_page_and_goes_back_to_it(chat: Conversation, owner: User) -> None:
    client = signed_in(owner)
    asked = client.post(f"/chat/{chat.pk}/resolution/").content.decode()
    assert "<html" in asked
    assert 'name="sure"' in asked
    answer = client.post(f"/chat/{chat.pk}/resolution/", {"sure": "1"})
    assert answer["Location"] == f"/chat/{chat.pk}/"
    assert stands(chat)[0] == "resolved"


def test_an_answered_chat_is_resolved_by_one_click(chat: Conversation, owner: User) -> None:
    outbox.enqueue(chat, owner, Draft(Kind.TEXT, "ada kak"), uuid.uuid4())
    assert 'data-hotkey="e"' in post(owner, chat, "reopening")
    assert 'name="sure"' not in post(owner, chat, "resolution")
    assert stands(chat) == ("resolved", owner)


def test_a_chat_that_a_colleague_has_taken_meanwhile_is_not_taken_away(
    chat: Conversation, owner: User, colleague: User
) -> None:
    chat.serve(colleague)
    assert "Colleague sudah melayani chat ini." in post(owner, chat, "assignment", instead_of="")
    assert stands(chat) == ("served", colleague)
    assert "Colleague sudah melayani" in post(owner, chat, "release", instead_of=str(owner.pk))
    assert stands(chat) == ("served", colleague)


def test_who_sees_that_a_colleague_has_it_may_take_it_over(
    chat: Conversation, owner: User, colleague: User
) -> None:
    chat.serve(colleague)
    post(owner, chat, "assignment", instead_of=str(colleague.pk))
    assert stands(chat) == ("served", owner)
    assert "mengambil alih chat ini dari Colleague" in changes(owner, chat)


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 40, "²"])
def test_nonsense_in_place_of_a_colleague_is_nobody(chat: Conversation, owner: User, nonsense: str) -> None:
    post(owner, chat, "assignment", instead_of=nonsense)
    assert stands(chat) == ("served", owner)


# The history


def changes(user: User, chat: Conversation) -> str:
    return str(signed_in(user).get(f"/chat/{chat.pk}/changes/", headers=HTMX).content.decode())


def test_the_history_offers_to_undo_the_newest_decision_alone(chat: Conversation, owner: User) -> None:
    chat.serve(owner)
    chat.resolve(owner)
    told = changes(owner, chat)
    assert told.count("Batalkan") == 1
    assert f"/changes/{last(chat).pk}/undoing/" in told
    assert told.index("menandai chat ini selesai") < told.index("mengambil chat ini")


def test_what_was_undone_stays_and_the_one_before_can_be_undone_next(chat: Conversation, owner: User) -> None:
    chat.serve(owner)
    first = last(chat)
    chat.resolve(owner)
    post(owner, chat, f"changes/{last(chat).pk}/undoing")
    assert "dibatalkan" in changes(owner, chat)
    post(owner, chat, f"changes/{first.pk}/undoing")
    assert stands(chat) == ("unserved", None)
    assert chat.status_changes.count() == 4
    assert "undoing" not in changes(owner, chat)


def test_what_a_rule_did_cannot_be_undone(chat: Conversation, owner: User) -> None:
    outbox.enqueue(chat, owner, Draft(Kind.TEXT, "ada kak"), uuid.uuid4())
    told = changes(owner, chat)
    assert "Dilayani · Anda: dibalas" in told
    assert "undoing" not in told
    assert "tidak bisa dibatalkan lagi" in post(owner, chat, f"changes/{last(chat).pk}/undoing")
    assert stands(chat) == ("served", owner)


def test_undoing_is_refused_when_something_else_has_happened_since(
    chat: Conversation, owner: User, colleague: User
) -> None:
    chat.serve(owner)
    mine = last(chat)
    chat.assign(colleague, by=owner)
    assert "sudah ada perubahan lain" in post(owner, chat, f"changes/{mine.pk}/undoing")
    assert stands(chat) == ("served", colleague)


def test_undoing_twice_is_told_the_second_time(chat: Conversation, owner: User) -> None:
    chat.serve(owner)
    mine = last(chat)
    post(owner, chat, f"changes/{mine.pk}/undoing")
    assert "sudah ada perubahan lain" in post(owner, chat, f"changes/{mine.pk}/undoing")
    assert stands(chat) == ("unserved", None)


def test_after_a_day_nothing_can_be_undone(chat: Conversation, owner: User) -> None:
    chat.serve(owner)
    StatusChange.objects.update(created_at=timezone.now() - timedelta(days=1, seconds=1))
    assert "undoing" not in changes(owner, chat)
    assert "tidak bisa dibatalkan lagi" in post(owner, chat, f"changes/{last(chat).pk}/undoing")


def test_undoing_gives_nothing_back_to_somebody_who_sees_the_shop_no_longer(
    chat: Conversation, owner: User, colleague: User
) -> None:
    chat.serve(colleague)
    chat.assign(owner, by=colleague)
    limit_to(colleague, make_shop(chat.seller, name="Toko Dua"))
    with pytest.raises(NotMoved, match="Colleague"):
        chat.undo(last(chat), by=owner)
    assert stands(chat) == ("served", owner)


def test_a_chat_is_not_given_to_who_does_not_see_its_shop(
    chat: Conversation, owner: User, stranger: User
) -> None:
    with pytest.raises(NotMoved, match="Stranger"):
        chat.assign(stranger, by=owner)
    assert stands(chat) == ("unserved", None)


def test_the_question_is_asked_by_how_it_is_now_not_by_how_it_was_shown(shop: Shop, owner: User) -> None:
    chat = make_conversation(shop)
    make_conversation(shop, "kak?")  # the same room: its buyer writes
    with pytest.raises(BuyerWaits):
        chat.resolve(owner, unless_waiting=True)


def test_the_history_is_a_page_without_scripts(owner_client: Client, chat: Conversation, owner: User) -> None:
    chat.serve(owner)
    told = owner_client.get(f"/chat/{chat.pk}/changes/").content.decode()
    assert "<html" in told
    assert "mengambil chat ini" in told


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "assignment"),
        ("post", "release"),
        ("get", "resolution"),
        ("post", "resolution"),
        ("post", "reopening"),
        ("get", "changes"),
        ("post", "changes/{change}/undoing"),
    ],
)
def test_a_stranger_finds_nothing_and_anonymous_signs_in(
    client: Client, stranger_client: Client, owner: User, chat: Conversation, method: str, path: str
) -> None:
    chat.serve(owner)
    url = f"/chat/{chat.pk}/{path.format(change=last(chat).pk)}/"
    assert getattr(stranger_client, method)(url).status_code == 404
    assert getattr(client, method)(url)["Location"].startswith("/sign-in/")
    assert stands(chat) == ("served", owner)


def test_a_change_of_another_chat_is_not_undone_here(chat: Conversation, shop: Shop, owner: User) -> None:
    other = make_conversation(shop, "halo", name="tono")
    other.serve(owner)
    answer = signed_in(owner).post(f"/chat/{chat.pk}/changes/{last(other).pk}/undoing/", headers=HTMX)
    assert answer.status_code == 404
    assert stands(other) == ("served", owner)
