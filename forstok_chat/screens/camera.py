"""Taking the pictures, small enough to be kept with the code."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from forstok_chat.embedded import StartError
from forstok_chat.embedded.datadir import ROOT

FOLDER = ROOT / "docs" / "screens"
SCHEMES = ("light", "dark")
# Width -> height, in pixels: a phone, a tablet, a desk.
SIZES = {390: 844, 820: 1180, 1440: 900}
QUALITY = 45
QUIET = ["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"]
# What is in sight is here: pictures and letters.
DRAWN = """() => document.fonts.status === "loaded" && [...document.images].every((each) => {
    const { top, bottom } = each.getBoundingClientRect();
    return each.complete || !each.checkVisibility() || bottom < 0 || top > innerHeight;
})"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Raises StartError where there is none."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise StartError("There is no Chromium. As root: apt-get install chromium (or set CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


def shoot(page: Page, name: str, width: int) -> int:
    """One picture in each colour scheme; returns their bytes."""
    size = 0
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # of SCHEMES
        page.wait_for_function(DRAWN)
        taken = page.screenshot(full_page=True, animations="disabled", caret="hide")
        size += keep(taken, FOLDER / file_name(name, width, scheme))
    return size


def file_name(name: str, width: int, scheme: str) -> str:
    return f"{name}-{width}-{scheme}.webp"


def keep(png: bytes, path: Path) -> int:
    Image.open(io.BytesIO(png)).convert("RGB").save(path, "WEBP", quality=QUALITY, method=6)
    return path.stat().st_size


def index(names: list[str]) -> None:
    """A page from which each picture is one click away."""
    head = [f"{width} {scheme}" for width in SIZES for scheme in SCHEMES]
    lines = [
        "# Screens",
        "",
        "Made by `make screens`; every state, light and dark, at 390, 820 and 1440 pixels.",
        "",
        f"| state | {' | '.join(head)} |",
        f"| --- {'| --- ' * len(head)}|",
    ]
    for name in names:
        links = [f"[see]({file_name(name, width, scheme)})" for width in SIZES for scheme in SCHEMES]
        lines.append(f"| {name.replace('-', ' ')} | {' | '.join(links)} |")
    (FOLDER / "README.md").write_text("\n".join(lines) + "\n")
