"""What the inbox shows, gathered for its templates: the rail, the tabs, the list, the thread. No HTTP."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from conversations import cards, evidence, groups, held, pages, panels, places
from conversations.bubble_files import attach_files
from conversations.filters import TABS, Filters
from conversations.forms import ComposerForm
from conversations.models import Conversation, Import, Message
from conversations.pages import Page
from forstok_chat.accounts.models import User
from marketplaces import media
from marketplaces.models import Shop
from marketplaces.registry import connector_class

ROWS = 30


@dataclass(frozen=True)
class RailShop:
    shop: Shop
    unread: int  # conversations with something unread
    is_selected: bool


@dataclass(frozen=True)
class Tab:
    slug: str
    label: str
    count: int
    is_selected: bool


def rail(filters: Filters) -> list[RailShop]:
    """Exactly the integrated shops that this user may see."""
    unread = Count("conversations", filter=Q(conversations__unread_count__gt=0))
    shops = Shop.objects.visible_to(filters.user).filter(moved_to=None).annotate(unread=unread)
    shops = shops.order_by("marketplace", "name")
    return [RailShop(shop, shop.unread, is_selected=shop.pk == filters.shop) for shop in shops]


def unread_conversations(user: User) -> int:
    return Conversation.objects.visible_to(user).filter(unread_count__gt=0).count()


def tabs(filters: Filters) -> list[Tab]:
    mine = Q(status="served", assignee=filters.user)
    served = Q(status="served")
    counts = filters.in_scope().aggregate(
        all=Count("pk"),
        mine=Count("pk", filter=mine),
        unserved=Count("pk", filter=Q(status="unserved")),
        served=Count("pk", filter=served & ~mine),
        resolved=Count("pk", filter=Q(status="resolved")),
    )
    return [Tab(slug, str(label), counts[slug], slug == filters.tab) for slug, label in TABS.items()]


def platforms(filters: Filters) -> list[Tab]:
    """Where buyers write from, to choose among; none where every shop has buyers of one place."""
    shops = Shop.objects.visible_to(filters.user).active()
    slugs = (shops.filter(pk=filters.shop) if filters.shop else shops).values_list("marketplace", flat=True)
    known: dict[str, str] = {}
    for slug in set(slugs):
        known |= connector_class(slug).platforms
    if not known:
        return []
    choices = {"": _("All"), **dict(sorted(known.items(), key=lambda each: each[1]))}
    return [Tab(slug, str(label), 0, slug == filters.platform) for slug, label in choices.items()]


@dataclass(frozen=True)
class Rows:
    """A page of the list; `below` is where the next one begins, "" at the end."""

    conversations: list[Conversation]
    below: str


def rows(filters: Filters, below: str = "") -> Rows:
    found = filters.conversations().with_parts().newest_first()
    if place := place_of(below):
        found = found.below(*place)
    page = list(found[: ROWS + 1])
    more = len(page) > ROWS
    page = page[:ROWS]
    return Rows(page, f"{page[-1].last_message_at.isoformat()}_{page[-1].pk}" if more else "")


def place_of(below: str) -> tuple[datetime, UUID] | None:
    """Read a place of the list back; None for nonsense."""
    at, _, pk = below.partition("_")
    try:
        moment = parse_datetime(at)
        return (moment.astimezone(UTC), UUID(pk)) if moment is not None else None
    except (ValueError, OverflowError):
        return None


def page(conversation: Conversation, found: Page) -> dict[str, Any]:
    """The context of a page of bubbles. `first`: the topmost one then on the screen."""
    return {
        "conversation": conversation,
        "bubbles": dressed(conversation, found.messages),
        "above": found.above,
        "first": next(iter(found.messages), None),
        "has_below": found.has_below,
    }


def page_above(conversation: Conversation, message: Message) -> dict[str, Any]:
    """With this bubble itself, if it goes on with what they say: it was drawn before they were here."""
    context = page(conversation, pages.above(conversation, message))
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
    form: ComposerForm | None = None,
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
        "form": form or composer(conversation),
    }


def composer(conversation: Conversation) -> ComposerForm:
    return ComposerForm(conversation, initial={"client_id": uuid.uuid4()})


def first_import(shop: Shop | None) -> Import | None:
    """The import of the selected shop, as long as there is something to say about it."""
    if shop is None or not shop.is_active:
        return None
    return Import.objects.filter(shop=shop).first()
