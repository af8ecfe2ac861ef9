"""A chat that is put off: until when, and what brings it back. It stays in its tab all the time."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from conversations import outbox, snoozing
from conversations.dispatch import Draft
from conversations.filters import Filters
from conversations.models import Conversation, Event, NotMoved
from forstok_chat.accounts.models import User
from marketplaces.content import Kind
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import make_conversation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
HTMX = {"HX-Request": "true"}
WITA = ZoneInfo("Asia/Makassar")
# A Wednesday, 14:30 in the shop's zone.
WEDNESDAY = datetime(2026, 12, 2, 14, 30, tzinfo=WITA)


@pytest.fixture
def chat(shop: Shop, owner: User) -> Conversation:
    Shop.objects.filter(pk=shop.pk).update(time_zone="Asia/Makassar")
    shop.refresh_from_db()
    chat = make_conversation(shop, "ada stok?")
    chat.serve(owner)
    return chat


def snooze(user: User, chat: Conversation, until: str, at: str = "", note: str = "") -> tuple[int, str]:
    data = {"until": until, "at": at, "note": note}
    answer = signed_in(user).post(f"/chat/{chat.pk}/snooze/", data, headers=HTMX)
    chat.refresh_from_db()
    return answer.status_code, answer.content.decode()


def offered(at: datetime) -> dict[str, str]:
    with time_machine.travel(at, tick=False):
        return {each.slug: f"{each.at.astimezone(WITA):%a %d %H:%M}" for each in snoozing.choices(WITA)}


def test_the_times_that_are_offered_are_of_the_shops_zone() -> None:
    assert offered(WEDNESDAY) == {
        "hour": "Wed 02 15:30",
        "evening": "Wed 02 18:00",
        "tomorrow": "Thu 03 09:00",
        "monday": "Mon 07 09:00",
    }


def test_the_evening_is_not_offered_when_it_is_near_and_monday_not_when_it_is_tomorrow() -> None:
    assert "evening" not in offered(WEDNESDAY.replace(hour=17, minute=1))
    assert "evening" not in offered(WEDNESDAY.replace(hour=23))
    sunday, monday = WEDNESDAY.replace(day=6), WEDNESDAY.replace(day=7)
    assert "monday" not in offered(sunday)
    assert offered(monday)["monday"] == "Mon 14 09:00"


@time_machine.travel(WEDNESDAY, tick=False)
def test_a_chosen_time_keeps_the_status_and_is_told(chat: Conversation, owner: User) -> None:
    status, told = snooze(owner, chat, "tomorrow", note="cek gudang")
    assert status == 200
    assert "Ditunda sampai 3 Des 09:00" in told
    assert chat.snoozed_until == datetime(2026, 12, 3, 9, tzinfo=WITA)
    assert (chat.status, chat.assignee) == ("served", owner)
    change = chat.status_changes.latest("pk")
    assert (change.verb, change.note) == ("snooze", "cek gudang")
    assert chat in Filters(owner, tab="mine", search="rina").conversations()


@time_machine.travel(WEDNESDAY, tick=False)
def test_an_own_time_is_read_in_the_shops_zone(chat: Conversation, owner: User) -> None:
    assert snooze(owner, chat, "own", "2026-12-05T10:15")[0] == 200
    assert chat.snoozed_until == datetime(2026, 12, 5, 10, 15, tzinfo=WITA)


@pytest.mark.parametrize(
    ("until", "at", "problem"),
    [
        ("own", "", "Pilih tanggal dan jam."),
        ("own", "besok", "Pilih tanggal dan jam."),
        ("own", "2026-12-02T14:30", "sudah lewat"),
        ("own", "2028-01-01T10:00", "satu tahun"),
        ("never", "", "Pilih tanggal dan jam."),
    ],
)
@time_machine.travel(WEDNESDAY, tick=False)
def test_a_time_that_is_none_comes_back_with_what_is_wrong(
    chat: Conversation, owner: User, until: str, at: str, problem: str
) -> None:
    status, told = snooze(owner, chat, until, at)
    assert status == 422
    assert problem in told
    assert chat.snoozed_until is None


def test_it_is_out_of_sight_in_its_tab_until_it_is_asked_or_looked_for(
    chat: Conversation, owner: User
) -> None:
    chat.snooze(timezone.now() + timedelta(hours=1), by=owner)
    assert chat not in Filters(owner, tab="mine").conversations()
    assert chat not in Filters(owner, tab="served").conversations()
    for found in (
        Filters(owner, tab="mine", only=("snoozed",)),
        Filters(owner, tab="mine", search="rina"),
        Filters(owner),
    ):
        assert list(found.conversations()) == [chat]


def test_how_many_there_are_is_told_in_their_tab_and_live(chat: Conversation, owner: User) -> None:
    client = signed_in(owner)
    assert "switch-snoozed" not in client.get("/chat/?tab=mine").content.decode()
    since = re.search(r'id="cursor" name="since" value="([^"]*)"', client.get("/chat/").content.decode())
    chat.snooze(timezone.now() + timedelta(hours=1), by=owner)
    page = client.get("/chat/?tab=mine").content.decode()
    assert re.search(r'id="switch-snoozed".*?Ditunda <span class="tabs__count">1<', page, re.DOTALL)
    assert f"row-{chat.pk}" not in page
    assert f"row-{chat.pk}" in client.get("/chat/?tab=mine&only=snoozed").content.decode()
    assert "switch-snoozed" not in client.get("/chat/?tab=unserved").content.decode()
    assert since is not None
    live = client.get("/live/", {"since": since[1], "tab": "mine"}).content.decode()
    assert "switch-snoozed" in live
    assert f'<li id="row-{chat.pk}"' in live
    assert "data-gone" in live


def test_it_comes_back_by_its_time(chat: Conversation, owner: User) -> None:
    chat.snooze(timezone.now() + timedelta(hours=1), by=owner)
    snoozing.wake_due()
    chat.refresh_from_db()
    assert chat.snoozed_until is not None
    events = Event.objects.filter(conversation=chat).count()
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        snoozing.wake_due()
        snoozing.wake_due()
    chat.refresh_from_db()
    assert (chat.snoozed_until, chat.status, chat.assignee) == (None, "served", owner)
    last = chat.status_changes.latest("pk")
    assert (last.by, last.reason) == (None, "its time has come")
    assert Event.objects.filter(conversation=chat).count() == events + 1


def test_its_buyer_brings_it_back_at_once(chat: Conversation, shop: Shop, owner: User) -> None:
    chat.snooze(timezone.now() + timedelta(hours=1), by=owner)
    make_conversation(shop, "ada stok?", "kak?")
    chat.refresh_from_db()
    assert (chat.snoozed_until, chat.status, chat.assignee) == (None, "served", owner)
    assert chat.status_changes.latest("pk").reason == "buyer wrote"


def test_a_reply_keeps_it_and_whoever_moves_it_ends_it(
    chat: Conversation, owner: User, colleague: User
) -> None:
    until = timezone.now() + timedelta(hours=1)
    chat.snooze(until, by=owner)
    outbox.enqueue(chat, owner, Draft(Kind.TEXT, "besok saya kabari"), uuid.uuid4())
    chat.refresh_from_db()
    assert chat.snoozed_until == until
    chat.assign(colleague, by=owner)
    chat.refresh_from_db()
    assert chat.snoozed_until is None


def test_ending_it_by_hand(chat: Conversation, owner: User) -> None:
    chat.snooze(timezone.now() + timedelta(hours=1), by=owner)
    told = signed_in(owner).post(f"/chat/{chat.pk}/waking/", headers=HTMX).content.decode()
    assert 'id="snooze-button"' in told
    chat.refresh_from_db()
    assert chat.snoozed_until is None


def test_a_resolved_chat_is_not_put_off(chat: Conversation, owner: User) -> None:
    chat.resolve(owner)
    with pytest.raises(NotMoved):
        chat.snooze(timezone.now() + timedelta(hours=1), by=owner)


def test_the_form_is_a_page_without_scripts(chat: Conversation, owner: User) -> None:
    client = signed_in(owner)
    assert "Besok pagi" in client.get(f"/chat/{chat.pk}/snooze/").content.decode()
    answer = client.post(f"/chat/{chat.pk}/snooze/", {"until": "tomorrow"})
    assert answer["Location"] == f"/chat/{chat.pk}/"


@pytest.mark.parametrize(("method", "path"), [("get", "snooze"), ("post", "snooze"), ("post", "waking")])
def test_a_stranger_finds_nothing(chat: Conversation, stranger: User, method: str, path: str) -> None:
    assert getattr(signed_in(stranger), method)(f"/chat/{chat.pk}/{path}/").status_code == 404
