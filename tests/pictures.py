"""Small real pictures and a video's beginning, for tests."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def picture(
    form: str = "JPEG", size: tuple[int, int] = (64, 48), color: str = "#cf383e", **saving: object
) -> bytes:
    file = BytesIO()
    mode = "P" if form == "GIF" else "RGB"
    Image.new("RGB", size, color).convert(mode).save(file, form, **saving)  # type: ignore[arg-type]
    return file.getvalue()


VIDEO = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 8
