"""Which call sends which kind of bubble. Pictures and videos are handed over first, then sent.

What the marketplace made of a file is saved before the send, so a repeated try hands nothing over twice and
a reading back can tell our picture from another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from conversations import public_links
from conversations.models import Message, OutgoingMessage
from marketplaces import media
from marketplaces.connector import Connector
from marketplaces.content import Kind, Receipt, Uploaded
from marketplaces.errors import Rejected, Temporary
from marketplaces.models import MediaFile

ABILITIES = {
    Kind.TEXT: "send_text",
    Kind.IMAGE: "send_image",
    Kind.VIDEO: "send_video",
    Kind.STICKER: "send_sticker",
    Kind.PRODUCT: "send_product",
    Kind.ORDER: "send_order",
}
# A marketplace that works on a video for longer has lost it.
LONGEST_WORK = timedelta(minutes=10)
LOOK_AGAIN = 3.0  # seconds


@dataclass(frozen=True)
class Draft:
    """What an agent wants to send. `payload` has the fields of its kind; pictures and videos have a file."""

    kind: Kind
    text: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    attachment: MediaFile | None = None

    @property
    def ability(self) -> str:
        return ABILITIES[self.kind]


class NotReady(Temporary):
    """The marketplace still works on the video. Costs no attempt."""


class Overtaken(Exception):
    """The upload took so long that the reply was taken from us meanwhile: nothing was sent."""


def dispatch(outgoing: OutgoingMessage, connector: Connector) -> Receipt:
    """Send a claimed reply. Raises the connector's errors, NotReady and Overtaken."""
    message, room = outgoing.message, outgoing.conversation.room
    payload = message.payload
    match Kind(message.kind):
        case Kind.TEXT:
            return connector.send_text(room, message.text)
        case Kind.PRODUCT:
            return connector.send_product(room, payload["product"])
        case Kind.ORDER:
            return connector.send_order(room, payload["order"])
        case Kind.STICKER:
            return connector.send_sticker(room, payload["package"], payload["sticker"])
        case Kind.IMAGE:
            return connector.send_image(room, handed_over(outgoing, connector))
        case Kind.VIDEO:
            return connector.send_video(room, worked_on(outgoing, connector))
        case kind:
            raise Rejected(f"a {kind} cannot be sent")


def handed_over(outgoing: OutgoingMessage, connector: Connector) -> Uploaded:
    """What the marketplace made of the file; handed over now unless an earlier try did. An address of ours is
    made anew, as it is good for a while only."""
    message = outgoing.message
    is_handed_over = bool(message.payload.get("url") or message.payload.get("upload"))
    if is_handed_over and not connector.fetches_pictures:
        return Uploaded(message.payload)
    if message.attachment is None:
        raise Rejected("the file is gone", code="file_gone")
    file = media.as_file(message.attachment)
    if connector.fetches_pictures:
        address = public_links.link_to(message.attachment, public_links.FOR_A_MARKETPLACE)
        file = replace(file, public_url=address)
    upload = connector.upload_image if message.kind == Kind.IMAGE else connector.upload_video
    uploaded = upload(file)
    keep_turn(outgoing)
    save(message, uploaded)
    return uploaded


def worked_on(outgoing: OutgoingMessage, connector: Connector) -> Uploaded:
    video = connector.uploaded_video(handed_over(outgoing, connector))
    if not video.is_ready:
        if outgoing.created_at < timezone.now() - LONGEST_WORK:
            raise Rejected("the marketplace did not finish the video", code="video_not_ready")
        raise NotReady("the marketplace is working on the video")
    save(outgoing.message, video)
    return video


def save(message: Message, uploaded: Uploaded) -> None:
    message.payload = dict(uploaded.payload)
    Message.objects.filter(pk=message.pk).update(payload=message.payload)


def keep_turn(outgoing: OutgoingMessage) -> None:
    """An upload may take minutes: the time of the attempt starts anew, if the reply is still ours to send."""
    now = timezone.now()
    mine = OutgoingMessage.objects.filter(
        pk=outgoing.pk, state=OutgoingMessage.State.SENDING, attempted_at=outgoing.attempted_at
    )
    if not mine.update(attempted_at=now):
        raise Overtaken
    outgoing.attempted_at = now
