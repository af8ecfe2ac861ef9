"""The keys of the chat screen, as the page says them. What they do is tests/e2e/test_keyboard.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from conversations.shortcuts import SHORTCUTS

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def test_each_key_does_one_thing() -> None:
    assert len({each.key for each in SHORTCUTS}) == len(SHORTCUTS)


def test_no_template_promises_a_key_that_the_sheet_does_not_list() -> None:
    promised = {
        key
        for path in TEMPLATES.rglob("*.html")
        for key in re.findall(r'data-hotkey="(\w+)"', path.read_text())
    }
    assert promised <= {each.key for each in SHORTCUTS}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_sheet_lists_every_key_in_both_languages(owner_client: Client, language: str) -> None:
    page = owner_client.get(
        reverse("conversations:inbox"), headers={"Accept-Language": language}
    ).content.decode()
    with translation.override(language):
        for each in SHORTCUTS:
            assert f"<span>{each.label}</span><kbd>{each.cap}</kbd>" in page
