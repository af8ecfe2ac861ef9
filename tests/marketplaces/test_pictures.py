"""What a file is, told by its content."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from marketplaces.pictures import (
    MOST_PIXELS,
    SMALL,
    NotUsable,
    TooManyPixels,
    check_picture,
    clean_picture,
    is_video,
)
from tests.pictures import VIDEO, picture

MB = 1024 * 1024
ORIENTATION, GPS = 0x0112, 0x8825


@pytest.mark.parametrize(
    ("form", "content_type", "ending"),
    [
        ("JPEG", "image/jpeg", ".jpg"),
        ("PNG", "image/png", ".png"),
        ("GIF", "image/gif", ".gif"),
        ("WEBP", "image/webp", ".webp"),
    ],
)
def test_a_picture_is_told_by_its_content(form: str, content_type: str, ending: str) -> None:
    checked = check_picture(picture(form))
    assert (checked.content_type, checked.ending) == (content_type, ending)
    assert (checked.width, checked.height) == (64, 48)


def test_a_large_picture_has_a_small_copy_for_lists() -> None:
    checked = check_picture(picture(size=(1600, 1200)))
    small = Image.open(BytesIO(checked.small))
    assert (small.format, small.size) == ("JPEG", (SMALL, SMALL * 3 // 4))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>not a picture</html>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        picture()[:200],
        picture("PNG")[:60],
        VIDEO,
        picture("TIFF"),
        picture("BMP"),
    ],
)
def test_what_is_no_whole_picture_of_a_known_kind_is_refused(body: bytes) -> None:
    with pytest.raises(NotUsable):
        check_picture(body)


def test_a_picture_that_would_unfold_into_too_many_pixels_is_refused() -> None:
    side = int(MOST_PIXELS**0.5) + 10
    with pytest.raises(NotUsable):
        check_picture(picture("PNG", size=(side, side)))


def test_an_uploaded_photo_loses_its_place_and_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the camera was turned
    exif.get_ifd(GPS)[2] = (6.0, 10.0, 30.0)
    body = picture(size=(64, 48), exif=exif)
    assert Image.open(BytesIO(body)).getexif()[ORIENTATION] == 6
    clean = Image.open(BytesIO(clean_picture(body, MB).body))
    assert clean.size == (48, 64)
    assert dict(clean.getexif()) == {}


def test_what_hides_behind_an_uploaded_picture_is_gone() -> None:
    assert b"<script>" not in clean_picture(picture() + b"<script>alert(1)</script>", MB).body


def test_a_photo_that_is_too_large_for_the_marketplace_is_made_smaller() -> None:
    noise = Image.effect_noise((900, 900), 90).convert("RGB")
    file = BytesIO()
    noise.save(file, "JPEG", quality=95)
    clean = clean_picture(file.getvalue(), 60_000)
    assert len(clean.body) <= 60_000
    assert clean.content_type == "image/jpeg"
    assert Image.open(BytesIO(clean.body)).width < 900


def test_transparency_is_kept() -> None:
    file = BytesIO()
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(file, "PNG")
    assert clean_picture(file.getvalue(), MB).content_type == "image/png"


def animation(*colors: str, size: tuple[int, int] = (20, 20)) -> bytes:
    frames = [Image.new("RGB", size, color) for color in colors]
    file = BytesIO()
    saving: dict[str, object] = {"duration": 120, "loop": 0, "comment": b"taken at home"}
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], **saving)  # type: ignore[arg-type]
    return file.getvalue()


def test_an_animation_is_drawn_anew_and_still_moves() -> None:
    clean = clean_picture(animation("red", "lime", "blue") + b"<script>alert(1)</script>", MB)
    assert clean.content_type == "image/gif"
    assert b"<script>" not in clean.body
    assert b"taken at home" not in clean.body
    image = Image.open(BytesIO(clean.body))
    assert (getattr(image, "n_frames", 1), image.info["duration"], image.info["loop"]) == (3, 120, 0)


def test_an_animation_that_would_unfold_into_too_many_pixels_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("marketplaces.pictures.MOST_PIXELS", 20 * 20 * 2)
    assert clean_picture(animation("red", "lime"), MB).content_type == "image/gif"
    with pytest.raises(TooManyPixels):
        clean_picture(animation("red", "lime", "blue"), MB)


def test_a_video_is_told_by_its_content() -> None:
    assert is_video(VIDEO)
    assert not is_video(picture())
    assert not is_video(b"")
