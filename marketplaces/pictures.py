"""What a file really is: told by its content, never by its name or by who sent it. No rows, no network."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from marketplaces.content import File

# What Pillow calls it -> content type and ending. Nothing else is kept: SVG, for one, can carry scripts.
FORMATS = {
    "JPEG": ("image/jpeg", ".jpg"),
    "PNG": ("image/png", ".png"),
    "GIF": ("image/gif", ".gif"),
    "WEBP": ("image/webp", ".webp"),
}
# A small file may unfold into gigabytes of pixels.
MOST_PIXELS = 50_000_000
SMALL = 480  # pixels, longest side of the small copy
JPEG_QUALITY = 88
BRANDS_AT = slice(4, 8)  # where an MP4 or QuickTime file says so


class NotUsable(Exception):
    """The file is not a picture or video of a kind that we keep."""


class Broken(NotUsable):
    """It is of a kind that we keep, and cannot be read to its end."""


class TooManyPixels(NotUsable):
    """It would unfold into more than MOST_PIXELS."""


@dataclass(frozen=True)
class Picture:
    """A checked picture: its bytes as they are, its size in pixels, and a small JPEG for lists."""

    body: bytes
    content_type: str
    ending: str
    width: int
    height: int
    small: bytes


def check_picture(body: bytes) -> Picture:
    """Raises NotUsable."""
    image = opened(body)
    content_type, ending = FORMATS[str(image.format)]
    return Picture(body, content_type, ending, image.width, image.height, smaller(image))


def clean_picture(body: bytes, most_bytes: int) -> File:
    """An agent's picture drawn anew: upright, without place, camera or anything hidden in it; smaller where the
    marketplace takes no more than `most_bytes`. An animation still moves, if it fits. Raises NotUsable."""
    image = opened(body)
    if image.format == "GIF" and len(drawn := frames_of(image)) <= most_bytes:
        return File("picture.gif", "image/gif", drawn)
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA", "P"):
        drawn = encoded(upright.convert("RGBA"), "PNG")
        if len(drawn) <= most_bytes:
            return File("picture.png", "image/png", drawn)
    picture = on_white(upright)
    drawn = encoded(picture, "JPEG")
    while len(drawn) > most_bytes:
        picture = picture.resize((max(1, picture.width * 3 // 4), max(1, picture.height * 3 // 4)))
        drawn = encoded(picture, "JPEG")
    return File("picture.jpg", "image/jpeg", drawn)


def is_video(body: bytes) -> bool:
    """MP4, which marketplaces take and browsers play."""
    return body[BRANDS_AT] == b"ftyp"


def opened(body: bytes) -> Image.Image:
    """Decoded to its last pixel, as a broken end would only show later."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(body), formats=list(FORMATS))
            if image.width * image.height > MOST_PIXELS:
                raise TooManyPixels
            image.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise TooManyPixels from error
    except UnidentifiedImageError as error:
        raise NotUsable("not a JPEG, PNG, GIF or WebP picture") from error
    except (OSError, ValueError, SyntaxError) as error:  # what Pillow raises for broken files of each kind
        raise Broken("the picture is broken") from error
    return image


def frames_of(image: Image.Image) -> bytes:
    """A GIF with each of its frames drawn anew. Raises NotUsable."""
    if image.width * image.height * getattr(image, "n_frames", 1) > MOST_PIXELS:
        raise TooManyPixels
    file = BytesIO()
    try:
        image.save(file, "GIF", save_all=True, comment=b"")
    except (OSError, ValueError, SyntaxError) as error:
        raise Broken("a frame is broken") from error
    return file.getvalue()


def smaller(image: Image.Image) -> bytes:
    copy = on_white(ImageOps.exif_transpose(image))
    copy.thumbnail((SMALL, SMALL))
    return encoded(copy, "JPEG")


def on_white(image: Image.Image) -> Image.Image:
    """JPEG knows no transparency."""
    if image.mode == "RGB":
        return image.copy()
    layer = image.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper


def encoded(image: Image.Image, form: str) -> bytes:
    file = BytesIO()
    image.save(file, form, quality=JPEG_QUALITY, optimize=True)
    return file.getvalue()
