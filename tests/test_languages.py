from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.translation.template import templatize

from conversations.outbox import EXPLANATIONS
from marketplaces.registry import CONNECTORS, connector_class

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "forstok_chat/locale/id/LC_MESSAGES/django.po"
KEYWORDS = {**DEFAULT_KEYWORDS, "gettext_lazy": None, "ngettext_lazy": (1, 2)}


def test_every_text_of_the_catalogue_is_indonesian_and_none_is_a_guess() -> None:
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file, locale="id") if message.id]
    assert len(messages) > 100
    assert [message.id for message in messages if not message.string or message.fuzzy] == []


def test_every_text_of_the_code_and_the_templates_is_in_the_catalogue() -> None:
    with CATALOGUE.open("rb") as file:
        known = {singular(message.id) for message in read_po(file, locale="id")}
    said = [*texts_of_templates(), *texts_of_code()]
    assert len(said) > 1000
    assert [(place, text) for place, text in said if text not in known] == []


def texts_of_templates() -> Iterator[tuple[str, str]]:
    """File and text. Django makes a template of gettext calls, in a form that fits the lexer of JavaScript best."""
    for path in (ROOT / "templates").rglob("*.*"):
        calls = BytesIO(templatize(path.read_text(), origin=str(path)).encode())
        for _line, text, *_rest in extract("javascript", calls, keywords=KEYWORDS):
            yield path.name, singular(text)


def texts_of_code() -> Iterator[tuple[str, str]]:
    for folder in ("conversations", "forstok_chat", "marketplaces"):
        for path in (ROOT / folder).rglob("*.py"):
            for _line, text, *_rest in extract("python", BytesIO(path.read_bytes()), keywords=KEYWORDS):
                yield path.name, singular(text)


def singular(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]


@pytest.mark.parametrize("slug", CONNECTORS)
def test_what_a_marketplace_refuses_is_explained_in_indonesian(slug: str) -> None:
    explanations = [*connector_class(slug).explanations.values(), *EXPLANATIONS.values()]
    with translation.override("id"):
        assert [text for text in explanations if translation.gettext(text) == text] == []
