"""Invitations: a mail with a link that works once, for seven days."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from forstok_chat.accounts.mail import MOST_OF_A_SELLER, MOST_TO_ONE_ADDRESS
from forstok_chat.accounts.models import Invitation, Mailing, Membership, Seller, User
from forstok_chat.accounts.permissions import Role
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import make_shop, make_user

pytestmark = pytest.mark.django_db
NEW = "dewi@example.test"
PASSWORD = "pasar-malam-82"


def invite(client: Client, seller: Seller, email: str = NEW, *shops: Shop, role: Role = Role.AGENT) -> Any:
    scope = "chosen" if shops else "all"
    data = {"email": email, "role": role, "scope": scope, "shops": [str(shop.pk) for shop in shops]}
    return client.post(f"/team/{seller.pk}/invitations/", data)


def link() -> str:
    """The path of the newest mail's link."""
    found = re.search(r"http://testserver(/invitations/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def accept(path: str, client: Client | None = None, **more: str) -> Any:
    data = {"name": "Dewi", "password1": PASSWORD, "password2": PASSWORD} | more
    return (client or Client()).post(path, data)


def test_the_invited_person_joins_with_role_and_shops(
    owner_client: Client, seller: Seller, shop: Shop
) -> None:
    make_shop(seller, name="Toko Dua")
    assert invite(owner_client, seller, "Dewi@Example.test", shop, role=Role.SUPERVISOR).status_code == 302
    assert mail.outbox[-1].to == [NEW]
    client = Client()
    assert seller.name in client.get(link()).content.decode()
    assert accept(link(), client).status_code == 302
    dewi = User.objects.get(email=NEW)
    assert (dewi.name, dewi.check_password(PASSWORD)) == ("Dewi", True)
    assert Membership.objects.get(user=dewi).role == Role.SUPERVISOR
    assert list(Shop.objects.visible_to(dewi)) == [shop]
    assert client.get("/chat/").status_code == 200  # signed in already


def test_the_mail_speaks_the_language_of_who_invites(owner_client: Client, seller: Seller) -> None:
    invite(owner_client, seller)
    assert mail.outbox[-1].subject == f"Gabung dengan {seller} di Forstok Chat"
    assert "sebagai Agen" in str(mail.outbox[-1].body)
    owner_client.post("/language/setlang/", {"language": "en"})
    invite(owner_client, seller, "second@example.test")
    assert mail.outbox[-1].subject == f"Join {seller} on Forstok Chat"
    assert "as Agent" in str(mail.outbox[-1].body)


def test_a_name_with_signs_arrives_as_it_is(owner: User, seller: Seller) -> None:
    Seller.objects.filter(pk=seller.pk).update(name='Toko "A & B"')
    invite(signed_in(owner), seller)
    assert 'Toko "A & B"' in mail.outbox[-1].subject


def test_the_token_is_not_stored(owner_client: Client, seller: Seller) -> None:
    invite(owner_client, seller)
    token = link().rstrip("/").rpartition("/")[2]
    assert len(token) > 40
    assert token not in str(Invitation.objects.values().get())


def test_a_link_works_once(owner_client: Client, seller: Seller) -> None:
    invite(owner_client, seller)
    accept(link())
    second = accept(link(), name="Somebody else")
    assert second.status_code == 410
    assert User.objects.get(email=NEW).name == "Dewi"


def test_a_link_holds_seven_days(owner_client: Client, seller: Seller) -> None:
    invite(owner_client, seller)
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23), tick=False):
        assert Client().get(link()).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        assert accept(link()).status_code == 410
        assert "Kedaluwarsa" in signed_in(User.objects.get()).get("/team/").content.decode()
    assert not User.objects.filter(email=NEW).exists()


def test_sent_again_only_the_new_link_works(owner_client: Client, seller: Seller) -> None:
    invite(owner_client, seller)
    old = link()
    owner_client.post(f"/team/invitations/{Invitation.objects.get().pk}/mail/")
    assert Client().get(old).status_code == 410
    assert Client().get(link()).status_code == 200
    assert len(mail.outbox) == 2


def test_a_withdrawn_invitation_opens_nothing(owner_client: Client, seller: Seller) -> None:
    invite(owner_client, seller)
    owner_client.post(f"/team/invitations/{Invitation.objects.get().pk}/withdrawal/")
    assert accept(link()).status_code == 410
    assert NEW not in owner_client.get("/team/").content.decode().split("main")[-1]
    assert invite(owner_client, seller).status_code == 302  # and can be given anew
    assert len(mail.outbox) == 2


def test_a_weak_password_is_refused(owner_client: Client, seller: Seller) -> None:
    invite(owner_client, seller)
    answer = accept(link(), password1="password", password2="password")
    assert answer.status_code == 422
    assert not User.objects.filter(email=NEW).exists()
    assert Client().get(link()).status_code == 200


def test_who_has_a_password_already_signs_in_and_joins(
    owner_client: Client, seller: Seller, stranger: User, shop: Shop
) -> None:
    invite(owner_client, seller, stranger.email, shop)
    client = Client()
    assert f"/sign-in/?next={link()}" in client.get(link()).content.decode()
    assert accept(link(), client).status_code == 403  # nobody sets their password this way
    signing_in = {"username": stranger.email, "password": "a-good-password", "next": link()}
    assert client.post("/sign-in/", signing_in)["Location"] == link()
    assert client.post(link()).status_code == 302
    assert shop in Shop.objects.visible_to(stranger)
    assert stranger.memberships.count() == 2


def test_somebody_else_who_is_signed_in_does_not_join(
    owner_client: Client, seller: Seller, stranger: User, colleague: User
) -> None:
    invite(owner_client, seller, stranger.email)
    client = signed_in(colleague)
    assert colleague.email in client.get(link()).content.decode()
    assert client.post(link()).status_code == 403
    assert Invitation.objects.open().exists()


def test_who_was_let_go_elsewhere_can_sign_in_to_accept(
    owner_client: Client, seller: Seller, stranger: User
) -> None:
    Membership.objects.filter(user=stranger).update(left_at=timezone.now())
    signing_in = {"username": stranger.email, "password": "a-good-password"}
    assert Client().post("/sign-in/", signing_in).status_code == 200
    invite(owner_client, seller, stranger.email)
    assert Client().post("/sign-in/", signing_in).status_code == 302


@pytest.mark.parametrize("has_left", [False, True])
def test_a_member_is_not_invited_a_second_time(
    owner_client: Client, seller: Seller, colleague: User, has_left: bool
) -> None:
    if has_left:
        Membership.objects.get(user=colleague).end()
    answer = invite(owner_client, seller, colleague.email.upper())
    assert answer.status_code == 422
    assert ("pernah ada di tim" if has_left else "sudah ada di tim") in answer.content.decode()
    assert mail.outbox == []


def test_an_address_is_invited_once(owner_client: Client, seller: Seller) -> None:
    invite(owner_client, seller)
    assert invite(owner_client, seller).status_code == 422
    assert len(mail.outbox) == 1


def test_a_supervisor_invites_agents_only(seller: Seller, shop: Shop) -> None:
    client = signed_in(make_user("supervisor@example.test", seller=seller, role=Role.SUPERVISOR))
    assert invite(client, seller, role=Role.OWNER).status_code == 422
    assert invite(client, seller, role=Role.AGENT).status_code == 302
    assert Invitation.objects.get().role == Role.AGENT


def test_nobody_is_flooded_with_mails(owner_client: Client, seller: Seller) -> None:
    invite(owner_client, seller)
    again = f"/team/invitations/{Invitation.objects.get().pk}/mail/"
    for _ in range(MOST_TO_ONE_ADDRESS):
        answer = owner_client.post(again, follow=True)
    assert len(mail.outbox) == MOST_TO_ONE_ADDRESS
    assert "sudah terlalu banyak" in answer.content.decode()
    with time_machine.travel(timezone.now() + timedelta(hours=1, minutes=1), tick=False):
        owner_client.post(again)
    assert len(mail.outbox) == MOST_TO_ONE_ADDRESS + 1


def test_a_seller_sends_so_many_in_a_day(owner_client: Client, seller: Seller) -> None:
    Mailing.objects.bulk_create(
        Mailing(to=f"{n}@example.test", seller=seller) for n in range(MOST_OF_A_SELLER)
    )
    invite(owner_client, seller)
    assert mail.outbox == []


def test_a_mail_server_that_is_away_is_told_and_the_invitation_stays(
    owner_client: Client, seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: object, *args: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    invite(owner_client, seller)
    page = owner_client.get("/team/").content.decode()
    assert "tidak bisa dikirim" in page
    assert NEW in page
