"""Private notes: writing them, whom they name, where in the thread they stand. No HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from conversations.events import record, record_note
from conversations.models import Conversation, ConversationNote, Message, NoteMention
from conversations.pages import Above, Page
from forstok_chat.accounts.models import User

# In one window of a thread; nobody writes so many between two pages of bubbles.
MOST = 200


@transaction.atomic
def write(conversation: Conversation, by: User, key: UUID, text: str, people: Iterable[User]) -> None:
    """Once, however often the form is sent. Another's note under this id stays as it is."""
    note, is_new = ConversationNote.objects.get_or_create(
        pk=key, defaults={"conversation": conversation, "author": by, "text": text}
    )
    if is_new:
        note.name(people)
        record_note(note)


def named_in(text: str, people: Iterable[User]) -> list[User]:
    """Those whose whole name follows an @, or whose first name does when nobody else has it."""
    known = list(people)
    firsts = [str(person).split()[0].lower() for person in known]
    return [
        person
        for person, first in zip(known, firsts, strict=True)
        if calls(text, str(person)) or (firsts.count(first) == 1 and calls(text, first))
    ]


def calls(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w)@{re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


@transaction.atomic
def mark_seen(conversation: Conversation, by: User) -> None:
    """Whoever was named has opened the chat."""
    unseen = NoteMention.objects.filter(note__conversation=conversation, user=by, seen_at=None)
    if unseen.update(seen_at=timezone.now()):
        record(conversation)


def around(
    conversation: Conversation, page: Page, *, since: datetime | None = None, until: datetime | None = None
) -> list[ConversationNote]:
    """Those that stand among the bubbles of this page. `since`, `until`: where the pages next to it end, when they are
    drawn already; with no more bubbles that way, everything there is."""
    if since is None and page.messages and page.above == Above.OURS:
        since = page.messages[0].sent_at
    if until is None and page.messages and page.has_below:
        until = page.messages[-1].sent_at
    found = conversation.notes.shown()
    found = found.filter(created_at__gte=since) if since is not None else found
    found = found.filter(created_at__lt=until) if until is not None else found
    return list(found.with_parts().order_by("-created_at", "-pk")[:MOST])[::-1]


def among(messages: Iterable[Message], notes: Iterable[ConversationNote]) -> list[Message | ConversationNote]:
    """In the order of the thread. Bubbles keep theirs: it is not by their times alone."""
    waiting = list(notes)
    merged: list[Message | ConversationNote] = []
    for message in messages:
        while waiting and waiting[0].created_at < message.sent_at:
            merged.append(waiting.pop(0))
        merged.append(message)
    return list(chain(merged, waiting))
