"""Pictures and videos: uploaded ones on disk, product tiles and faces drawn on demand."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from marketplaces.sandbox import tiles

KINDS = {
    ".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".mp4": "video/mp4",
}  # fmt: skip
NAME = re.compile(r"[0-9a-f]{32}\.[a-z0-9]{3,4}")
SAMPLE_VIDEO = "sample.mp4"  # three seconds of colours, drawn by a program
STATIC = Path(__file__).with_name("static")


class Files:
    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def keep(self, body: bytes, ending: str) -> str:
        """Store bytes and answer their file name."""
        name = hashlib.sha256(body).hexdigest()[:32] + ending
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / name).write_bytes(body)
        return name

    def read(self, name: str) -> tuple[bytes, str] | None:
        """The bytes and their media type."""
        if drawn := tiles.draw_named(name):
            return drawn, "image/png"
        path = (STATIC if name == SAMPLE_VIDEO else self.directory) / name
        if (name == SAMPLE_VIDEO or NAME.fullmatch(name)) and path.is_file():
            return path.read_bytes(), KINDS.get(path.suffix, "application/octet-stream")
        return None


def picture_kind(body: bytes) -> str:
    """The ending for the bytes of a PNG, JPEG or GIF; "" for anything else."""
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if body.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    return ".gif" if body[:6] in (b"GIF87a", b"GIF89a") else ""


def is_webp(body: bytes) -> bool:
    return body[:4] == b"RIFF" and body[8:12] == b"WEBP"


def is_video(body: bytes) -> bool:
    """MP4 and its kin."""
    return body[4:8] == b"ftyp"


def picture_size(body: bytes) -> tuple[int, int]:
    """Width and height in pixels, as far as the header tells them at once; else 0, 0."""
    if body.startswith(b"\x89PNG"):
        return int.from_bytes(body[16:20]), int.from_bytes(body[20:24])
    if body.startswith(b"GIF8"):
        return int.from_bytes(body[6:8], "little"), int.from_bytes(body[8:10], "little")
    if is_webp(body):
        return _webp_size(body)
    at = 2
    while body.startswith(b"\xff\xd8") and at + 9 < len(body):
        marker, length = body[at + 1], int.from_bytes(body[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(body[at + 7 : at + 9]), int.from_bytes(body[at + 5 : at + 7])
        at += 2 + length
    return 0, 0


def _webp_size(body: bytes) -> tuple[int, int]:
    """Of the three ways in which a WebP may begin."""
    if body[12:16] == b"VP8X":
        return int.from_bytes(body[24:27], "little") + 1, int.from_bytes(body[27:30], "little") + 1
    if body[12:16] == b"VP8L":
        bits = int.from_bytes(body[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    sizes = body[26:28], body[28:30]
    return int.from_bytes(sizes[0], "little") & 0x3FFF, int.from_bytes(sizes[1], "little") & 0x3FFF


async def file_page(request: Request) -> Response:
    found = request.app.state.sandbox.files.read(request.path_params["name"])
    if not found:
        return PlainTextResponse("not found", status_code=404)
    body, kind = found
    return Response(body, media_type=kind, headers={"Cache-Control": "max-age=86400"})
