"""Two at the same moment: one wins, the other is told who has it. Each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from conversations import giving, handing_over
from conversations.models import AssignmentPolicy, Conversation, NotMoved
from forstok_chat.accounts.models import User
from marketplaces.models import Shop
from tests.factories import make_conversation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chat(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada stok?")


def at_once(*moves: Callable[[], object]) -> list[str]:
    """What each was told, "" when it came through."""
    start = Barrier(len(moves))

    def run(move: Callable[[], object]) -> str:
        try:
            start.wait(10)
            move()
        except NotMoved as why:
            return str(why)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(moves)) as pool:
        return list(pool.map(run, moves))


def test_two_take_a_chat_and_one_has_it(chat: Conversation, owner: User, colleague: User) -> None:
    told = at_once(lambda: chat.serve(owner), lambda: chat.serve(colleague))
    chat.refresh_from_db()
    assert sorted(each == "" for each in told) == [False, True]
    assert str(chat.assignee) in next(each for each in told if each)
    assert chat.status_changes.count() == 1


def test_undoing_twice_at_once_undoes_once(chat: Conversation, owner: User) -> None:
    chat.serve(owner)
    change = chat.status_changes.get()
    told = at_once(lambda: chat.undo(change, by=owner), lambda: chat.undo(change, by=owner))
    chat.refresh_from_db()
    assert sorted(each == "" for each in told) == [False, True]
    assert (chat.status, chat.status_changes.count()) == ("unserved", 2)


def test_undoing_while_a_colleague_resolves_either_comes_first_or_is_refused(
    chat: Conversation, owner: User, colleague: User
) -> None:
    chat.serve(owner)
    change = chat.status_changes.get()
    undone, resolved = at_once(lambda: chat.undo(change, by=owner), lambda: chat.resolve(colleague))
    chat.refresh_from_db()
    assert (chat.status, resolved) == ("resolved", "")
    moves = list(chat.status_changes.order_by("pk").values_list("verb", flat=True))
    assert moves == (["serve", "resolve"] if undone else ["serve", "undo", "resolve"])


def test_taking_a_chat_while_it_is_given_to_a_colleague_ends_with_one_who_has_it(
    chat: Conversation, owner: User, colleague: User
) -> None:
    colleague.touch()
    AssignmentPolicy.objects.create(shop=chat.shop, mode=AssignmentPolicy.Mode.ROUND_ROBIN)
    told, _given = at_once(lambda: chat.serve(owner), lambda: giving.give(chat.pk))
    chat.refresh_from_db()
    assert chat.assignee == (colleague if told else owner)
    assert told == "" or str(colleague) in told
    assert chat.status_changes.count() == 1


def test_two_givers_at_once_keep_the_cap_and_the_turns(shop: Shop, owner: User, colleague: User) -> None:
    rooms = [make_conversation(shop, "halo", name=name) for name in ("ani", "budi", "cici", "didi")]
    owner.touch()
    colleague.touch()
    AssignmentPolicy.objects.create(shop=shop, mode=AssignmentPolicy.Mode.ROUND_ROBIN, most_chats=2)
    at_once(*(lambda pk=room.pk: giving.give(pk) for room in rooms))  # type: ignore[misc]
    found = list(Conversation.objects.values_list("assignee", flat=True))
    assert sorted(found) == sorted([owner.pk, owner.pk, colleague.pk, colleague.pk])


def test_a_hand_over_is_undone_while_its_buyers_write_and_nobody_waits_for_the_other(
    shop: Shop, owner: User, colleague: User
) -> None:
    names = ("ani", "budi", "cici")
    for name in names:
        make_conversation(shop, "halo", name=name).serve(owner)
    handed = handing_over.hand_over(shop.seller, by=owner, to=colleague, note="")
    writing = [lambda name=name: make_conversation(shop, "halo", "kak?", name=name) for name in names]  # type: ignore[misc]
    told = at_once(lambda: handing_over.undo(handed, owner), *writing)
    assert told == [""] * 4
    assert set(Conversation.objects.values_list("status", "assignee")) == {("served", owner.pk)}


def test_what_a_colleague_takes_over_meanwhile_is_handed_over_or_theirs(
    chat: Conversation, shop: Shop, owner: User, colleague: User
) -> None:
    chat.serve(owner)
    told, _handed = at_once(
        lambda: chat.serve(colleague, instead_of=owner),
        lambda: handing_over.hand_over(shop.seller, by=owner, to=None, note=""),
    )
    chat.refresh_from_db()
    assert (told, chat.status, chat.assignee) == ("", "served", colleague)
