"""Pictures and videos to send: handed over first, then named in a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketplaces.connectors.shopee.values import (
    VIDEOS,
    address,
    identifier,
    known,
    number,
    plain,
    response_of,
    text_in,
)
from marketplaces.content import File, Uploaded
from marketplaces.errors import Rejected, Temporary

VIDEO_REFUSED = "video_failed"  # our word; Shopee has no code for it
LONGEST_VIDEO = 180  # seconds


def multipart(file: File) -> dict[str, Any]:
    """Any other name of the field is refused."""
    return {"file": (file.name, file.body, file.content_type)}


def picture(answer: Mapping[str, Any]) -> Uploaded:
    """Only the very address that Shopee gave can be sent."""
    response = response_of(answer)
    url = text_in(response, "url")
    if not url:
        raise Temporary("no address in the answer", request_id=plain(answer.get("request_id")))
    return Uploaded(
        known(
            url=url,
            thumbnail_url=address(response.get("thumbnail")),
            width=number(response.get("thumb_width")),
            height=number(response.get("thumb_height")),
        )
    )


def accepted_video(answer: Mapping[str, Any]) -> Uploaded:
    vid = response_of(answer).get("vid")
    if not identifier(vid):
        raise Temporary("no video id in the answer", request_id=plain(answer.get("request_id")))
    return Uploaded({"upload": {"vid": vid}}, is_ready=False)


def video(answer: Mapping[str, Any], before: Uploaded) -> Uploaded:
    """How far Shopee is with it. Raises Rejected when it failed."""
    response = response_of(answer)
    match text_in(response, "status"):
        case "successful" | "succeeded":
            return finished(response, before)
        case "failed":
            raise Rejected(
                plain(response.get("message")) or "Shopee could not use the video",
                code=VIDEO_REFUSED,
                request_id=plain(answer.get("request_id")),
            )
    return before


def finished(response: Mapping[str, Any], before: Uploaded) -> Uploaded:
    """`upload` is the content of the message to come: Shopee wants its own values back as they are."""
    seconds = min(max(1, round(number(response.get("duration")) / 1000)), LONGEST_VIDEO)
    upload = {
        "vid": before.payload["upload"]["vid"],
        "video_url": response.get("video"),
        "thumb_url": response.get("thumbnail"),
        "thumb_width": response.get("width"),
        "thumb_height": response.get("height"),
        "duration_seconds": seconds,
    }
    shown = known(
        url=address(response.get("video"), VIDEOS),
        thumbnail_url=address(response.get("thumbnail")),
        width=number(response.get("width")),
        height=number(response.get("height")),
        seconds=seconds,
    )
    return Uploaded({**shown, "upload": upload})
