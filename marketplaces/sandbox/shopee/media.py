"""Uploads (shopee.md 4.7). The multipart field must be called `file`."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.files import is_video, picture_kind, picture_size
from marketplaces.sandbox.shopee.access import Video
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.rows import picture_url
from marketplaces.sandbox.shopee.sign import Call
from marketplaces.sandbox.tiles import tile_name

MB = 1024 * 1024
MAX_IMAGE, MAX_VIDEO = 10 * MB, 30 * MB
WORK_S = 2  # how long a video is only "reported"
NOTHING_YET = {"video": "", "thumbnail": "", "width": 0, "height": 0, "duration": 0, "message": ""}


def upload_image(call: Call) -> dict[str, Any]:
    name, (width, height) = picture_in(call, "file")
    return {
        "url": picture_url(call.sandbox, name),
        "thumbnail": picture_url(call.sandbox, name),
        "file_server_id": 0,
        "thumb_height": height,
        "thumb_width": width,
        "url_hash": name.partition(".")[0],
    }


def picture_in(call: Call, field: str) -> tuple[str, tuple[int, int]]:
    """The kept picture of a multipart field: its file name and its size in pixels."""
    body = _file(call, field)
    ending = picture_kind(body)
    if not ending or len(body) > MAX_IMAGE:
        raise ShopeeError("param_error", "The image must be a jpg, jpeg, png or gif of at most 10 MB.")
    return call.sandbox.files.keep(body, ending), picture_size(body)


def upload_video(call: Call) -> dict[str, Any]:
    body = _file(call, "file")
    if not body or len(body) > MAX_VIDEO:
        raise ShopeeError("param_error", "The video must have at most 30 MB.")
    name = call.sandbox.files.keep(body, ".mp4")
    vid = f"id_{name.partition('.')[0]}"
    call.access.videos[vid] = Video(name, call.sandbox.clock.now_s() + WORK_S, is_video(body))
    call.sandbox.state_changed()
    return {"vid": vid}


def get_video_upload_result(call: Call) -> dict[str, Any]:
    """`reported` while Shopee works on it, then `successful`, or `failed` when it is no MP4."""
    video = call.access.videos.get(call.query.get("vid", ""))
    if video is None:
        raise ShopeeError("param_error", "Invalid vid.")
    if call.sandbox.clock.now_s() < video.done_at:
        return NOTHING_YET | {"status": "reported"}
    if not video.is_usable:
        return NOTHING_YET | {"status": "failed", "message": "The video format is not supported."}
    return {
        "status": "successful",
        "video": picture_url(call.sandbox, video.name),
        "thumbnail": picture_url(call.sandbox, tile_name("foto", "Video", 210)),
        "width": 480,
        "height": 640,
        "duration": 15_000,  # milliseconds
        "message": "",
    }


def _file(call: Call, field: str) -> bytes:
    if field not in call.files:
        raise ShopeeError("param_error", f"There is no {field}.")
    return call.files[field]
