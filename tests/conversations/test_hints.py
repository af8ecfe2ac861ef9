"""What only a push tells of an attachment finds the bubble that a reading brings, in whatever order they come."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import responses
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from conversations import hints
from conversations.ingest import ingest
from conversations.models import Conversation, Event, Message, Push, PushHint
from conversations.rooms import find_or_create
from conversations.tasks import process_push, read_conversation
from forstok_chat.accounts.models import Seller
from marketplaces import media
from marketplaces.content import Hint, IncomingMessage, Kind
from marketplaces.models import MediaFile, Product, Shop
from marketplaces.models.media import id_of
from tests.factories import TOKOPEDIA_KEYS, make_shop, remote, said
from tests.permits import free_permits
from tests.wire import TOKOPEDIA_CHAT

pytestmark = pytest.mark.django_db

PICTURE = "https://images.tokopedia.net/img/chat/{}.jpg"
# As the thread says that nobody told what is attached.
IN_THE_SELLER_CENTRE = "buka di seller centre"


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    free_permits(monkeypatch)


@pytest.fixture
def shop(seller: Seller) -> Shop:
    return make_shop(seller, "tokopedia")


@pytest.fixture
def conversation(shop: Shop) -> Conversation:
    return find_or_create(shop, remote())


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def picture(name: str = "a") -> Hint:
    return Hint(Kind.IMAGE, payload={"url": PICTURE.format(name)})


def product(number: str = "901", text: str = "") -> Hint:
    return Hint(Kind.PRODUCT, text, {"product": number, "name": "Tampah", "price": "Rp3.000"})


def attached(number: int, at: datetime, text: str = "", *, by_buyer: bool = True) -> IncomingMessage:
    """A bubble of which a reading tells no more than that something is attached."""
    kind = Kind.TEXT if text else Kind.UNKNOWN
    label = {} if text else {"label": "attachment"}
    bubble = said(text, by_buyer=by_buyer, at=at, remote_id=str(number), kind=kind)
    return replace(bubble, payload=label | {"attachment": f"6{number}"})


def read(conversation: Conversation, *bubbles: IncomingMessage) -> None:
    ingest(conversation.shop, remote(), bubbles, Message.Source.READING)


def ago(now: datetime, seconds: float) -> datetime:
    return now - timedelta(seconds=seconds)


def told() -> dict[int, str]:
    """Bubble -> the picture or product that it is known to be; "" while nobody told."""
    found = Message.objects.order_by("sent_at", "sequence")
    names = {
        int(row.remote_id or 0): str(row.payload.get("url") or row.payload.get("product") or "")
        for row in found
    }
    return {number: name.rpartition("/")[2].removesuffix(".jpg") for number, name in names.items()}


# In whatever order


def test_a_push_before_the_reading_waits_for_its_bubble(conversation: Conversation, now: datetime) -> None:
    hints.take(conversation, picture(), ago(now, 1))
    read(conversation, attached(1, ago(now, 2)))
    message = Message.objects.get()
    assert (message.kind, message.payload) == ("image", {"attachment": "61", "url": PICTURE.format("a")})
    assert PushHint.objects.get().message == message


def test_a_push_after_the_reading_finds_its_bubble_at_once(conversation: Conversation, now: datetime) -> None:
    read(conversation, attached(1, ago(now, 2)))
    Event.objects.all().delete()
    hints.take(conversation, picture(), ago(now, 1))
    assert told() == {1: "a"}
    assert Event.objects.get().message == Message.objects.get(), "open screens draw it again"


def test_two_pictures_in_a_hurry_are_told_apart_by_their_order(
    conversation: Conversation, now: datetime
) -> None:
    hints.take(conversation, picture("a"), ago(now, 2))
    hints.take(conversation, picture("b"), ago(now, 1.9))
    read(conversation, attached(1, ago(now, 2.3)), attached(2, ago(now, 2.2)))
    assert told() == {1: "a", 2: "b"}


def test_a_reading_between_two_pushes_waits_for_the_second(conversation: Conversation, now: datetime) -> None:
    hints.take(conversation, picture("a"), ago(now, 2))
    read(conversation, attached(1, ago(now, 2.3)), attached(2, ago(now, 2.2)))
    assert told() == {1: "", 2: ""}, "it could be either"
    hints.take(conversation, picture("b"), ago(now, 1))
    assert told() == {1: "a", 2: "b"}


def test_each_picture_with_its_own_reading_is_told_at_once(conversation: Conversation, now: datetime) -> None:
    for number, name in ((1, "a"), (2, "b"), (3, "c")):
        hints.take(conversation, picture(name), ago(now, 6 - number))
        read(conversation, attached(number, ago(now, 6.2 - number)))
    assert told() == {1: "a", 2: "b", 3: "c"}


def test_the_push_of_the_first_of_two_pictures_was_lost(conversation: Conversation, now: datetime) -> None:
    hints.take(conversation, picture("b"), ago(now, 30))
    read(conversation, attached(1, ago(now, 33)), attached(2, ago(now, 31)))
    assert told() == {1: "", 2: "b"}


def test_the_push_of_the_second_of_two_pictures_was_lost(conversation: Conversation, now: datetime) -> None:
    hints.take(conversation, picture("a"), ago(now, 30))
    read(conversation, attached(1, ago(now, 31)), attached(2, ago(now, 28)))
    assert told() == {1: "a", 2: ""}


def test_a_bubble_from_before_the_push_is_likelier_than_one_from_just_after(
    conversation: Conversation, now: datetime
) -> None:
    hints.take(conversation, picture("a"), ago(now, 30))
    read(conversation, attached(1, ago(now, 33)), attached(2, ago(now, 29.5)))
    assert told() == {1: "a", 2: ""}


def test_the_push_of_the_second_of_three_pictures_was_lost_and_all_were_late(
    conversation: Conversation, now: datetime
) -> None:
    hints.take(conversation, picture("a"), ago(now, 30))
    hints.take(conversation, picture("c"), ago(now, 29))
    read(conversation, *(attached(number, ago(now, 70 - number)) for number in (1, 2, 3)))
    found = told()
    assert [name for name in found.values() if name] == ["a", "c"], "in their order, whichever lacks one"


def test_a_lost_push_leaves_the_bubble_as_an_attachment(
    conversation: Conversation, now: datetime, owner_client: Client
) -> None:
    read(conversation, attached(1, ago(now, 30)), attached(2, ago(now, 29), "lihat ini"))
    page = owner_client.get(reverse("conversations:thread", args=[conversation.pk])).content.decode()
    assert page.count(IN_THE_SELLER_CENTRE) == 2
    assert "lihat ini" in page


def test_an_older_bubble_without_a_push_is_not_taken_for_the_new_one(
    conversation: Conversation, now: datetime
) -> None:
    """It is the only one that was read yet, but too old for a push that has just come."""
    read(conversation, attached(1, ago(now, 200)))
    hints.take(conversation, picture("b"), ago(now, 1))
    assert told() == {1: ""}
    read(conversation, attached(2, ago(now, 2)))
    assert told() == {1: "", 2: ""}, "two may be meant, so it waits"
    PushHint.objects.update(received_at=ago(now, 11))
    Message.objects.filter(remote_id="2").update(sent_at=ago(now, 12))
    read(conversation)
    assert told() == {1: "", 2: "b"}


def test_a_hint_that_waits_has_the_conversation_read_again(conversation: Conversation, now: datetime) -> None:
    hints.take(conversation, picture(), ago(now, 4))
    conversation.refresh_from_db()
    assert conversation.reading_due_at == ago(now, 4) + hints.PATIENCE


def test_a_reading_that_is_due_sooner_is_not_put_off(conversation: Conversation, now: datetime) -> None:
    conversation.request_reading(now)
    hints.take(conversation, picture(), now)
    conversation.refresh_from_db()
    assert conversation.reading_due_at == now


def test_a_hint_that_waited_long_enough_asks_for_nothing(conversation: Conversation, now: datetime) -> None:
    hints.take(conversation, picture(), ago(now, 60))
    conversation.refresh_from_db()
    assert conversation.reading_due_at is None
    read(conversation, attached(1, ago(now, 61)))
    assert told() == {1: "a"}, "but takes its bubble whenever that comes"


# Once more, or again


def test_the_same_push_within_seconds_is_one(conversation: Conversation, now: datetime) -> None:
    for seconds in (30, 27, 34):
        hints.take(conversation, picture(), ago(now, seconds))
    read(conversation, attached(1, ago(now, 31)))
    assert (PushHint.objects.count(), told()) == (1, {1: "a"})


def test_the_same_push_after_its_bubble_is_told_changes_nothing(
    conversation: Conversation, now: datetime
) -> None:
    hints.take(conversation, product(), ago(now, 30))
    read(conversation, attached(1, ago(now, 31)), attached(2, ago(now, 26)))
    hints.take(conversation, product(), ago(now, 25))
    assert (PushHint.objects.count(), told()) == (1, {1: "901", 2: ""})


def test_the_same_product_minutes_later_is_another_bubble(conversation: Conversation, now: datetime) -> None:
    hints.take(conversation, product(), ago(now, 200))
    read(conversation, attached(1, ago(now, 201)))
    hints.take(conversation, product(), ago(now, 30))
    read(conversation, attached(2, ago(now, 31)))
    assert told() == {1: "901", 2: "901"}


def test_a_hint_whose_bubble_never_came_is_forgotten_and_in_nobodys_way(
    conversation: Conversation, now: datetime
) -> None:
    hints.take(conversation, picture("gone"), ago(now, 23 * 3600))
    hints.take(conversation, picture("b"), ago(now, 1))
    read(conversation, attached(1, ago(now, 2)))
    assert told() == {1: "b"}
    PushHint.objects.filter(message=None).update(received_at=ago(now, 25 * 3600))
    hints.take(conversation, picture("c"), now)
    assert not PushHint.objects.filter(payload=picture("gone").payload).exists()


# Which bubble


def test_a_bubble_from_before_or_long_after_the_push_is_another(
    conversation: Conversation, now: datetime
) -> None:
    hints.take(conversation, picture(), ago(now, 30))
    read(conversation, attached(1, ago(now, 30 + 601)), attached(2, ago(now, 30 - 16)))
    assert told() == {1: "", 2: ""}


def test_a_clock_that_is_a_little_ahead_does_no_harm(conversation: Conversation, now: datetime) -> None:
    hints.take(conversation, picture(), ago(now, 30))
    read(conversation, attached(1, ago(now, 30 - 14)))
    assert told() == {1: "a"}


def test_the_shops_own_attachment_is_not_the_buyers(conversation: Conversation, now: datetime) -> None:
    hints.take(conversation, picture(), ago(now, 30))
    read(conversation, attached(1, ago(now, 31), by_buyer=False))
    assert told() == {1: ""}


def test_the_words_beside_it_have_to_be_the_same(conversation: Conversation, now: datetime) -> None:
    hints.take(conversation, product("901", "yang  ini kak"), ago(now, 29))
    hints.take(conversation, picture("a"), ago(now, 30))
    read(conversation, attached(1, ago(now, 32)), attached(2, ago(now, 31), "yang ini kak"))
    assert told() == {1: "a", 2: "901"}
    assert Message.objects.get(remote_id="2").text == "yang ini kak"


@pytest.mark.parametrize("text", ["jempol", ""])
def test_the_name_of_a_sticker_may_stand_in_the_push_alone(
    conversation: Conversation, now: datetime, text: str
) -> None:
    hints.take(conversation, Hint(Kind.STICKER, "jempol", {"sticker": "jempol"}), ago(now, 30))
    read(conversation, attached(1, ago(now, 31), text))
    message = Message.objects.get()
    assert (message.kind, message.payload["sticker"], message.text) == ("sticker", "jempol", text)


def test_a_text_without_an_attachment_is_nothing_for_a_hint(
    conversation: Conversation, now: datetime
) -> None:
    hints.take(conversation, picture(), ago(now, 30))
    read(conversation, said("halo", at=ago(now, 31), remote_id="1"))
    assert Message.objects.get().kind == "text"


def test_what_the_marketplace_tells_itself_is_not_overwritten(
    conversation: Conversation, now: datetime
) -> None:
    known = replace(
        attached(1, ago(now, 31)), kind=Kind.IMAGE, payload={"attachment": "61", "url": "https://x"}
    )
    hints.take(conversation, picture(), ago(now, 30))
    read(conversation, known)
    assert Message.objects.get().payload["url"] == "https://x"


def test_many_pictures_at_once_do_not_take_all_day(conversation: Conversation, now: datetime) -> None:
    for number in range(30):
        hints.take(conversation, picture(str(number)), ago(now, 60 - number / 10))
    read(conversation, *(attached(number, ago(now, 61 - number / 10)) for number in range(1, 40)))
    found = [int(name) for name in told().values() if name]
    assert found == sorted(found)
    assert len(found) == hints.MOST_TOLD_APART


# What comes of it


def test_later_readings_do_not_forget_what_the_push_told(conversation: Conversation, now: datetime) -> None:
    hints.take(conversation, picture(), ago(now, 30))
    read(conversation, attached(1, ago(now, 31)))
    Event.objects.all().delete()
    read(conversation, attached(1, ago(now, 31)))
    assert told() == {1: "a"}
    assert not Event.objects.exists(), "and find nothing new"


def test_a_later_reading_that_tells_more_wins(conversation: Conversation, now: datetime) -> None:
    hints.take(conversation, picture(), ago(now, 30))
    read(conversation, attached(1, ago(now, 31)))
    read(conversation, said("dihapus", at=ago(now, 31), remote_id="1"))
    message = Message.objects.get()
    assert (message.kind, message.text, message.payload) == ("text", "dihapus", {})


def test_the_picture_is_copied_and_shown(
    conversation: Conversation, now: datetime, owner_client: Client
) -> None:
    hints.take(conversation, picture(), ago(now, 30))
    read(conversation, attached(1, ago(now, 31)))
    copy = id_of(conversation.shop_id, PICTURE.format("a"))
    assert copy in media.due()
    page = owner_client.get(reverse("conversations:thread", args=[conversation.pk])).content.decode()
    assert reverse("conversations:media-small", args=[copy]) in page
    assert IN_THE_SELLER_CENTRE not in page


def test_a_picture_that_was_read_before_is_copied_too(conversation: Conversation, now: datetime) -> None:
    read(conversation, attached(1, ago(now, 2)))
    hints.take(conversation, picture(), ago(now, 1))
    assert id_of(conversation.shop_id, PICTURE.format("a")) in media.due()


@pytest.mark.parametrize("is_read_first", [True, False])
def test_the_product_is_wanted_and_shown_meanwhile(
    conversation: Conversation,
    now: datetime,
    owner_client: Client,
    django_capture_on_commit_callbacks: Any,
    is_read_first: bool,
) -> None:
    shown = replace(product(), payload={**product().payload, "picture_url": PICTURE.format("p")})
    with django_capture_on_commit_callbacks(execute=True):
        if is_read_first:
            read(conversation, attached(1, ago(now, 31)))
        hints.take(conversation, shown, ago(now, 30))
        if not is_read_first:
            read(conversation, attached(1, ago(now, 31)))
    assert Product.objects.get(shop=conversation.shop, remote_id="901").wanted_at is not None
    page = owner_client.get(reverse("conversations:thread", args=[conversation.pk])).content.decode()
    assert "Tampah" in page
    assert "Rp3.000" in page
    assert (
        reverse("conversations:media-small", args=[id_of(conversation.shop_id, PICTURE.format("p"))]) in page
    )
    assert MediaFile.objects.get().next_attempt_at is None, "fetched when somebody looks"


def test_a_hint_with_a_nul_is_kept_without_it(conversation: Conversation, now: datetime) -> None:
    hints.take(conversation, Hint(Kind.STICKER, "a\x00b", {"sticker": "a\x00b"}), now)
    assert PushHint.objects.get().payload == {"sticker": "ab"}


# Over the wire


def push(client: Client, shop: Shop, message: str = "", **payload: Any) -> None:
    """A chat push as live connectors see it, delivered and processed."""
    body = json.dumps(
        {
            "msg_id": 880001, "user_id": 510001, "message": message, "thumbnail": "", "full_name": "Rangga",
            "shop_id": int(shop.remote_id), **({"payload": payload} if payload else {}),
        }
    ).encode()  # fmt: skip
    signature = hmac.new(TOKOPEDIA_KEYS["webhook_secret"].encode(), body, hashlib.sha256).hexdigest()
    headers = {"Authorization-Hmac": signature}
    answer = client.post("/webhooks/tokopedia/", body, content_type="application/json", headers=headers)
    assert answer.status_code == 200
    process_push(Push.objects.latest("pk").pk)


def bubble(number: int, at: datetime, msg: str = "", **fields: Any) -> dict[str, Any]:
    return {
        "msg_id": 880001, "reply_id": number, "msg": msg, "reply_time": int(at.timestamp() * 1000),
        "role": "User", "is_opposite": True, "attachment_id": 0, "sender_name": "Rangga",
    } | fields  # fmt: skip


def replies(web: responses.RequestsMock, *rows: dict[str, Any]) -> None:
    web.upsert("GET", f"{TOKOPEDIA_CHAT}/880001/replies", json={"header": {}, "data": list(rows)})


def test_a_picture_comes_over_the_wire(
    web: responses.RequestsMock, client: Client, shop: Shop, now: datetime
) -> None:
    url = PICTURE.format("a")
    push(client, shop, attachment_type=2, image={"image_url": url}, product={"product_id": 0})
    replies(web, bubble(1, ago(now, 1), attachment_id=60001))
    read_conversation(str(Conversation.objects.get().pk))
    message = Message.objects.get()
    assert (message.kind, message.payload) == ("image", {"attachment": "60001", "url": url})
    assert Conversation.objects.get().reading_due_at is None, "nothing is left to wait for"


def test_the_same_text_twice_is_what_the_reading_says(
    web: responses.RequestsMock, client: Client, shop: Shop, now: datetime
) -> None:
    replies(web, bubble(1, ago(now, 1), "halo"))
    for _time in range(2):
        push(client, shop, "halo")
        read_conversation(str(Conversation.objects.get().pk))
    assert Message.objects.count() == 1
    replies(web, bubble(1, ago(now, 1), "halo"), bubble(2, now, "halo"))
    push(client, shop, "halo")
    read_conversation(str(Conversation.objects.get().pk))
    assert Message.objects.count() == 2
    assert not PushHint.objects.exists(), "a text needs no hint"
