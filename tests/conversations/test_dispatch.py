"""Each kind of reply goes out by its own call; files are handed over first."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
import responses
from django.utils import timezone

from conversations import outbox
from conversations.dispatch import LONGEST_WORK, Draft
from conversations.ingest import ingest
from conversations.models import Conversation, Message, OutgoingMessage
from conversations.tasks import deliver
from forstok_chat.accounts.models import User
from marketplaces import media, throttle
from marketplaces.content import IncomingMessage, Kind
from marketplaces.errors import Unsupported
from marketplaces.models import Shop
from tests.factories import make_conversation, make_shop, remote, said
from tests.permits import free_permits
from tests.pictures import VIDEO, picture
from tests.wire import SHOPEE, SHOPEE_SEND, shopee_answer, shopee_error, shopee_sent

pytestmark = pytest.mark.django_db
UPLOAD_IMAGE = f"{SHOPEE}/sellerchat/upload_image"
UPLOAD_VIDEO = f"{SHOPEE}/sellerchat/upload_video"
VIDEO_RESULT = f"{SHOPEE}/sellerchat/get_video_upload_result"
PICTURE_URL = "https://cf.shopee.co.id/file/sg-1"


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    free_permits(monkeypatch)
    monkeypatch.setattr(throttle, "pause", lambda *call: None)


@pytest.fixture
def conversation(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada?")


def queue(conversation: Conversation, by: User, draft: Draft) -> OutgoingMessage:
    return outbox.enqueue(conversation, by, draft, uuid.uuid4()).outgoing


def run(outgoing: OutgoingMessage) -> OutgoingMessage:
    OutgoingMessage.objects.filter(pk=outgoing.pk).update(next_attempt_at=timezone.now())
    deliver(str(outgoing.conversation_id))
    return OutgoingMessage.objects.select_related("message").get(pk=outgoing.pk)


def sent_bodies(web: responses.RequestsMock) -> list[dict[str, Any]]:
    made = [call.request for call in web.calls if (call.request.url or "").startswith(SHOPEE_SEND)]
    return [json.loads(request.body or b"") for request in made]


def uploads(web: responses.RequestsMock, url: str) -> int:
    return sum((call.request.url or "").startswith(url) for call in web.calls)


@pytest.mark.parametrize(
    ("draft", "message_type", "content"),
    [
        (Draft(Kind.PRODUCT, payload={"product": "9112503530"}), "item", {"item_id": 9112503530}),
        (Draft(Kind.ORDER, payload={"order": "2409114FUXHK"}), "order", {"order_sn": "2409114FUXHK"}),
        (
            Draft(Kind.STICKER, payload={"package": "12", "sticker": "34"}),
            "sticker",
            {"sticker_package_id": "12", "sticker_id": "34"},
        ),
    ],
)
def test_a_card_or_sticker_goes_out_as_its_own_kind(
    web: responses.RequestsMock,
    conversation: Conversation,
    owner: User,
    draft: Draft,
    message_type: str,
    content: dict[str, Any],
) -> None:
    web.post(SHOPEE_SEND, json=shopee_sent(conversation, ""))
    outgoing = run(queue(conversation, owner, draft))
    assert outgoing.state == "sent"
    [body] = sent_bodies(web)
    assert (body["message_type"], body["content"]) == (message_type, content)


def test_a_picture_is_handed_over_and_then_sent(
    web: responses.RequestsMock, conversation: Conversation, owner: User, shop: Shop
) -> None:
    web.post(UPLOAD_IMAGE, json=shopee_answer({"url": PICTURE_URL, "thumbnail": PICTURE_URL}))
    web.post(SHOPEE_SEND, json=shopee_sent(conversation, ""))
    file = media.take_upload(shop, picture())
    outgoing = run(queue(conversation, owner, Draft(Kind.IMAGE, attachment=file)))
    assert outgoing.state == "sent"
    [body] = sent_bodies(web)
    assert body["content"] == {"image_url": PICTURE_URL}
    assert b'name="file"' in web.calls[0].request.body  # type: ignore[operator]


def test_a_picture_that_was_handed_over_is_not_handed_over_again(
    web: responses.RequestsMock, conversation: Conversation, owner: User, shop: Shop
) -> None:
    web.post(UPLOAD_IMAGE, json=shopee_answer({"url": PICTURE_URL, "thumbnail": PICTURE_URL}))
    web.post(SHOPEE_SEND, json=shopee_error("system_busy"))
    outgoing = queue(conversation, owner, Draft(Kind.IMAGE, attachment=media.take_upload(shop, picture())))
    assert run(outgoing).state == "queued"
    web.replace(responses.POST, SHOPEE_SEND, json=shopee_sent(conversation, ""))
    assert run(outgoing).state == "sent"
    assert uploads(web, UPLOAD_IMAGE) == 1


def test_a_lost_upload_is_repeated_as_nothing_was_delivered_by_it(
    web: responses.RequestsMock, conversation: Conversation, owner: User, shop: Shop
) -> None:
    web.post(UPLOAD_IMAGE, status=502)
    outgoing = queue(conversation, owner, Draft(Kind.IMAGE, attachment=media.take_upload(shop, picture())))
    assert run(outgoing).state == "queued"
    assert sent_bodies(web) == []


def test_a_video_waits_until_the_marketplace_has_worked_on_it(
    web: responses.RequestsMock, conversation: Conversation, owner: User, shop: Shop
) -> None:
    web.post(UPLOAD_VIDEO, json=shopee_answer({"vid": "v-1"}))
    web.get(VIDEO_RESULT, json=shopee_answer({"status": "reported"}))
    outgoing = queue(conversation, owner, Draft(Kind.VIDEO, attachment=media.take_upload(shop, VIDEO)))
    waiting = run(outgoing)
    assert (waiting.state, waiting.attempts) == ("queued", 0)
    result = {
        "status": "successful", "video": "https://cvf.shopee.co.id/file/v1", "thumbnail": PICTURE_URL,
        "width": 480, "height": 640, "duration": 15000, "message": "",
    }  # fmt: skip
    web.replace(responses.GET, VIDEO_RESULT, json=shopee_answer(result))
    web.post(SHOPEE_SEND, json=shopee_sent(conversation, ""))
    assert run(outgoing).state == "sent"
    assert uploads(web, UPLOAD_VIDEO) == 1
    [body] = sent_bodies(web)
    assert (body["message_type"], body["content"]["vid"], body["content"]["duration_seconds"]) == (
        "video",
        "v-1",
        15,
    )


def test_a_video_that_is_never_ready_fails_with_a_reason(
    web: responses.RequestsMock, conversation: Conversation, owner: User, shop: Shop
) -> None:
    web.post(UPLOAD_VIDEO, json=shopee_answer({"vid": "v-1"}))
    web.get(VIDEO_RESULT, json=shopee_answer({"status": "reported"}))
    outgoing = queue(conversation, owner, Draft(Kind.VIDEO, attachment=media.take_upload(shop, VIDEO)))
    OutgoingMessage.objects.update(created_at=timezone.now() - LONGEST_WORK - timedelta(seconds=1))
    failed = run(outgoing)
    assert (failed.state, failed.problem_code) == ("failed", "video_not_ready")


def test_an_upload_during_which_the_reply_was_taken_over_sends_nothing(
    web: responses.RequestsMock, conversation: Conversation, owner: User, shop: Shop
) -> None:
    def taken_over(request: object) -> tuple[int, dict[str, str], str]:
        OutgoingMessage.objects.update(state="uncertain")
        return 200, {}, json.dumps(shopee_answer({"url": PICTURE_URL, "thumbnail": PICTURE_URL}))

    web.add_callback(responses.POST, UPLOAD_IMAGE, taken_over)
    outgoing = queue(conversation, owner, Draft(Kind.IMAGE, attachment=media.take_upload(shop, picture())))
    assert run(outgoing).state == "uncertain"
    assert sent_bodies(web) == []


def test_a_file_that_is_gone_fails_with_a_reason(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    outgoing = run(queue(conversation, owner, Draft(Kind.IMAGE)))
    assert (outgoing.state, outgoing.problem_code) == ("failed", "file_gone")


def test_what_a_marketplace_has_not_is_refused_before_anything_is_queued(shop: Shop, owner: User) -> None:
    other = make_conversation(make_shop(shop.seller, "tokopedia"), "halo")
    with pytest.raises(Unsupported):
        queue(other, owner, Draft(Kind.PRODUCT, payload={"product": "1"}))
    assert not OutgoingMessage.objects.exists()


def shown(kind: Kind, payload: dict[str, Any]) -> IncomingMessage:
    return IncomingMessage(**{**vars(said("", by_buyer=False, kind=kind)), "payload": payload})


@pytest.mark.parametrize(
    ("kind", "ours", "twin"),
    [
        (Kind.PRODUCT, {"product": "1"}, {"product": "2"}),
        (Kind.ORDER, {"order": "A"}, {"order": "B"}),
        (Kind.STICKER, {"package": "1", "sticker": "2"}, {"package": "1", "sticker": "3"}),
        (Kind.IMAGE, {"url": PICTURE_URL}, {"url": "https://cf.shopee.co.id/file/other"}),
    ],
)
def test_reading_back_proves_the_very_thing_that_was_sent_and_no_other(
    conversation: Conversation, owner: User, kind: Kind, ours: dict[str, Any], twin: dict[str, Any]
) -> None:
    outgoing = queue(conversation, owner, Draft(kind, payload=ours))
    OutgoingMessage.objects.update(state="uncertain", attempted_at=timezone.now() - timedelta(seconds=5))
    ingest(conversation.shop, remote(), [shown(kind, twin)], Message.Source.READING)
    outgoing.refresh_from_db()
    assert outgoing.state == "uncertain"
    ingest(conversation.shop, remote(), [shown(kind, ours)], Message.Source.READING)
    outgoing.refresh_from_db()
    assert outgoing.state == "sent"


@pytest.mark.parametrize(
    ("draft", "state"),
    [
        (Draft(Kind.PRODUCT, payload={"product": "1"}), "uncertain"),
        (Draft(Kind.STICKER, payload={"package": "1", "sticker": "2"}), "uncertain"),
        (Draft(Kind.IMAGE, payload={"url": PICTURE_URL}), "sent"),
    ],
)
def test_an_attachment_of_which_nothing_is_told_proves_a_picture_and_no_card(
    conversation: Conversation, owner: User, draft: Draft, state: str
) -> None:
    outgoing = queue(conversation, owner, draft)
    OutgoingMessage.objects.update(state="uncertain", attempted_at=timezone.now() - timedelta(seconds=5))
    bare = shown(Kind.UNKNOWN, {"label": "attachment", "attachment": "60001"})
    ingest(conversation.shop, remote(), [bare], Message.Source.READING)
    outgoing.refresh_from_db()
    assert outgoing.state == state
