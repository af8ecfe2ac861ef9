"""Chats that are given out by themselves: to whom, how many, and who may say so. And those of who is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from conversations import absences, giving
from conversations.models import AssignmentPolicy, Conversation
from forstok_chat.accounts.models import Membership, Seller, User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
Mode = AssignmentPolicy.Mode


@pytest.fixture
def dimas(seller: Seller) -> User:
    return here(make_user("dimas@example.test", seller=seller, role=Membership.Role.AGENT))


@pytest.fixture
def putri(seller: Seller) -> User:
    return here(make_user("putri@example.test", seller=seller, role=Membership.Role.AGENT))


def here(user: User) -> User:
    user.touch()
    user.refresh_from_db()
    return user


def policy(shop: Shop, mode: Mode, **values: int) -> None:
    AssignmentPolicy.objects.update_or_create(shop=shop, defaults={"mode": mode, **values})


def chats(shop: Shop, *names: str) -> list[Conversation]:
    return [make_conversation(shop, "halo", name=name) for name in names]


def agents_of(found: list[Conversation]) -> list[User | None]:
    for each in found:
        each.refresh_from_db()
    return [each.assignee for each in found]


def test_in_turn_each_gets_the_next_one(shop: Shop, dimas: User, putri: User) -> None:
    policy(shop, Mode.ROUND_ROBIN)
    made = chats(shop, "ani", "budi", "cici")
    for each in made:  # one after the other, as they come
        giving.give(each.pk)
    assert agents_of(made) == [dimas, putri, dimas]


def test_whoever_has_the_fewest_buyers_waiting_gets_it(
    shop: Shop, seller: Seller, dimas: User, putri: User
) -> None:
    policy(shop, Mode.LEAST_LOADED)
    elsewhere = make_shop(seller, name="Toko Dua")
    make_conversation(elsewhere, "halo", name="edi").serve(dimas)
    put_off, answered = (make_conversation(elsewhere, "halo", name=name) for name in ("fani", "gita"))
    for chat in (put_off, answered):
        chat.serve(putri)
    put_off.snooze(timezone.now() + timedelta(hours=1), by=putri)
    Conversation.objects.filter(pk=answered.pk).update(waiting_since=None)
    made = chats(shop, "ani", "budi")
    for each in made:  # the second one in turn among equals, and Dimas has one already
        giving.give(each.pk)
    assert agents_of(made) == [putri, dimas]
    assert giving.chosen(AssignmentPolicy.of(shop), []) is None


def test_nobody_gets_more_than_the_cap(shop: Shop, dimas: User) -> None:
    policy(shop, Mode.ROUND_ROBIN, most_chats=2)
    made = chats(shop, "ani", "budi", "cici")
    giving.give_waiting()
    assert agents_of(made).count(dimas) == 2
    assert Conversation.objects.filter(status="unserved").count() == 1


def test_a_shop_whose_agents_are_full_keeps_no_other_shop_waiting(
    shop: Shop, seller: Seller, dimas: User, putri: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many wait there, it is looked at once."""
    other = make_shop(seller, name="Toko Dua")
    limit_to(dimas, shop)
    limit_to(putri, other)
    for place in (shop, other):
        policy(place, Mode.ROUND_ROBIN, most_chats=1)
    made = chats(shop, "ani", "budi", "cici", "dedi")
    late = make_conversation(other, "halo", name="edi")
    monkeypatch.setattr(giving, "AT_ONCE", 3)
    giving.give_waiting()
    assert agents_of([*made, late]) == [dimas, None, None, None, putri]


def test_only_who_is_here_and_sees_the_shop_gets_one(
    shop: Shop, seller: Seller, owner: User, dimas: User, putri: User
) -> None:
    policy(shop, Mode.ROUND_ROBIN)
    dimas.take_a_break(is_away=True)
    limit_to(putri, make_shop(seller, name="Toko Dua"))
    (chat,) = chats(shop, "ani")
    giving.give_waiting()
    assert agents_of([chat]) == [None]
    dimas.take_a_break(is_away=False)
    giving.give_waiting()
    assert agents_of([chat]) == [dimas]


def test_what_somebody_released_is_not_given_back_to_them(shop: Shop, dimas: User, putri: User) -> None:
    policy(shop, Mode.ROUND_ROBIN)
    (chat,) = chats(shop, "ani")
    giving.give_waiting()
    assert agents_of([chat]) == [dimas]
    chat.release(dimas)
    putri.take_a_break(is_away=True)
    giving.give_waiting()
    assert agents_of([chat]) == [None]
    putri.take_a_break(is_away=False)
    giving.give_waiting()
    assert agents_of([chat]) == [putri]


def test_without_a_policy_nothing_is_given(shop: Shop, dimas: User) -> None:
    made = chats(shop, "ani")
    giving.give_waiting()
    policy(shop, Mode.OFF)
    giving.give_waiting()
    assert agents_of(made) == [None]


def test_what_is_put_off_or_answered_is_not_given(shop: Shop, owner: User, dimas: User) -> None:
    policy(shop, Mode.ROUND_ROBIN)
    put_off, answered = chats(shop, "ani", "budi")
    put_off.snooze(timezone.now() + timedelta(hours=1), by=owner)
    Conversation.objects.filter(pk=answered.pk).update(waiting_since=None)
    giving.give_waiting()
    assert agents_of([put_off, answered]) == [None, None]


# Who is gone


def gone(user: User, chat: Conversation, minutes: float) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        absences.give_back()
    chat.refresh_from_db()


def test_a_break_counts_as_gone_and_an_agent_who_is_here_keeps_theirs(shop: Shop, dimas: User) -> None:
    (chat,) = chats(shop, "ani")
    chat.serve(dimas)
    dimas.take_a_break(is_away=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        User.objects.filter(pk=dimas.pk).update(away_since=None, seen_at=timezone.now())
        absences.give_back()
        chat.refresh_from_db()
        assert chat.assignee == dimas
        User.objects.filter(pk=dimas.pk).update(away_since=timezone.now() - timedelta(minutes=30))
        absences.give_back()
    chat.refresh_from_db()
    assert (chat.status, chat.assignee) == ("unserved", None)


def test_what_is_given_to_somebody_who_is_not_here_stays_for_the_whole_time(
    shop: Shop, owner: User, colleague: User
) -> None:
    with time_machine.travel(timezone.now() - timedelta(hours=3)):
        (chat,) = chats(shop, "ani")
    chat.assign(colleague, by=owner)
    gone(colleague, chat, 29)
    assert chat.assignee == colleague
    gone(colleague, chat, 31)
    assert chat.assignee is None


def test_it_goes_back_as_the_shop_says_or_never(shop: Shop, colleague: User) -> None:
    (chat,) = chats(shop, "ani")
    chat.serve(colleague)
    policy(shop, Mode.OFF, gone_minutes=0)
    gone(colleague, chat, 60 * 24)
    assert chat.assignee == colleague
    policy(shop, Mode.OFF, gone_minutes=2)
    gone(colleague, chat, 4)
    assert chat.assignee is None


def test_what_goes_back_is_given_to_who_is_here(shop: Shop, dimas: User, colleague: User) -> None:
    policy(shop, Mode.ROUND_ROBIN, gone_minutes=2)
    (chat,) = chats(shop, "ani")
    chat.serve(colleague)
    with time_machine.travel(timezone.now() + timedelta(minutes=4)):
        here(dimas)
        absences.give_back()
        giving.give_waiting()
    assert agents_of([chat]) == [dimas]
    assert [each.reason for each in chat.status_changes.order_by("pk")][1:] == [absences.GONE, giving.GIVEN]


# Setting it


def save(user: User, shop: Shop, **data: str) -> tuple[int, str]:
    sent = {"mode": "round_robin", "most_chats": "5", "gone_minutes": "15", **data}
    answer = signed_in(user).post(f"/shops/{shop.pk}/policy/", sent)
    return answer.status_code, answer.content.decode()


def test_a_policy_is_set_for_one_shop_or_for_all_of_them(shop: Shop, seller: Seller, owner: User) -> None:
    second = make_shop(seller, name="Toko Dua")
    assert save(owner, shop)[0] == 302
    assert list(AssignmentPolicy.objects.values_list("shop", "mode", "most_chats", "gone_minutes")) == [
        (shop.pk, "round_robin", 5, 15)
    ]
    save(owner, shop, everywhere="on", mode="least_loaded")
    assert set(AssignmentPolicy.objects.values_list("shop", "mode")) == {
        (shop.pk, "least_loaded"),
        (second.pk, "least_loaded"),
    }
    page = signed_in(owner).get("/shops/policies/").content.decode()
    assert "Agen dengan pembeli menunggu paling sedikit" in page
    assert "kembali setelah 15 menit" in page


def test_a_supervisor_sets_it_for_their_own_shops_only(shop: Shop, seller: Seller) -> None:
    second = make_shop(seller, name="Toko Dua")
    bayu = make_user("bayu@example.test", seller=seller, role=Membership.Role.SUPERVISOR)
    limit_to(bayu, shop)
    save(bayu, shop, everywhere="on")
    assert list(AssignmentPolicy.objects.values_list("shop", flat=True)) == [shop.pk]
    assert save(bayu, second)[0] == 404


@pytest.mark.parametrize(
    "data", [{"mode": "x"}, {"most_chats": "0"}, {"gone_minutes": "-1"}, {"most_chats": ""}]
)
def test_nonsense_is_refused_where_it_stands(shop: Shop, owner: User, data: dict[str, str]) -> None:
    status, told = save(owner, shop, **data)
    assert status == 422
    assert 'role="alert"' in told
    assert not AssignmentPolicy.objects.exists()


def test_an_agent_and_a_stranger_find_nothing(shop: Shop, colleague: User, stranger: User) -> None:
    for user in (colleague, stranger):
        assert save(user, shop)[0] == 404
    assert signed_in(colleague).get("/shops/policies/").status_code == 404
    assert str(shop) not in signed_in(stranger).get("/shops/policies/").content.decode()
