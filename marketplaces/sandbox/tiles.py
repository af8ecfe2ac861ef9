"""Pictures drawn by code: a coloured tile with initials, as PNG. The name says what to draw.

`tile-<hue>-<letters>.png` is a product, `face-...` a buyer or a shop, `foto-...` a photograph of a
buyer. Hue is 0 to 359.
"""

from __future__ import annotations

import colorsys
import re
import struct
import zlib
from functools import lru_cache

NAME = re.compile(r"(tile|face|foto)-(\d{1,3})-([A-Z0-9]{1,3})\.png")
SIZES = {"tile": (320, 320), "face": (128, 128), "foto": (480, 640)}
# Five columns by seven rows; each number is one row, its five bits from left to right.
GLYPHS = {
    "A": (14, 17, 17, 31, 17, 17, 17), "B": (30, 17, 17, 30, 17, 17, 30), "C": (14, 17, 16, 16, 16, 17, 14),
    "D": (30, 17, 17, 17, 17, 17, 30), "E": (31, 16, 16, 30, 16, 16, 31), "F": (31, 16, 16, 30, 16, 16, 16),
    "G": (14, 17, 16, 23, 17, 17, 14), "H": (17, 17, 17, 31, 17, 17, 17), "I": (14, 4, 4, 4, 4, 4, 14),
    "J": (7, 2, 2, 2, 2, 18, 12), "K": (17, 18, 20, 24, 20, 18, 17), "L": (16, 16, 16, 16, 16, 16, 31),
    "M": (17, 27, 21, 21, 17, 17, 17), "N": (17, 25, 21, 19, 17, 17, 17), "O": (14, 17, 17, 17, 17, 17, 14),
    "P": (30, 17, 17, 30, 16, 16, 16), "Q": (14, 17, 17, 17, 21, 18, 13), "R": (30, 17, 17, 30, 20, 18, 17),
    "S": (15, 16, 16, 14, 1, 1, 30), "T": (31, 4, 4, 4, 4, 4, 4), "U": (17, 17, 17, 17, 17, 17, 14),
    "V": (17, 17, 17, 17, 17, 10, 4), "W": (17, 17, 17, 21, 21, 27, 17), "X": (17, 17, 10, 4, 10, 17, 17),
    "Y": (17, 17, 10, 4, 4, 4, 4), "Z": (31, 1, 2, 4, 8, 16, 31), "0": (14, 17, 19, 21, 25, 17, 14),
    "1": (4, 12, 4, 4, 4, 4, 14), "2": (14, 17, 1, 6, 8, 16, 31), "3": (30, 1, 1, 14, 1, 1, 30),
    "4": (2, 6, 10, 18, 31, 2, 2), "5": (31, 16, 30, 1, 1, 17, 14), "6": (14, 16, 16, 30, 17, 17, 14),
    "7": (31, 1, 2, 4, 8, 8, 8), "8": (14, 17, 17, 14, 17, 17, 14), "9": (14, 17, 17, 15, 1, 1, 14),
}  # fmt: skip


def tile_name(kind: str, name: str, hue: int) -> str:
    """The file name of a picture for a product, buyer or shop called so."""
    words = re.findall(r"[A-Z0-9]+", name.upper())
    letters = "".join(word[0] for word in words[:2]) or "X"
    return f"{kind}-{hue % 360}-{letters}.png"


@lru_cache(maxsize=2000)
def draw_named(name: str) -> bytes | None:
    """The PNG with that name, or None when the name is not one of ours."""
    if not (found := NAME.fullmatch(name)):
        return None
    kind, hue, letters = found.groups()
    return draw(*SIZES[kind], int(hue), letters)


def draw(width: int, height: int, hue: int, letters: str) -> bytes:
    """Letters in white on a colour that darkens downwards."""
    rows = _letter_rows(letters, width, height)
    lines = bytearray()
    for y in range(height):
        back = bytes(int(255 * c) for c in colorsys.hls_to_rgb(hue / 360, 0.66 - 0.2 * y / height, 0.5))
        lines += b"\0"
        lines += (
            back * width if y not in rows else b"".join(b"\xff\xff\xff" if on else back for on in rows[y])
        )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = _chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(bytes(lines), 6)), _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _letter_rows(letters: str, width: int, height: int) -> dict[int, list[bool]]:
    """For each picture row that a letter touches: which of its pixels are white."""
    columns = 6 * len(letters) - 1
    dot = max(1, int(min(width * 0.56 / columns, height * 0.4 / 7)))
    left, top = (width - columns * dot) // 2, (height - 7 * dot) // 2
    rows: dict[int, list[bool]] = {}
    for row in range(7):
        line = [False] * width
        for place, letter in enumerate(letters):
            for column in range(5):
                if GLYPHS[letter][row] >> (4 - column) & 1:
                    start = left + (place * 6 + column) * dot
                    line[start : start + dot] = [True] * dot
        for y in range(top + row * dot, top + (row + 1) * dot):
            rows[y] = line
    return rows


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
