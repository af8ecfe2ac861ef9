"""Uploads (shopee.md 4.7). The multipart field must be called `file`."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.files import picture_kind, picture_size
from marketplaces.sandbox.shopee.errors import ShopeeError
from marketplaces.sandbox.shopee.rows import picture_url
from marketplaces.sandbox.shopee.sign import Call
from marketplaces.sandbox.tiles import tile_name

MB = 1024 * 1024
MAX_IMAGE, MAX_VIDEO = 10 * MB, 30 * MB


def upload_image(call: Call) -> dict[str, Any]:
    body = _file(call)
    ending = picture_kind(body)
    if not ending or len(body) > MAX_IMAGE:
        raise ShopeeError("param_error", "The image must be a jpg, jpeg, png or gif of at most 10 MB.")
    name = call.sandbox.files.keep(body, ending)
    width, height = picture_size(body)
    return {
        "url": picture_url(call.sandbox, name),
        "thumbnail": picture_url(call.sandbox, name),
        "file_server_id": 0,
        "thumb_height": height,
        "thumb_width": width,
        "url_hash": name.partition(".")[0],
    }


def upload_video(call: Call) -> dict[str, Any]:
    body = _file(call)
    if not body or len(body) > MAX_VIDEO:
        raise ShopeeError("param_error", "The video must have at most 30 MB.")
    return {"vid": call.sandbox.files.keep(body, ".mp4").partition(".")[0]}


def get_video_upload_result(call: Call) -> dict[str, Any]:
    vid = call.query.get("vid", "")
    if call.sandbox.files.read(f"{vid}.mp4") is None:
        raise ShopeeError("param_error", "Invalid vid.")
    return {
        "status": "successful",
        "video": picture_url(call.sandbox, f"{vid}.mp4"),
        "thumbnail": picture_url(call.sandbox, tile_name("foto", "Video", 210)),
        "width": 480,
        "height": 640,
        "duration": 15_000,  # milliseconds
        "message": "",
    }


def _file(call: Call) -> bytes:
    if "file" not in call.files:
        raise ShopeeError("param_error", "There is no file.")
    return call.files["file"]
