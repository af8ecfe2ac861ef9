"""What the inbox shows, gathered for its templates: the list and the thread; around them: overview.py. No HTTP."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conversations import (
    cards,
    evidence,
    groups,
    guard,
    held,
    notes,
    pages,
    panels,
    pins,
    places,
    search,
    unsent,
    unsent_files,
)
from conversations.bubble_files import attach_files
from conversations.filters import ONLY, Filters
from conversations.forms import ComposerForm
from conversations.models import Conversation, Import, Message
from conversations.pages import Page
from conversations.sorting import SORTINGS, read_place
from forstok_chat.accounts.models import User
from marketplaces import media
from marketplaces.models import Shop

ROWS = 30


@dataclass(frozen=True)
class Switch:
    """Something to narrow the list to, or to sort it by. `changes`: what is other in the link that turns it on, or off
    when it is on."""

    slug: str
    label: str
    changes: dict[str, str]
    is_on: bool
    count: int | None = None


def switches(filters: Filters) -> list[Switch]:
    narrowing = [
        Switch(
            name,
            str(only.label),
            {"only": filters.toggled(name)},
            name in filters.only,
            counted(filters, name),
        )
        for name, only in ONLY.items()
    ]
    sorting = [
        Switch(name, str(each.label), {"sort": "" if name == filters.sort else name}, name == filters.sort)
        for name, each in SORTINGS.items()
        if name != "newest"
    ]
    return [each for each in narrowing + sorting if each.count != 0 or each.is_on]


def counted(filters: Filters, name: str) -> int | None:
    """How many there are of it in the tab, where that is told."""
    only = ONLY[name]
    if not only.is_counted:
        return None
    return only.narrow(filters.in_scope().in_tab(filters.tab, filters.user), filters.user).count()


@dataclass(frozen=True)
class Rows:
    """A page of the list, the first one with what is pinned on top. `below` is where the next one begins, "" at the
    end."""

    conversations: list[Conversation]
    below: str


def rows(filters: Filters, below: str = "") -> Rows:
    sorting = filters.sorting
    pinned = pins.of(filters.user)
    found = sorting.sort(filters.conversations().as_seen_by(filters.user))
    on_top = list(found.filter(pk__in=pinned)) if pinned and not read_place(below) else []
    found = found.exclude(pk__in=pinned)
    if place := read_place(below):
        found = sorting.below(found, place)
    page = list(found[: ROWS + 1])
    more = len(page) > ROWS
    page = page[:ROWS]
    search.attach(on_top + page, filters.search)
    return Rows(on_top + page, sorting.place_of(page[-1]) if more else "")


def page(
    conversation: Conversation, found: Page, *, since: datetime | None = None, until: datetime | None = None
) -> dict[str, Any]:
    """The context of a page of bubbles and the notes among them. `first`: the topmost bubble then on the screen.
    `since`, `until`: where what is drawn already ends or begins. `seen`: guard.py's mark of a page with the thread's
    end, "" of another."""
    return {
        "conversation": conversation,
        "bubbles": dressed(conversation, found.messages),
        "notes": notes.around(conversation, found, since=since, until=until),
        "above": found.above,
        "first": next(iter(found.messages), None),
        "has_below": found.has_below,
        "seen": "" if found.has_below else guard.mark(found.messages),
    }


def page_above(conversation: Conversation, message: Message) -> dict[str, Any]:
    """With this bubble itself, if it goes on with what they say: it was drawn before they were here."""
    context = page(conversation, pages.above(conversation, message), until=message.sent_at)
    dressed(conversation, [message])
    itself = [message] if message.is_continued else []
    return context | {"bubbles": context["bubbles"] + itself, "first": context["first"] or message}


def dressed(conversation: Conversation, messages: list[Message]) -> list[Message]:
    """With all that their templates show, so that no bubble needs a query of its own."""
    groups.mark(conversation, messages)
    for message in messages:
        message.conversation = conversation
    places.attach(conversation, messages)
    evidence.attach(conversation, messages)
    cards.attach(conversation.shop, messages)
    cards.want_missing(conversation.shop, messages)
    pictures = [message.product.picture_url for message in messages if message.product]
    media.keep(conversation.shop, filter(None, pictures), is_urgent=False)
    attach_files(conversation.shop, messages)
    return messages


def thread(
    conversation: Conversation,
    panel: str,
    form: ComposerForm,
    *,
    found: Message | None = None,
    first_unread: Message | None = None,
) -> dict[str, Any]:
    """The context of an open conversation, with the panel that this person last chose: its end, or the bubbles around
    the one that was `found`. A line stands above `first_unread`."""
    around = pages.around(conversation, found) if found is not None else pages.newest(conversation)
    return panels.panel(conversation, panel) | {
        **page(conversation, around),
        "found": found,
        "first_unread": first_unread,
        "held_here": held.in_room(conversation),
        "form": form,
    }


def composer(conversation: Conversation, user: User) -> ComposerForm:
    """With what this person has begun to write, on whichever device."""
    begun = unsent.of(conversation, user)
    known = {"client_id": begun.client_id, "text": begun.text} if begun else {"client_id": uuid.uuid4()}
    return ComposerForm(conversation, initial=known, chosen=unsent_files.of(conversation, user))


def first_import(shop: Shop | None) -> Import | None:
    """The import of the selected shop, as long as there is something to say about it."""
    if shop is None or not shop.is_active:
        return None
    return Import.objects.filter(shop=shop).first()
