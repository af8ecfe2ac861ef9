"""Signing in, being locked out and the way back, and what people change of themselves."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from forstok_chat.accounts.mail import MOST_TO_ONE_ADDRESS
from forstok_chat.accounts.models import Session, User
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db
OLD, NEW = "a-good-password", "pasar-malam-82"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"


def sign_in(user: User, password: str = OLD, client: Client | None = None, **data: str) -> Any:
    data = {"username": user.email, "password": password} | data
    return (client or Client()).post("/sign-in/", data)


def browser(user: User, agent: str = CHROME) -> Client:
    client = Client(headers={"User-Agent": agent})
    assert sign_in(user, client=client).status_code == 302
    return client


def lock(user: User, **how: str) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(user, "wrong", **how)


def reset_link(user: User) -> str:
    Client().post("/password/", {"email": user.email})
    found = re.search(r"http://testserver(/password/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def set_password(path: str, password: str = NEW) -> Any:
    client = Client()
    page = client.get(path, follow=True)
    form = page.redirect_chain[-1][0] if page.redirect_chain else path
    return client.post(form, {"new_password1": password, "new_password2": password})


def test_a_wrong_password_says_so_and_locks_nothing(owner: User) -> None:
    answer = sign_in(owner, "wrong")
    assert answer.status_code == 200
    assert "tidak cocok" in answer.content.decode()
    assert sign_in(owner).status_code == 302


def test_too_many_wrong_passwords_lock_also_the_right_one(owner: User) -> None:
    lock(owner)
    answer = sign_in(owner)
    assert answer.status_code == 429
    assert "Terlalu banyak percobaan" in answer.content.decode()
    assert "/password/" in answer.content.decode()


def test_capitals_are_no_way_around_the_lock(owner: User) -> None:
    lock(owner, username=owner.email.upper())
    assert sign_in(owner).status_code == 429


def test_the_lock_is_of_one_address_from_one_place(owner: User, colleague: User) -> None:
    lock(owner)
    assert sign_in(colleague).status_code == 302
    assert sign_in(owner, client=Client(REMOTE_ADDR="203.0.113.9")).status_code == 302


def test_the_lock_ends_by_itself_even_if_somebody_goes_on_trying(owner: User) -> None:
    lock(owner)
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=False):
        assert sign_in(owner, "wrong").status_code == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        assert sign_in(owner).status_code == 302


def test_the_lock_holds_for_the_admin_as_well(owner: User) -> None:
    lock(owner)
    answer = Client().post("/admin/login/", {"username": owner.email, "password": OLD})
    assert answer.status_code == 429


def test_a_new_password_by_mail_unlocks_at_once(owner: User) -> None:
    lock(owner)
    assert set_password(reset_link(owner)).status_code == 302
    assert sign_in(owner, NEW).status_code == 302


def test_a_new_password_by_mail_signs_out_everywhere(owner: User) -> None:
    other = browser(owner)
    set_password(reset_link(owner))
    assert other.get("/account/").status_code == 302
    assert not Session.objects.filter(user=owner).exists()


def test_the_link_of_the_mail_works_once_and_not_for_long(owner: User) -> None:
    link = reset_link(owner)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        assert "sudah tidak berlaku" in Client().get(link, follow=True).content.decode()
    set_password(link)
    assert "sudah tidak berlaku" in Client().get(link, follow=True).content.decode()


def test_whether_an_address_is_known_is_not_told(owner: User) -> None:
    known = Client().post("/password/", {"email": owner.email}, follow=True)
    unknown = Client().post("/password/", {"email": "nobody@example.test"}, follow=True)
    strip = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"')
    assert strip.sub(b"", known.content) == strip.sub(b"", unknown.content)
    assert len(mail.outbox) == 1


def test_nobody_is_flooded_with_links(owner: User) -> None:
    for _ in range(MOST_TO_ONE_ADDRESS + 2):
        Client().post("/password/", {"email": owner.email})
    assert len(mail.outbox) == MOST_TO_ONE_ADDRESS


def test_the_mail_is_in_the_language_of_who_asks(owner: User) -> None:
    Client().post("/password/", {"email": owner.email}, headers={"Accept-Language": "en"})
    assert mail.outbox[-1].subject == "A new password for Forstok Chat"
    Client().post("/password/", {"email": owner.email}, headers={"Accept-Language": "id"})
    assert mail.outbox[-1].subject == "Kata sandi baru untuk Forstok Chat"


def test_the_account_page_lists_where_one_is_signed_in(owner: User, colleague: User) -> None:
    here = browser(owner)
    browser(owner, SAFARI)
    browser(colleague, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    page = here.get("/account/").content.decode()
    assert page.index("Chrome di Windows") < page.index("Perangkat ini") < page.index("Safari di iPhone")
    assert "Firefox" not in page


def test_another_device_can_be_signed_out(owner: User) -> None:
    here, there = browser(owner), browser(owner, SAFARI)
    found = re.search(r"/account/sessions/\w+/ending/", here.get("/account/").content.decode())
    assert found is not None
    assert here.post(found[0]).status_code == 302
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_keys_of_sessions_are_not_shown(owner: User) -> None:
    here, there = browser(owner), browser(owner, SAFARI)
    page = here.get("/account/").content.decode()
    assert there.cookies["sessionid"].value not in page


def test_a_device_of_somebody_else_cannot_be_signed_out(owner: User, colleague: User) -> None:
    theirs = browser(colleague)
    browser(colleague, SAFARI)
    found = re.search(r"/account/sessions/\w+/ending/", theirs.get("/account/").content.decode())
    assert found is not None
    assert browser(owner).post(found[0]).status_code == 404
    assert Session.objects.filter(user=colleague).count() == 2


def test_all_other_devices_can_be_signed_out(owner: User) -> None:
    here, there = browser(owner), browser(owner, SAFARI)
    here.post("/account/sessions/ending/")
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_a_changed_password_keeps_this_device_alone(owner: User) -> None:
    here, there = browser(owner), browser(owner, SAFARI)
    data = {"old_password": OLD, "new_password1": NEW, "new_password2": NEW}
    assert here.post("/account/password/", data)["Location"] == "/account/"
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert Session.objects.filter(user=owner).count() == 1
    assert sign_in(owner, NEW).status_code == 302


def test_the_old_password_is_asked_for(owner: User) -> None:
    data = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    assert browser(owner).post("/account/password/", data).status_code == 200
    assert User.objects.get(pk=owner.pk).check_password(OLD)


def test_the_name_is_changed_and_shows(owner: User) -> None:
    client = signed_in(owner)
    client.post("/account/", {"name": "Sari W."})
    assert "Sari W." in client.get("/").content.decode()
    assert client.post("/account/", {"name": ""}).status_code == 422
    assert User.objects.get(pk=owner.pk).name == "Sari W."


def test_the_menu_shows_the_team_to_who_leads_one(owner: User, colleague: User) -> None:
    assert 'class="account-menu__entry" href="/team/"' in signed_in(owner).get("/").content.decode()
    assert 'href="/team/"' not in signed_in(colleague).get("/").content.decode()
