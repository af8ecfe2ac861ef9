"""Tokopedia from the first click to a refused picture: the product and the sandbox over real HTTP, both ways."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from conversations import cards, imports, outbox
from conversations.dispatch import Draft
from conversations.models import Conversation, Message, OutgoingMessage, Push
from conversations.tasks import deliver, process_push, read_conversation, settle
from forstok_chat.accounts.models import Seller, User
from marketplaces import feeds, media
from marketplaces.content import Kind
from marketplaces.models import App, Feed, MediaFile, Order, Product, Shop
from marketplaces.registry import connector_for
from tests.permits import free_permits
from tests.pictures import picture
from tests.sandbox.callers import ELEKTRONIK, KEYS, WAITING, Running, start, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
NINA = "Nina Baru"


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    free_permits(monkeypatch)


@pytest.fixture
def sandbox(live_server: LiveServer, tmp_path: Path, settings: Any) -> Iterator[Running]:
    """It pushes to us and fetches pictures from us."""
    settings.PUBLIC_URL = live_server.url
    running = start(tmp_path / "sandbox", live_server.url)
    running.control("limits", marketplace="tokopedia", endpoint="*", rate=1000, burst=1000)
    yield running
    running.stop()


@pytest.fixture
def app(sandbox: Running) -> App:
    keys = {
        "api_url": f"{sandbox.url}/tokopedia",
        "auth_url": f"{sandbox.url}/tokopedia-accounts",
        "fs_id": str(KEYS.tokopedia_fs_id),
        "client_id": KEYS.tokopedia_client_id,
        "client_secret": KEYS.tokopedia_client_secret,
        "webhook_secret": KEYS.tokopedia_webhook_secret,
    }
    return App.objects.create(marketplace="tokopedia", keys=keys)


def click(client: Client, seller: Seller, remote_id: int) -> Shop:
    """The one click of activating a shop."""
    shop = Shop.objects.create(seller=seller, marketplace="tokopedia", remote_id=str(remote_id))
    client.post(f"/shops/{shop.pk}/activation/")
    shop.refresh_from_db()
    return shop


@pytest.fixture
def shop(app: App, owner_client: Client, seller: Seller) -> Shop:
    return click(owner_client, seller, ELEKTRONIK)


def process_pushes(count: int) -> None:
    """So many have come, and all are worked off."""
    wait_for(lambda: Push.objects.count() == count)
    for push in Push.objects.filter(state=Push.State.RECEIVED).order_by("pk"):
        process_push(push.pk)
    assert set(Push.objects.values_list("state", "problem")) == {("done", "")}


def room_of_nina() -> Conversation:
    return Conversation.objects.get(buyer_name=NINA)


@pytest.mark.parametrize("header", [True, False])
def test_one_click_activates_what_tokopedia_lets_the_app_speak_for(
    sandbox: Running, app: App, owner_client: Client, seller: Seller, header: bool
) -> None:
    sandbox.control("tokopedia", header=header)
    assert click(owner_client, seller, ELEKTRONIK).is_active
    waiting = click(owner_client, seller, WAITING)
    assert not waiting.is_active
    sandbox.control("tokopedia", shop=WAITING, accepted=True)
    owner_client.post(f"/shops/{waiting.pk}/activation/")
    waiting.refresh_from_db()
    assert waiting.is_active


def test_its_chats_orders_and_products_come_in(sandbox: Running, shop: Shop) -> None:
    imports.ensure_started(shop)
    job = imports.claim(str(shop.pk))
    assert job is not None
    imports.run(job, connector_for(shop))
    assert Conversation.objects.count() == 15
    for kind in Feed.Kind:
        copy_all(Feed.objects.create(shop=shop, kind=kind))
    assert Product.objects.filter(is_listed=True).count() > 12
    buyers = set(Order.objects.values_list("buyer_id", flat=True))
    assert buyers & set(Conversation.objects.values_list("buyer_id", flat=True)), "one space of ids"


def copy_all(feed: Feed) -> None:
    while feed.through_at is None:
        claimed = feeds.claim(feed.pk)
        assert claimed is not None
        feeds.run(claimed, connector_for(claimed.shop), partial(cards.announce, claimed.shop))
        feed.refresh_from_db()
        assert feed.problem == ""


@pytest.mark.parametrize("mode", ["normal", "duplicate"])
def test_what_only_pushes_tell_is_shown(sandbox: Running, shop: Shop, mode: str) -> None:
    sandbox.control("push", marketplace="tokopedia", mode=mode)
    for kind in ("image", "item", "sticker"):
        sandbox.buyer_says("tokopedia", ELEKTRONIK, NINA, kind=kind, text="")
    process_pushes(6 if mode == "duplicate" else 3)
    read_conversation(str(room_of_nina().pk))
    bubbles = list(room_of_nina().messages.oldest_first())
    assert [bubble.kind for bubble in bubbles] == ["image", "product", "sticker"]
    copy = MediaFile.objects.get(url=bubbles[0].payload["url"])
    claimed = media.claim(copy.pk)
    assert claimed is not None
    media.fetch(claimed)
    assert claimed.state == "stored"


def test_a_lost_push_leaves_an_attachment(sandbox: Running, shop: Shop) -> None:
    sandbox.control("push", marketplace="tokopedia", mode="off")
    sandbox.buyer_says("tokopedia", ELEKTRONIK, NINA, kind="image")
    sandbox.control("push", marketplace="tokopedia", mode="normal")
    sandbox.buyer_says("tokopedia", ELEKTRONIK, NINA, text="kelihatan?")
    process_pushes(1)
    read_conversation(str(room_of_nina().pk))
    first, second = room_of_nina().messages.oldest_first()
    assert (first.kind, first.payload["label"], second.text) == ("unknown", "attachment", "kelihatan?")


def test_an_order_that_changes_is_known_at_once(sandbox: Running, shop: Shop) -> None:
    values = {"marketplace": "tokopedia", "shop": ELEKTRONIK}
    order = sandbox.control("orders", buyer=NINA, **values)["order"]
    process_pushes(1)
    assert Order.objects.get(remote_id=order["id"]).status == "to_ship"
    sandbox.control("orders", order=order["id"], status="SHIPPED", **values)
    process_pushes(2)
    row = Order.objects.get(remote_id=order["id"])
    assert (row.status, row.remote_status, int(row.total or 0)) == ("shipped", "500", order["total"])


# Answering


@pytest.fixture
def room(sandbox: Running, shop: Shop) -> Conversation:
    sandbox.buyer_says("tokopedia", ELEKTRONIK, NINA, text="ada foto aslinya?")
    process_pushes(1)
    read_conversation(str(room_of_nina().pk))
    return room_of_nina()


def send_picture(room: Conversation, by: User) -> OutgoingMessage:
    file = media.take_upload(room.shop, picture())
    outgoing = outbox.enqueue(room, by, Draft(Kind.IMAGE, attachment=file), uuid.uuid4()).outgoing
    return deliver_now(outgoing)


def deliver_now(outgoing: OutgoingMessage) -> OutgoingMessage:
    """Sent, and read back where only that proves it."""
    for task, argument in ((deliver, str(outgoing.conversation_id)), (settle, outgoing.pk)):
        OutgoingMessage.objects.filter(pk=outgoing.pk).update(next_attempt_at=timezone.now())
        task(argument)
    return OutgoingMessage.objects.select_related("message").get(pk=outgoing.pk)


def test_a_picture_reaches_the_buyer(sandbox: Running, room: Conversation, owner: User) -> None:
    sent = send_picture(room, owner)
    assert (sent.state, sent.problem_text) == ("sent", "")
    said = sandbox.truth("tokopedia", ELEKTRONIK, NINA)[-1]
    assert (said["kind"], sent.message.remote_id) == ("image", said["id"])
    assert sandbox.http.get(said["content"]["url"]).status_code == 200


def test_a_refused_picture_reaches_the_buyer_as_a_link(
    sandbox: Running, room: Conversation, owner: User, owner_client: Client
) -> None:
    sandbox.control("tokopedia", pictures=False)
    refused = send_picture(room, owner)
    assert (refused.state, refused.problem_code) == ("failed", "picture_refused")
    owner_client.post(f"/messages/{refused.message.client_id}/link/")
    assert deliver_now(refused).state == "sent"
    said = sandbox.truth("tokopedia", ELEKTRONIK, NINA)[-1]
    assert sandbox.http.get(said["text"]).headers["Content-Type"] == "image/jpeg"
    assert Message.objects.filter(conversation=room).count() == 2
