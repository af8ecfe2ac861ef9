"""People who look elsewhere are told of what is new: once, in their hours, of what they may see; tab or no tab."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, time
from io import StringIO
from typing import Any

import http_ece
import pytest
import responses
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations import alerts, web_push
from conversations.models import Alerts, PushSubscription
from conversations.tasks import sweep_alerts
from forstok_chat.accounts.models import Session, User
from marketplaces.models import Shop
from tests.factories import BROWSER_KEYS, limit_to, make_conversation, make_shop, subscribe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges", "keys")]
SERVICE = "https://fcm.googleapis.com/fcm/send/made-up"


@pytest.fixture
def keys(settings: Any) -> None:
    out = StringIO()
    call_command("make_vapid_keys", stdout=out)
    for line in out.getvalue().split():
        name, _is, value = line.partition("=")
        setattr(settings, name, value)
    settings.VAPID_SUBJECT = "mailto:ops@example.test"


@pytest.fixture
def service() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(SERVICE, status=201)
        yield mock


class OwnBrowser:
    """Its keys are known here, so what is pushed to it can be read."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"sixteen bytes ok"

    @property
    def address(self) -> dict[str, str]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": SERVICE, "p256dh": text_of(point), "auth": text_of(self.auth)}

    def read(self, body: bytes) -> dict[str, str]:
        found: dict[str, str] = json.loads(
            http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        )
        return found


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def browser(owner: User) -> OwnBrowser:
    mine = OwnBrowser()
    subscription = subscribe(owner)
    subscription.address = mine.address
    subscription.save()
    return mine


def told(service: responses.RequestsMock, browser: OwnBrowser) -> list[dict[str, str]]:
    return [browser.read(call.request.body) for call in service.calls]  # type: ignore[arg-type]


def choose(user: User, **fields: Any) -> Alerts:
    Alerts.objects.update_or_create(user=user, defaults=fields)
    return Alerts.objects.get(user=user)


# With no tab open


def test_what_a_buyer_wrote_is_pushed_encrypted_and_signed(
    shop: Shop, owner: User, browser: OwnBrowser, service: responses.RequestsMock
) -> None:
    room = make_conversation(shop, "masih ada kak?")
    alerts.tell(Alerts.objects.get().pk)
    assert told(service, browser) == [
        {"title": "rina · Toko Uji", "body": "masih ada kak?", "url": f"/chat/{room.pk}/"}
    ]
    headers = service.calls[0].request.headers
    assert headers["Topic"] == "chats"
    assert headers["Authorization"].startswith("vapid t=")
    assert b"masih" not in service.calls[0].request.body  # type: ignore[operator]


def test_nothing_is_pushed_twice(shop: Shop, browser: OwnBrowser, service: responses.RequestsMock) -> None:
    make_conversation(shop, "halo")
    for _ in range(2):
        alerts.tell(Alerts.objects.get().pk)
    assert len(service.calls) == 1


def test_several_chats_are_one_word_and_the_next_one_waits(
    shop: Shop, owner: User, browser: OwnBrowser, service: responses.RequestsMock, nudges: list[Any]
) -> None:
    for name in ("rina", "dewi", "joko"):
        make_conversation(shop, f"halo dari {name}", name=name)
    choices = choose(owner, language="en")
    alerts.tell(choices.pk)
    assert [each["title"] for each in told(service, browser)] == ["3 chats have new messages"]
    make_conversation(shop, "satu lagi", name="tuti")
    alerts.tell(choices.pk)
    assert len(service.calls) == 1
    choices.refresh_from_db()
    assert choices.news > choices.told
    assert choices.told_at is not None
    assert choices.next_at == choices.told_at + alerts.GROUPED
    Alerts.objects.update(told_at=timezone.now() - alerts.GROUPED, next_at=timezone.now())
    sweep_alerts()
    assert ("tell_person", (choices.pk,)) in nudges


def test_what_was_read_meanwhile_is_not_told(
    shop: Shop, owner: User, browser: OwnBrowser, service: responses.RequestsMock
) -> None:
    make_conversation(shop, "halo").mark_read(owner)
    alerts.tell(Alerts.objects.get().pk)
    assert not service.calls
    assert not Alerts.objects.due().exists()


def test_what_comes_in_while_one_is_told_is_told_next(
    shop: Shop, owner: User, browser: OwnBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_conversation(shop, "halo")
    monkeypatch.setattr(web_push, "push", lambda *call: make_conversation(shop, "eh", name="dewi"))
    alerts.tell(Alerts.objects.get().pk)
    choices = Alerts.objects.get()
    assert (choices.news, choices.told) == (2, 1)


def test_who_has_a_tab_open_is_looked_at_again_later(
    shop: Shop, owner: User, browser: OwnBrowser, service: responses.RequestsMock
) -> None:
    make_conversation(shop, "halo")
    owner.touch()
    alerts.tell(Alerts.objects.get().pk)
    assert not service.calls
    User.objects.update(seen_at=None)
    Alerts.objects.update(next_at=timezone.now())
    alerts.tell(Alerts.objects.get().pk)
    assert len(service.calls) == 1


def test_the_buyers_words_stay_here_when_the_person_said_so(
    shop: Shop, owner: User, browser: OwnBrowser, service: responses.RequestsMock
) -> None:
    choose(owner, shows_text=False)
    make_conversation(shop, "rahasia")
    alerts.tell(Alerts.objects.get().pk)
    assert "rina" not in str(told(service, browser))
    assert "rahasia" not in str(told(service, browser))
    assert told(service, browser)[0]["title"] == "Toko Uji"


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(shop: Shop, browser: OwnBrowser, status: int) -> None:
    make_conversation(shop, "halo")
    with responses.RequestsMock() as service:
        service.post(SERVICE, status=status)
        alerts.tell(Alerts.objects.get().pk)
    assert not PushSubscription.objects.exists()


def test_a_service_that_is_down_keeps_the_browser(shop: Shop, browser: OwnBrowser) -> None:
    make_conversation(shop, "halo")
    with responses.RequestsMock() as service:
        service.post(SERVICE, status=503)
        alerts.tell(Alerts.objects.get().pk)
    assert PushSubscription.objects.exists()


def test_signing_out_ends_it_on_that_device(owner: User, browser: OwnBrowser) -> None:
    Session.objects.filter(user=owner).delete()
    assert not PushSubscription.objects.exists()


def test_only_people_who_may_see_the_shop_are_counted(
    shop: Shop, owner: User, colleague: User, stranger: User, service: responses.RequestsMock
) -> None:
    limit_to(colleague, make_shop(shop.seller, name="Lain"))
    for number, person in enumerate((owner, colleague, stranger)):
        subscribe(person, f"{SERVICE}-{number}")
    make_conversation(shop, "halo")
    assert {each.user for each in Alerts.objects.filter(news=1)} == {owner}


def test_who_lost_the_shop_meanwhile_is_told_nothing(
    shop: Shop, colleague: User, service: responses.RequestsMock
) -> None:
    subscribe(colleague)
    make_conversation(shop, "halo")
    limit_to(colleague, make_shop(shop.seller, name="Lain"))
    alerts.tell(Alerts.objects.get().pk)
    assert not service.calls


@pytest.mark.parametrize(
    ("which", "is_told_of"),
    [("open", {"mine", "nobodys"}), ("mine", {"mine"}), ("all", {"mine", "nobodys", "theirs"})],
)
def test_a_person_hears_of_the_chats_that_they_chose(
    shop: Shop, owner: User, colleague: User, which: str, is_told_of: set[str]
) -> None:
    rooms = {name: make_conversation(shop, "halo", name=name) for name in ("mine", "nobodys", "theirs")}
    rooms["mine"].serve(owner)
    rooms["theirs"].serve(colleague)
    choices = choose(owner, which=which)
    assert {str(room) for room in alerts.wanted_by(choices)} == is_told_of


# Quiet hours

NIGHT = (time(22), time(7))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "zone", "now", "until"),
    [
        # 22:00 to 07:00 in Jakarta (UTC+7)
        (NIGHT, "Asia/Jakarta", at(1, 15, 30), at(2, 0)),
        (NIGHT, "Asia/Jakarta", at(1, 23, 30), at(2, 0)),
        (NIGHT, "Asia/Jakarta", at(1, 14, 59), None),
        (NIGHT, "Asia/Jakarta", at(1, 0), None),
        # The same hour is already quiet further east
        (NIGHT, "Asia/Jayapura", at(1, 14), at(1, 22)),
        ((time(12), time(13)), "Asia/Makassar", at(1, 4, 30), at(1, 5)),
        ((None, None), "Asia/Jakarta", at(1, 15, 30), None),
        ((time(7), time(7)), "Asia/Jakarta", at(1, 0), None),
    ],
)
def test_quiet_hours_end_when_the_person_said(
    hours: tuple[time | None, time | None], zone: str, now: datetime, until: datetime | None
) -> None:
    choices = Alerts(quiet_from=hours[0], quiet_until=hours[1], zone=zone)
    assert alerts.quiet_end(choices, now) == (until or now)


def test_in_quiet_hours_nothing_is_pushed_and_all_of_it_is_when_they_end(
    shop: Shop, owner: User, browser: OwnBrowser, service: responses.RequestsMock, time_machine: Any
) -> None:
    choose(owner, quiet_from=time(22), quiet_until=time(7), zone="Asia/Jakarta")
    time_machine.move_to(datetime(2030, 12, 1, 16, tzinfo=UTC), tick=False)
    make_conversation(shop, "malam kak")
    alerts.tell(Alerts.objects.get().pk)
    assert not service.calls
    assert Alerts.objects.get().next_at == datetime(2030, 12, 2, tzinfo=UTC)
    time_machine.move_to(datetime(2030, 12, 2, 0, 0, 1, tzinfo=UTC), tick=False)
    alerts.tell(Alerts.objects.get().pk)
    assert len(service.calls) == 1


# A tab that is out of sight


def look(client: Client, cursor: str, **more: str) -> HttpResponse:
    answer: HttpResponse = client.get(reverse("conversations:live"), {"since": cursor, **more})  # type: ignore[assignment]
    return answer


def heard(client: Client, cursor: str, visible: str = "0") -> Any:
    """What the browser is given to say, if anything."""
    told = json.loads(look(client, cursor, visible=visible).headers.get("HX-Trigger", "{}"))
    return told.get("forstok:alert")


def cursor_of(client: Client) -> str:
    page = client.get(reverse("conversations:inbox"))
    return str(page.context["cursor"])


def test_a_tab_out_of_sight_is_told_with_the_changes_and_one_in_sight_is_not(
    shop: Shop, owner_client: Client
) -> None:
    cursor = cursor_of(owner_client)
    room = make_conversation(shop, "masih ada?")
    told = {"title": "rina · Toko Uji", "body": "masih ada?", "url": f"/chat/{room.pk}/"}
    assert heard(owner_client, cursor) == told
    assert heard(owner_client, cursor, visible="1") is None


def test_a_tab_out_of_sight_is_silent_for_who_wants_no_notifications(
    shop: Shop, owner: User, owner_client: Client
) -> None:
    choose(owner, is_on=False)
    cursor = cursor_of(owner_client)
    make_conversation(shop, "masih ada?")
    assert heard(owner_client, cursor) is None


def test_the_shops_own_answers_are_no_news(shop: Shop, owner: User, owner_client: Client) -> None:
    room = make_conversation(shop, "masih ada?")
    cursor = cursor_of(owner_client)
    room.serve(owner)
    assert heard(owner_client, cursor) is None


def test_the_icon_has_a_dot_while_something_is_unread(shop: Shop, owner: User, owner_client: Client) -> None:
    assert "mark-unread.svg" not in owner_client.get(reverse("conversations:inbox")).content.decode()
    room = make_conversation(shop, "halo")
    assert "mark-unread.svg" in owner_client.get(reverse("conversations:inbox")).content.decode()
    cursor = cursor_of(owner_client)
    room.mark_read(owner)
    assert "mark-unread.svg" not in look(owner_client, cursor).content.decode()


# The page


def test_choices_are_kept_with_the_language_of_the_page(owner: User, owner_client: Client) -> None:
    chosen = {
        "which": "mine",
        "has_sound": "on",
        "quiet_from": "22:00",
        "quiet_until": "07:00",
        "zone": "Asia/Makassar",
    }
    answer = owner_client.post(reverse("conversations:alerts"), chosen, headers={"Accept-Language": "en"})
    assert answer.status_code == 302
    choices = Alerts.objects.get(user=owner)
    assert (choices.which, choices.has_sound, choices.is_on, choices.shows_text) == (
        "mine",
        True,
        False,
        False,
    )
    assert (choices.quiet_from, choices.quiet_until, choices.zone) == (time(22), time(7), "Asia/Makassar")
    assert choices.language == "en"


def test_the_sound_is_there_for_who_asked_for_it_only(owner: User, owner_client: Client) -> None:
    assert "chime.wav" not in owner_client.get(reverse("conversations:inbox")).content.decode()
    choose(owner, has_sound=True)
    assert "chime.wav" in owner_client.get(reverse("conversations:inbox")).content.decode()


def test_quiet_hours_with_one_end_come_back_as_they_were(owner_client: Client) -> None:
    answer = owner_client.post(
        reverse("conversations:alerts"), {"which": "open", "quiet_from": "22:00", "zone": "Asia/Jakarta"}
    )
    assert answer.status_code == 422
    assert 'value="22:00"' in answer.content.decode()


def test_a_browser_joins_and_belongs_to_who_is_signed_in_there(
    owner: User, colleague: User, owner_client: Client
) -> None:
    subscribe(colleague)
    wish = json.dumps({"endpoint": SERVICE, "keys": BROWSER_KEYS})
    owner_client.post(reverse("conversations:subscriptions"), {"subscription": wish})
    (subscription,) = PushSubscription.objects.all()
    assert subscription.user == owner
    assert subscription.address["endpoint"] == SERVICE
    assert subscription.session_id == owner_client.session.session_key


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/a",
        "https://127.0.0.1/a",
        "https://fcm.googleapis.com.evil.test/a",
        "https://fcm.googleapis.com:8443/a",
        "https://evil@fcm.googleapis.com/a",
        "https://xpush.apple.com/a",
    ],
)
def test_no_browser_sends_us_anywhere_else(owner_client: Client, endpoint: str) -> None:
    wish = json.dumps({"endpoint": endpoint, "keys": BROWSER_KEYS})
    owner_client.post(reverse("conversations:subscriptions"), {"subscription": wish})
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "wish", ["", "null", "{}", "[]", '{"endpoint": "x", "keys": {"p256dh": "a", "auth": "b"}}']
)
def test_nonsense_is_no_subscription(owner_client: Client, wish: str) -> None:
    answer = owner_client.post(reverse("conversations:subscriptions"), {"subscription": wish}, follow=True)
    assert not PushSubscription.objects.exists()
    assert "notice--warning" in answer.content.decode()


def test_a_strangers_browser_cannot_be_switched_off(owner: User, stranger_client: Client) -> None:
    address = reverse("conversations:subscription-ending", args=[subscribe(owner).pk])
    assert stranger_client.post(address).status_code == 404
    assert PushSubscription.objects.exists()


def test_its_address_is_encrypted_in_the_database(owner: User) -> None:
    from django.db import connection

    subscribe(owner)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM conversations_pushsubscription")
        assert "googleapis" not in cursor.fetchone()[0]


def test_the_service_worker_is_served_from_the_root_and_never_kept(client: Client) -> None:
    answer = client.get("/sw.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert b"showNotification" in b"".join(answer)  # type: ignore[arg-type]


def test_without_keys_nothing_is_counted_and_the_page_says_so(
    shop: Shop, owner: User, owner_client: Client, settings: Any
) -> None:
    settings.VAPID_PRIVATE_KEY = ""
    subscribe(owner)
    make_conversation(shop, "halo")
    assert Alerts.objects.get().news == 0
    assert 'data-push=""' in owner_client.get(reverse("conversations:alerts")).content.decode()
