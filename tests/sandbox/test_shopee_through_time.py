"""Our own product against it, over real HTTP, while its clock moves: 5 hours, 31 days, 366 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from conversations.models import Push
from conversations.tasks import process_push, sync_shop
from forstok_chat.accounts.models import Seller
from marketplaces import clock
from marketplaces.models import App, Shop
from tests.factories import make_shop
from tests.sandbox.callers import GADGET, KEYS, Receiver, Running, wait_for

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86_400
EXPIRING, REVOKED = 12, 2


@dataclass
class Story:
    """The owner's browser, the shop in our database, and what of Shopee's pushes has come so far."""

    browser: Client
    sandbox: Running
    receiver: Receiver
    shop: Shop

    def activate(self) -> None:
        """Off to Shopee's login, and back with its code."""
        begun = self.browser.post(reverse("marketplaces:activation", args=[self.shop.pk]))
        shopee = self.sandbox.http
        login = shopee.get(begun["location"]).headers["location"]
        account = {"username": "nusantara.gadget", "password": "sandbox"}
        consent = shopee.post(login, data=account).headers["location"]
        back = shopee.post(consent, data={"answer": "allow", "days": "365"}).headers["location"]
        parts = urlsplit(back)
        self.browser.get(f"{parts.path}?{parts.query}")
        assert self.fresh().is_active

    def fresh(self) -> Shop:
        self.shop.refresh_from_db()
        return self.shop

    def move(self, seconds: int) -> None:
        self.sandbox.control("clock", advance=seconds)

    def sync(self) -> Shop:
        sync_shop(str(self.shop.pk))
        return self.fresh()

    def refreshed(self) -> int:
        """How often tokens were refreshed with success."""
        return self.sandbox.ask("calls")["shopee"].get("access_token_get", {}).get("ok", 0)

    def take_push(self, code: int) -> None:
        """The next push of this code, as it came, through our webhook and our worker."""
        path, headers, body, _at = wait_for(lambda: self.received(code))
        answer = self.browser.post(
            path,
            body,
            content_type="application/json",
            headers={"authorization": headers["Authorization"]},
        )
        assert (answer.status_code, answer.content) == (200, b"")
        process_push(Push.objects.latest("pk").pk)

    def received(self, code: int) -> Any:
        pairs = zip(self.receiver.received, self.receiver.bodies(), strict=True)
        return next((push for push, told in pairs if told["code"] == code), None)

    def dashboard(self) -> str:
        return self.browser.get("/").content.decode()


def day(in_days: int) -> str:
    return date_format(timezone.localtime() + timedelta(days=in_days), "j F")


@pytest.fixture
def story(
    sandbox: Running,
    receiver: Receiver,
    owner_client: Client,
    seller: Seller,
    settings: Any,
    nudges: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Story:
    monkeypatch.setattr(clock, "offsets", {})
    settings.PUBLIC_URL = receiver.url
    keys = {
        "api_url": f"{sandbox.url}/shopee",
        "partner_id": str(KEYS.shopee_partner_id),
        "partner_key": KEYS.shopee_partner_key,
        "push_key": KEYS.shopee_push_key,
    }
    App.objects.create(marketplace="shopee", keys=keys)
    shop = make_shop(seller, is_active=False)
    Shop.objects.filter(pk=shop.pk).update(remote_id=str(GADGET))
    story = Story(owner_client, sandbox, receiver, shop)
    story.activate()
    return story


def test_after_5_hours_the_tokens_are_refreshed_silently(story: Story) -> None:
    story.sync()
    before = story.dashboard()
    story.move(5 * HOUR)
    assert story.sync().is_active
    assert story.refreshed() == 1
    story.sync()
    assert story.refreshed() == 1
    assert ("Aktif" in before, "Aktifkan lagi" in story.dashboard()) == (True, False)


def test_after_31_days_the_owner_is_asked_to_reconnect_and_can(story: Story) -> None:
    story.sync()
    story.move(31 * DAY)
    shop = story.sync()
    assert (shop.state, story.refreshed()) == (Shop.State.DISCONNECTED, 0)
    page = story.dashboard()
    assert "Aktifkan lagi" in page
    assert "Shopee tidak lagi menerima akses kami ke toko ini" in page
    clock.offsets.clear()  # another process shows the button, and has not called Shopee since
    story.activate()
    assert story.sync().is_active
    assert "Aktifkan lagi" not in story.dashboard()


def test_in_366_days_the_end_of_the_consent_is_told_beforehand(story: Story) -> None:
    for month in range(1, 18):
        story.move(21 * DAY)
        assert story.sync().is_active
        assert story.refreshed() == month
    assert story.received(EXPIRING) is None
    story.move(2 * DAY)  # the 359th
    story.take_push(EXPIRING)
    assert story.sync().is_active
    assert f"Izin berakhir {day(in_days=6)}" in story.dashboard()
    assert "Perbarui" in story.dashboard()

    story.move(7 * DAY)  # the 366th
    story.take_push(REVOKED)
    assert story.sync().state == Shop.State.DISCONNECTED
    page = story.dashboard()
    assert "Aktifkan lagi" in page
    assert "Izin untuk toko ini sudah berakhir" in page


def test_366_days_at_once_are_told_as_they_would_have_been(story: Story) -> None:
    story.move(366 * DAY)
    story.take_push(EXPIRING)
    assert "Aktifkan lagi" in story.dashboard()
    story.take_push(REVOKED)
    assert story.sync().state == Shop.State.DISCONNECTED
