"""Giving a chat to a colleague: who is offered, and what the colleague finds."""

from __future__ import annotations

import pytest
from django.utils import timezone

from conversations import agents
from conversations.models import Conversation, Event
from forstok_chat.accounts.models import Membership, Seller, User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def chat(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada stok?")


def number(user: User) -> str:
    return str(Membership.objects.get(user=user).uuid)


def give(by: User, chat: Conversation, to: str, **data: str) -> tuple[int, str]:
    answer = signed_in(by).post(f"/chat/{chat.pk}/assignment/", {"to": to, **data}, headers=HTMX)
    chat.refresh_from_db()
    return answer.status_code, answer.content.decode()


def form(user: User, chat: Conversation) -> str:
    return str(signed_in(user).get(f"/chat/{chat.pk}/assignment/", headers=HTMX).content.decode())


def test_an_unserved_chat_is_given_with_a_note(chat: Conversation, owner: User, colleague: User) -> None:
    status, told = give(owner, chat, number(colleague), note="sudah saya cek, stoknya ada")
    assert status == 200
    assert "Colleague" in told
    assert (chat.status, chat.assignee) == ("served", colleague)
    history = signed_in(colleague).get(f"/chat/{chat.pk}/changes/", headers=HTMX).content.decode()
    assert "Owner menugaskan chat ini ke Anda" in history
    assert "sudah saya cek, stoknya ada" in history


def test_a_served_chat_is_handed_over_and_all_screens_are_told(
    chat: Conversation, owner: User, colleague: User
) -> None:
    chat.serve(owner)
    events = Event.objects.filter(conversation=chat).count()
    give(owner, chat, number(colleague))
    change = chat.status_changes.latest("pk")
    assert (change.verb, change.from_assignee, change.assignee) == ("transfer", owner, colleague)
    assert Event.objects.filter(conversation=chat).count() == events + 1


def test_one_who_leads_gives_a_chat_from_one_colleague_to_another(
    chat: Conversation, seller: Seller, owner: User, colleague: User
) -> None:
    sari = make_user("sari@example.test", seller=seller, role=Membership.Role.AGENT)
    chat.serve(colleague)
    give(owner, chat, number(sari), instead_of=str(colleague.pk))
    assert chat.assignee == sari


def test_a_chat_that_somebody_has_taken_since_the_form_was_drawn_stays_there(
    chat: Conversation, seller: Seller, owner: User, colleague: User
) -> None:
    sari = make_user("sari@example.test", seller=seller, role=Membership.Role.AGENT)
    chat.serve(sari)
    status, told = give(owner, chat, number(colleague), instead_of="")
    assert (status, chat.assignee) == (200, sari)
    assert "Sari sudah melayani chat ini." in told


@pytest.mark.parametrize("to", ["", "x", "7f8b1d4e-0000-4000-8000-000000000000"])
def test_nobody_is_nobody(chat: Conversation, owner: User, to: str) -> None:
    status, told = give(owner, chat, to)
    assert (status, chat.status) == (422, "unserved")
    assert "Pilih seorang rekan." in told or to == "x"


def test_only_colleagues_who_see_the_shop_are_offered(
    chat: Conversation, seller: Seller, owner: User, colleague: User, stranger: User
) -> None:
    limit_to(colleague, make_shop(seller, name="Toko Dua"))
    gone = make_user("gone@example.test", seller=seller)
    Membership.objects.filter(user=gone).update(left_at=timezone.now())
    sari = make_user("sari@example.test", seller=seller, role=Membership.Role.AGENT)
    told = form(owner, chat)
    assert number(sari) in told
    for somebody in (owner, colleague, gone, stranger):
        assert number(somebody) not in told
        assert give(owner, chat, number(somebody))[0] == 422


def test_who_is_offered_is_who_sees_the_shop(
    shop: Shop, seller: Seller, owner: User, colleague: User, stranger: User
) -> None:
    """The same question, asked from the other side."""
    successor = make_shop(seller, name="Toko Baru", is_active=False)
    Shop.objects.filter(pk=shop.pk).update(moved_to=successor)
    limited = make_user("baru@example.test", seller=seller, role=Membership.Role.AGENT)
    limit_to(limited, successor)
    limit_to(colleague, make_shop(seller, name="Toko Dua"))
    for each in Shop.objects.all():
        seen_by = {user for user in User.objects.all() if Shop.objects.visible_to(user).filter(pk=each.pk)}
        assert {member.user for member in agents.of_shop(each)} == seen_by, each


def test_each_colleague_is_shown_with_their_chats_and_whether_they_are_here(
    chat: Conversation, shop: Shop, owner: User, colleague: User
) -> None:
    make_conversation(shop, "halo", name="tono").serve(colleague)
    assert "1 pembeli menunggu" in form(owner, chat)
    assert "Tidak di sini" in form(owner, chat)
    colleague.touch()
    assert "Sedang online" in form(owner, chat) or 'data-state="active"' in form(owner, chat)
    colleague.take_a_break(is_away=True)
    assert "Istirahat" in form(owner, chat)


def test_without_scripts_it_is_a_page(chat: Conversation, owner: User, colleague: User) -> None:
    client = signed_in(owner)
    assert "<html" in client.get(f"/chat/{chat.pk}/assignment/").content.decode()
    answer = client.post(f"/chat/{chat.pk}/assignment/", {"to": number(colleague)})
    assert answer["Location"] == f"/chat/{chat.pk}/"


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_finds_nothing(chat: Conversation, colleague: User, stranger: User, method: str) -> None:
    data = {"to": number(colleague)}
    assert getattr(signed_in(stranger), method)(f"/chat/{chat.pk}/assignment/", data).status_code == 404
    chat.refresh_from_db()
    assert chat.status == "unserved"


# Breaks


def test_a_break_is_switched_on_and_off_where_one_is(owner: User) -> None:
    client = signed_in(owner)
    assert (
        'aria-checked="true"'
        in client.post("/account/away/", {"is_away": "1"}, headers=HTMX).content.decode()
    )
    owner.refresh_from_db()
    began = owner.away_since
    assert began is not None
    answer = client.post("/account/away/", {"is_away": "1"}, headers={"Referer": "http://testserver/chat/"})
    assert answer["Location"] == "http://testserver/chat/"
    owner.refresh_from_db()
    assert owner.away_since == began
    answer = client.post("/account/away/", {"is_away": "0"}, headers={"Referer": "https://elsewhere.test/"})
    assert answer["Location"] == "/"
    owner.refresh_from_db()
    assert owner.away_since is None


def test_who_is_on_a_break_is_online_and_not_here(owner: User) -> None:
    owner.touch()
    owner.refresh_from_db()
    assert owner.is_here
    assert owner.gone_since is None
    owner.take_a_break(is_away=True)
    assert owner.is_online
    assert not owner.is_here
    assert owner.gone_since == owner.away_since
