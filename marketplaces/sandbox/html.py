"""Pages from the files in templates/: `$name` is filled in, escaped unless it is Html already."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse

TEMPLATES = Path(__file__).with_name("templates")


class Html(str):
    """Text that is markup already."""


def render(name: str, /, **values: object) -> Html:
    safe = {key: value if isinstance(value, Html) else escape(str(value)) for key, value in values.items()}
    return Html(_template(name).substitute(safe))


def join(parts: Iterable[Html]) -> Html:
    return Html("\n".join(parts))


def page(name: str, status: int = 200, /, **values: object) -> HTMLResponse:
    return HTMLResponse(render(name, **values), status_code=status, headers={"Cache-Control": "no-store"})


@lru_cache
def _template(name: str) -> Template:
    return Template((TEMPLATES / name).read_text(encoding="utf-8"))
