"""The emoji picker of the composer."""

from __future__ import annotations

import pytest
from django.test import Client

from conversations.emoji import is_emoji_alone
from conversations.emoji_choice import GROUPS

ALL = [each for group in GROUPS for each in group.emoji]


def test_each_is_one_emoji_and_stands_there_once() -> None:
    assert len(ALL) > 150
    assert len(set(ALL)) == len(ALL)
    assert [each for each in ALL if not is_emoji_alone(each)] == []


@pytest.mark.django_db
def test_all_of_them_can_be_chosen(owner_client: Client) -> None:
    part = owner_client.get("/chat/emoji/").content.decode()
    assert part.count("data-insert") == len(ALL)
    assert "Paling sering" in part
    assert part.count(" open>") == 1
