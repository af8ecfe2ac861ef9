"""Counts that cost the same at any size are those that counting gives, whatever changed the conversations."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import Count, Sum

from conversations import tallies
from conversations.models import Conversation, Message, Tally
from forstok_chat.accounts.models import User
from marketplaces.models import Shop
from tests.factories import make_conversation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]

SORT = ("shop", "platform", "status", "assignee", "is_unread")


def counted() -> dict[tuple, int]:
    sorts = Conversation.objects.extra(select={"is_unread": "unread_count > 0"}).values_list(*SORT)
    return {tuple(sort): number for *sort, number in sorts.annotate(number=Count("pk")).order_by()}


def tallied() -> dict[tuple, int]:
    sorts = Tally.objects.values_list(*SORT).annotate(sum=Sum("number")).order_by()
    return {tuple(sort): number for *sort, number in sorts if number}


def resolved_in_bulk(conversation: Conversation, user: User) -> None:
    Conversation.objects.update(status="resolved", assignee=None)


CHANGES: dict[str, Callable[[Conversation, User], object]] = {
    "another comes": lambda conversation, user: make_conversation(conversation.shop, "halo", name="budi"),
    "one is taken": lambda conversation, user: conversation.serve(user),
    "one is read": lambda conversation, user: conversation.mark_read(user),
    "one is resolved": lambda conversation, user: conversation.resolve(user),
    "many are changed by one statement": resolved_in_bulk,
    "one goes": lambda conversation, user: conversation.delete(),
    "its shop goes": lambda conversation, user: conversation.shop.delete(),
    "its bubbles go": lambda conversation, user: Message.objects.all().delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_tallies_are_what_counting_gives(
    shop: Shop, owner: User, change: Callable[[Conversation, User], object]
) -> None:
    make_conversation(shop, "halo", name="siti")
    conversation = make_conversation(shop, "halo")
    change(conversation, owner)
    assert tallied() == counted()
    tallies.compact()
    assert tallied() == counted()
    assert Tally.objects.count() == len(counted()), "one row for each sort"


def test_an_agent_that_goes_takes_their_count_along(shop: Shop, colleague: User) -> None:
    make_conversation(shop, "halo").serve(colleague)
    colleague.delete()
    assert tallied() == counted()


def test_what_changes_no_sort_adds_no_row(shop: Shop) -> None:
    conversation = make_conversation(shop, "halo")
    before = Tally.objects.count()
    Conversation.objects.filter(pk=conversation.pk).update(buyer_name="Rina")
    make_conversation(shop, "halo lagi")
    assert Tally.objects.count() == before


def test_adding_up_twice_changes_nothing(shop: Shop, owner: User) -> None:
    make_conversation(shop, "halo").serve(owner)
    tallies.compact()
    rows = list(Tally.objects.values())
    tallies.compact()
    assert list(Tally.objects.values()) == rows


def test_writers_do_not_wait_for_each_other(shop: Shop, owner: User) -> None:
    """Rows are added, none is changed: two of one sort hold no lock in common."""
    one, other = (make_conversation(shop, "halo", name=name) for name in ("siti", "budi"))
    before = Tally.objects.count()
    one.serve(owner)
    other.serve(owner)
    assert Tally.objects.count() == before + 4
