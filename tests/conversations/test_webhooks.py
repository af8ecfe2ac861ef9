from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import Conversation, Message, Push
from conversations.tasks import process_push, sweep_incoming
from forstok_chat.accounts.models import Seller
from marketplaces.models import App, Shop
from tests.factories import SHOPEE_KEYS, make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
URL = "/webhooks/shopee/"


def push_of(shop: Shop, text: str = "halo kak", message_id: str = "2302748948493123953") -> dict[str, Any]:
    """A chat push with the oddities of the real ones: another shop id inside, no msg_id."""
    content = {
        "message_id": message_id,
        "shop_id": 165103149,
        "request_id": "r",
        "from_id": 9030505,
        "from_user_name": "rina_k",
        "to_id": 947151379,
        "to_user_name": "toko",
        "message_type": "text",
        "content": {"text": text},
        "conversation_id": "709122092476686867",
        "created_timestamp": int(timezone.now().timestamp()),
        "region": "ID",
        "source_content": {},
    }
    data = {"type": "message", "region": "ID", "content": content}
    return {"msg_id": "", "data": data, "shop_id": int(shop.remote_id), "code": 10, "timestamp": 1726044722}


def deliver_push(client: Client, push: dict[str, Any], *, key: str = SHOPEE_KEYS["push_key"]) -> int:
    body = json.dumps(push, ensure_ascii=False).encode()
    signed = b"http://testserver/webhooks/shopee/|" + body
    signature = hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
    response = client.post(URL, body, content_type="application/json", headers={"Authorization": signature})
    assert response.content == b""
    return response.status_code


def process_all() -> None:
    for push in Push.objects.filter(state=Push.State.RECEIVED):
        process_push(push.pk)


def test_a_signed_push_is_stored_raw_answered_empty_and_becomes_a_bubble(client: Client, shop: Shop) -> None:
    assert deliver_push(client, push_of(shop)) == 200
    assert Push.objects.get().state == "received"
    assert not Message.objects.exists(), "the answer does not wait for the work"
    process_all()
    message = Message.objects.get()
    assert (message.text, message.origin, message.conversation.shop) == ("halo kak", "buyer", shop)
    assert message.conversation.buyer_name == "rina_k"


def test_a_push_asks_for_a_reading_as_seller_centre_replies_are_never_pushed(
    client: Client, shop: Shop, nudges: list[Any]
) -> None:
    deliver_push(client, push_of(shop))
    process_all()
    conversation = Conversation.objects.get()
    assert conversation.reading_due_at is not None
    assert ("read_conversation", (str(conversation.pk),)) in nudges


def test_the_same_push_twice_is_one_bubble(client: Client, shop: Shop) -> None:
    for _time in range(2):
        deliver_push(client, push_of(shop))
    process_all()
    assert Message.objects.count() == 1


def test_a_push_with_a_wrong_signature_is_refused_and_not_stored(client: Client, shop: Shop) -> None:
    assert deliver_push(client, push_of(shop), key="somebody-else") == 401
    assert not Push.objects.exists()


def test_a_push_for_a_shop_that_is_not_ours_is_accepted_and_dropped(client: Client, shop: Shop) -> None:
    push = push_of(shop) | {"shop_id": 1}
    assert deliver_push(client, push) == 200
    process_all()
    assert Push.objects.get().state == "done"
    assert not Conversation.objects.exists()


def test_the_keys_of_one_sellers_app_do_not_speak_for_anothers_shop(
    client: Client, shop: Shop, stranger: Any
) -> None:
    theirs = Seller.objects.get(name="Toko Lain")
    App.objects.create(
        marketplace="shopee", seller=theirs, keys=SHOPEE_KEYS | {"push_key": "their-key", "partner_key": "k"}
    )
    assert deliver_push(client, push_of(shop), key="their-key") == 200
    process_all()
    assert not Message.objects.exists()


def test_a_push_that_cannot_be_processed_is_kept_and_tried_again(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver_push(client, push_of(shop))
    with monkeypatch.context() as broken:
        broken.setattr("conversations.pushes.apply", lambda *call: 1 / 0)
        process_all()
    push = Push.objects.get()
    assert (push.state, push.attempts) == ("received", 1)
    Push.objects.update(next_attempt_at=timezone.now())
    process_all()
    assert Message.objects.count() == 1


def test_the_sweep_finds_a_push_whose_task_was_lost(client: Client, shop: Shop, nudges: list[Any]) -> None:
    deliver_push(client, push_of(shop))
    nudges.clear()
    sweep_incoming()
    assert ("process_pushes", ()) in nudges


def test_an_unknown_marketplace_is_not_found(client: Client) -> None:
    assert client.post("/webhooks/nowhere/", b"{}", content_type="application/json").status_code == 404


def test_reading_a_webhook_address_is_not_allowed(client: Client) -> None:
    assert client.get(URL).status_code == 405


def test_a_push_to_a_shop_that_is_not_active_is_dropped(client: Client, seller: Seller, shop: Shop) -> None:
    inactive = make_shop(seller, name="Belum", is_active=False)
    deliver_push(client, push_of(inactive))
    process_all()
    assert not Message.objects.exists()


def test_a_push_that_comes_again_under_its_id_is_answered_and_stored_once(
    client: Client, mall_shop: Shop, nudges: list[Any]
) -> None:
    for notification in ("n-1", "n-1", "n-2", "n-1"):
        assert client.post("/webhooks/mall/", notification, content_type="text/plain").status_code == 200
    assert list(Push.objects.values_list("notification", flat=True)) == ["n-1", "n-2"]
    assert [name for name, _arguments in nudges] == ["process_push"] * 2
