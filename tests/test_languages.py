from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation

from conversations.outbox import EXPLANATIONS
from marketplaces.registry import CONNECTORS, connector_class

CATALOGUE = Path(__file__).parents[1] / "forstok_chat/locale/id/LC_MESSAGES/django.po"


def test_every_text_of_the_catalogue_is_indonesian_and_none_is_a_guess() -> None:
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file, locale="id") if message.id]
    assert len(messages) > 100
    assert [message.id for message in messages if not message.string or message.fuzzy] == []


@pytest.mark.parametrize("slug", CONNECTORS)
def test_what_a_marketplace_refuses_is_explained_in_indonesian(slug: str) -> None:
    explanations = [*connector_class(slug).explanations.values(), *EXPLANATIONS.values()]
    with translation.override("id"):
        assert [text for text in explanations if translation.gettext(text) == text] == []
