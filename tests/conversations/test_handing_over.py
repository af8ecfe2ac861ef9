"""The end of a shift: all chats to a colleague or to everybody, in one action that is undone as one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.models import Conversation, Event, HandOver
from forstok_chat.accounts.models import Membership, Seller, User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


@pytest.fixture
def mine(shop: Shop, owner: User) -> list[Conversation]:
    """Two chats of the owner, the second one put off."""
    chats = [make_conversation(shop, "halo", name=name) for name in ("ani", "budi")]
    for chat in chats:
        chat.serve(owner)
    chats[1].snooze(timezone.now() + timedelta(hours=9), by=owner)
    return chats


def hand_over(by: User, seller: Seller, to: User | None, note: str = "") -> str:
    """What is told on the page that one comes back to."""
    number = str(Membership.objects.get(user=to, seller=seller).uuid) if to is not None else ""
    data = {"seller": str(seller.pk), "to": number, "note": note}
    return signed_in(by).post("/chat/hand-over/", data, follow=True).content.decode()


def undo(by: User) -> str:
    handed = HandOver.objects.latest("created_at")
    return signed_in(by).post(f"/chat/hand-over/{handed.pk}/undoing/", follow=True).content.decode()


def stand(chats: list[Conversation]) -> list[tuple[str, User | None]]:
    for chat in chats:
        chat.refresh_from_db()
    return [(chat.status, chat.assignee) for chat in chats]


def test_a_colleague_gets_them_all_with_the_note(
    mine: list[Conversation], seller: Seller, owner: User, colleague: User
) -> None:
    events = Event.objects.count()
    assert "Colleague sekarang melayani 2 chat Anda." in hand_over(owner, seller, colleague, "shift pagi")
    assert stand(mine) == [("served", colleague)] * 2
    assert mine[1].snoozed_until is not None
    for chat in mine:
        change = chat.status_changes.latest("pk")
        assert (change.verb, change.by, change.note) == ("transfer", owner, "shift pagi")
    assert Event.objects.count() == events + 2


def test_everybody_gets_them_back(mine: list[Conversation], seller: Seller, owner: User) -> None:
    assert "2 chat kembali belum dilayani." in hand_over(owner, seller, None)
    assert stand(mine) == [("unserved", None)] * 2


def test_what_the_colleague_does_not_see_goes_back_to_everybody(
    mine: list[Conversation], shop: Shop, seller: Seller, owner: User, colleague: User
) -> None:
    other = make_conversation(make_shop(seller, name="Toko Dua"), "halo", name="cici")
    other.serve(owner)
    limit_to(colleague, shop)
    told = hand_over(owner, seller, colleague)
    assert "melayani 2 chat Anda. 1 chat dari toko yang tidak mereka lihat" in told
    assert stand([other]) == [("unserved", None)]


def test_chats_of_others_resolved_ones_and_those_of_another_seller_stay(
    mine: list[Conversation], shop: Shop, seller: Seller, owner: User, colleague: User
) -> None:
    elsewhere = Seller.objects.create(name="Toko Sebelah")
    Membership.objects.create(user=owner, seller=elsewhere)
    foreign = make_conversation(make_shop(elsewhere), "halo", name="dodi")
    foreign.serve(owner)
    theirs, done = (make_conversation(shop, "halo", name=name) for name in ("edi", "fani"))
    theirs.serve(colleague)
    done.serve(owner)
    done.resolve(owner)
    hand_over(owner, seller, None)
    assert stand([foreign, theirs, done]) == [("served", owner), ("served", colleague), ("resolved", owner)]


def test_it_is_undone_as_one(mine: list[Conversation], seller: Seller, owner: User, colleague: User) -> None:
    hand_over(owner, seller, colleague)
    assert "2 chat kembali ke Anda." in undo(owner)
    assert stand(mine) == [("served", owner)] * 2
    assert mine[1].snoozed_until is not None
    assert "tidak bisa dibatalkan lagi" in undo(owner)
    assert stand(mine) == [("served", owner)] * 2


def test_what_has_changed_since_stays_where_it_is(
    mine: list[Conversation], seller: Seller, owner: User, colleague: User
) -> None:
    hand_over(owner, seller, colleague)
    mine[0].resolve(colleague)
    assert "1 chat kembali ke Anda. 1 tetap di tempatnya" in undo(owner)
    assert stand(mine) == [("resolved", colleague), ("served", owner)]


def test_after_a_day_it_stays(mine: list[Conversation], seller: Seller, owner: User, colleague: User) -> None:
    hand_over(owner, seller, colleague)
    HandOver.objects.update(created_at=timezone.now() - timedelta(days=1, seconds=1))
    assert "tidak bisa dibatalkan lagi" in undo(owner)
    assert stand(mine) == [("served", colleague)] * 2


def test_one_chat_of_it_can_be_undone_by_itself(
    mine: list[Conversation], seller: Seller, owner: User, colleague: User
) -> None:
    hand_over(owner, seller, colleague)
    mine[0].undo(mine[0].status_changes.latest("pk"), by=owner)
    assert stand(mine) == [("served", owner), ("served", colleague)]


def test_nobody_of_elsewhere_can_be_chosen_and_nothing_of_others_undone(
    mine: list[Conversation], seller: Seller, owner: User, colleague: User, stranger: User
) -> None:
    foreign = Membership.objects.get(user=stranger)
    data = {"seller": str(seller.pk), "to": str(foreign.uuid)}
    assert signed_in(owner).post("/chat/hand-over/", data).status_code == 422
    assert signed_in(stranger).post("/chat/hand-over/", {"seller": str(seller.pk)}).status_code == 422
    assert stand(mine) == [("served", owner)] * 2
    hand_over(owner, seller, colleague)
    for somebody in (colleague, stranger):
        pk = HandOver.objects.get().pk
        assert signed_in(somebody).post(f"/chat/hand-over/{pk}/undoing/").status_code == 404
    assert stand(mine) == [("served", colleague)] * 2
