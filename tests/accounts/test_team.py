"""The owner's team page: who is on it, what each may see, who is let go and let in again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Conversation, Event, StatusChange
from conversations.stream import Hub, nudge_until
from forstok_chat.accounts import sessions
from forstok_chat.accounts.models import Invitation, LastOwner, Membership, Seller, Session, User
from forstok_chat.accounts.permissions import Role
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


@pytest.fixture
def second_shop(seller: Seller) -> Shop:
    return make_shop(seller, name="Toko Dua")


@pytest.fixture
def supervisor(seller: Seller) -> User:
    return make_user("supervisor@example.test", seller=seller, role=Role.SUPERVISOR)


@pytest.fixture
def served(shop: Shop, colleague: User) -> Conversation:
    conversation = make_conversation(shop, "masih ada?")
    conversation.serve(colleague)
    return Conversation.objects.get(pk=conversation.pk)


def member(user: User) -> Membership:
    return Membership.objects.get(user=user)


def save(client: Client, user: User, role: Role, *shops: Shop) -> int:
    data = {"role": role, "scope": "chosen" if shops else "all", "shops": [str(shop.pk) for shop in shops]}
    return client.post(f"/team/members/{member(user).uuid}/", data).status_code


def end(client: Client, user: User) -> str:
    answer = client.post(f"/team/members/{member(user).uuid}/deactivation/", follow=True)
    return answer.content.decode()


def test_the_list_tells_role_shops_and_when_somebody_was_here(
    owner_client: Client, colleague: User, shop: Shop, second_shop: Shop, stranger: User
) -> None:
    limit_to(colleague, second_shop)
    User.objects.filter(pk=colleague.pk).update(seen_at=timezone.now() - timedelta(days=1))
    page = owner_client.get("/team/").content.decode()
    row = page[page.index(colleague.email) :]
    for text in ("Agen", "terakhir di sini Kemarin", "Toko Dua"):
        assert text in row
    assert "Toko Uji" not in row
    assert stranger.email not in page


def test_the_list_costs_the_same_whatever_its_length(
    owner_client: Client, seller: Seller, shop: Shop
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            owner_client.get("/team/")
        return len(queries)

    before = cost()
    for number in range(3):
        limit_to(make_user(f"agent{number}@example.test", seller=seller, role=Role.AGENT), shop)
    assert cost() <= before + 1  # the shops of the limited ones


def test_the_owner_changes_role_and_shops(
    owner_client: Client, colleague: User, shop: Shop, second_shop: Shop
) -> None:
    assert save(owner_client, colleague, Role.SUPERVISOR, second_shop) == 302
    assert member(colleague).role == Role.SUPERVISOR
    assert list(Shop.objects.visible_to(colleague)) == [second_shop]


def test_chosen_shops_must_be_some(owner_client: Client, colleague: User, shop: Shop) -> None:
    data = {"role": "agent", "scope": "chosen"}
    answer = owner_client.post(f"/team/members/{member(colleague).uuid}/", data)
    assert answer.status_code == 422
    assert "Pilih paling tidak satu toko." in answer.content.decode()
    assert member(colleague).sees_all_shops


def test_a_foreign_shop_cannot_be_given(owner_client: Client, colleague: User, stranger: User) -> None:
    foreign = make_shop(member(stranger).seller)
    assert save(owner_client, colleague, Role.AGENT, foreign) == 422
    assert not Shop.objects.visible_to(colleague).filter(pk=foreign.pk).exists()


def test_who_is_let_go_hands_back_their_chats_with_a_reason(
    owner_client: Client, owner: User, colleague: User, served: Conversation
) -> None:
    events = Event.objects.filter(conversation=served).count()
    assert "1 percakapan kembali belum dilayani." in end(owner_client, colleague)
    served.refresh_from_db()
    assert (served.status, served.assignee) == (Conversation.Status.UNSERVED, None)
    last = StatusChange.objects.filter(conversation=served).latest("pk")
    assert (last.old, last.new, last.by) == ("served", "unserved", owner)
    assert last.reason == "the agent's access has ended"
    assert Event.objects.filter(conversation=served).count() == events + 1


def test_a_chat_that_they_resolved_does_not_come_back_to_them(
    owner_client: Client, owner: User, colleague: User, served: Conversation
) -> None:
    served.resolve(colleague)
    end(owner_client, colleague)
    served.refresh_from_db()
    assert served.status == Conversation.Status.RESOLVED
    last = StatusChange.objects.filter(conversation=served).latest("pk")
    assert (last.from_assignee, last.assignee, last.reason) == (
        colleague,
        None,
        "the agent's access has ended",
    )
    served.reopen(owner)
    served.refresh_from_db()
    assert (served.status, served.assignee) == (Conversation.Status.UNSERVED, None)


def test_chats_of_others_and_of_other_sellers_stay(
    owner_client: Client, owner: User, colleague: User, shop: Shop
) -> None:
    elsewhere = Seller.objects.create(name="Toko Sebelah")
    Membership.objects.create(user=colleague, seller=elsewhere)
    foreign = make_conversation(make_shop(elsewhere), "halo", name="sari")
    foreign.serve(colleague)
    owners = make_conversation(shop, "halo", name="tono")
    owners.serve(owner)
    uuid = Membership.objects.get(user=colleague, seller=shop.seller).uuid
    owner_client.post(f"/team/members/{uuid}/deactivation/")
    for conversation in (foreign, owners):
        conversation.refresh_from_db()
        assert conversation.status == Conversation.Status.SERVED


def test_who_is_let_go_is_signed_out_everywhere(
    owner_client: Client, colleague: User, served: Conversation
) -> None:
    browsers = [signed_in(colleague), signed_in(colleague)]
    end(owner_client, colleague)
    assert not Session.objects.filter(user=colleague).exists()
    for browser in browsers:
        assert browser.get(f"/chat/{served.pk}/")["Location"].startswith("/sign-in/")
    assert not User.objects.get(pk=colleague.pk).is_online


def test_who_is_let_go_cannot_sign_in_and_hears_why(owner_client: Client, colleague: User) -> None:
    end(owner_client, colleague)
    answer = Client().post("/sign-in/", {"username": colleague.email, "password": "a-good-password"})
    assert answer.status_code == 200
    assert "tidak ada di tim mana pun" in answer.content.decode()


def test_who_is_let_in_again_has_their_role_and_shops_of_then(
    owner_client: Client, colleague: User, second_shop: Shop
) -> None:
    limit_to(colleague, second_shop)
    end(owner_client, colleague)
    assert not Shop.objects.visible_to(colleague).exists()
    owner_client.post(f"/team/members/{member(colleague).uuid}/reactivation/")
    assert list(Shop.objects.visible_to(colleague)) == [second_shop]
    assert member(colleague).role == Role.AGENT


def test_who_loses_a_shop_hands_back_its_chats_alone(
    owner_client: Client, colleague: User, served: Conversation, second_shop: Shop
) -> None:
    kept = make_conversation(second_shop, "halo", name="tono")
    kept.serve(colleague)
    save(owner_client, colleague, Role.AGENT, second_shop)
    served.refresh_from_db()
    kept.refresh_from_db()
    assert (served.status, served.assignee) == (Conversation.Status.UNSERVED, None)
    assert (kept.status, kept.assignee) == (Conversation.Status.SERVED, colleague)
    assert (
        StatusChange.objects.filter(conversation=served).latest("pk").reason
        == "the agent's shops have changed"
    )


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AGENT])
def test_the_last_owner_cannot_be_demoted(owner_client: Client, owner: User, shop: Shop, role: Role) -> None:
    assert save(owner_client, owner, role) == 422
    assert member(owner).role == Role.OWNER


def test_the_last_owner_cannot_be_limited_nor_let_go(owner_client: Client, owner: User, shop: Shop) -> None:
    assert save(owner_client, owner, Role.OWNER, shop) == 422
    assert "Harus tetap ada pemilik" in end(owner_client, owner)
    assert member(owner).is_active
    assert member(owner).sees_all_shops


def test_one_of_two_owners_may_go(owner_client: Client, owner: User, seller: Seller) -> None:
    make_user("second@example.test", seller=seller)
    assert save(owner_client, owner, Role.AGENT) == 302
    assert member(owner).role == Role.AGENT


def test_an_owner_who_was_let_go_does_not_count(owner: User, seller: Seller) -> None:
    second = member(make_user("second@example.test", seller=seller))
    second.end()
    with pytest.raises(LastOwner):
        member(owner).end()


def test_a_supervisor_looks_after_agents_only(
    supervisor: User, owner: User, colleague: User, shop: Shop, second_shop: Shop
) -> None:
    client = signed_in(supervisor)
    page = client.get("/team/").content.decode()
    assert owner.email in page
    assert f"/team/members/{member(colleague).uuid}/" in page
    assert f"/team/members/{member(owner).uuid}/" not in page
    assert save(client, owner, Role.AGENT) == 404
    assert save(client, supervisor, Role.OWNER) == 404
    assert save(client, colleague, Role.SUPERVISOR) == 422
    assert save(client, colleague, Role.AGENT, second_shop) == 302


def test_a_supervisor_gives_no_shop_that_they_do_not_see(
    supervisor: User, colleague: User, shop: Shop, second_shop: Shop
) -> None:
    limit_to(supervisor, shop)
    client = signed_in(supervisor)
    assert save(client, colleague, Role.AGENT, shop) == 404  # sees all shops, more than the supervisor
    limit_to(colleague, shop)
    assert save(client, colleague, Role.AGENT, second_shop) == 422
    assert save(client, colleague, Role.AGENT) == 422
    assert save(client, colleague, Role.AGENT, shop) == 302


def test_invitations_of_who_may_no_longer_give_them_are_withdrawn(
    owner_client: Client, supervisor: User, seller: Seller, shop: Shop
) -> None:
    Invitation(seller=seller, email="new@example.test", invited_by=supervisor).renew()
    save(owner_client, supervisor, Role.SUPERVISOR)
    assert Invitation.objects.exists()
    save(owner_client, supervisor, Role.SUPERVISOR, shop)  # "all shops" is not theirs to give any more
    assert not Invitation.objects.exists()


def test_an_ended_session_closes_the_streams_of_its_person() -> None:
    async def streams() -> tuple[bool, bool]:
        hub, sent = Hub(), []

        async def send(message: object) -> None:
            sent.append(message)

        async def one(user_pk: int) -> asyncio.Task[None]:
            ended = asyncio.Event()
            hub.waiting[sessions.channel(user_pk)] = {ended}
            over = [asyncio.ensure_future(ended.wait())]
            return asyncio.create_task(nudge_until(over, asyncio.Event(), send))

        hers, his = await one(1), await one(2)
        await asyncio.sleep(0)
        hub.wake_all()  # a gap in the nudges ends nobody's stream
        await asyncio.sleep(0.05)
        assert not hers.done()
        hub.wake(sessions.channel(1))
        await asyncio.wait({hers}, timeout=2)
        found = hers.done(), his.done()
        his.cancel()
        return found

    assert asyncio.run(streams()) == (True, False)
