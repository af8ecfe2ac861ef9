"""Who is where, within the live answer: the screen tells what it shows of it, and is drawn anew where that differs."""

from __future__ import annotations

from typing import Any

from conversations import company, presence, search
from conversations.filters import Filters, uuid_or_none
from conversations.live import Changes
from conversations.models import Conversation
from conversations.presence import Visit
from forstok_chat.http import ChatRequest


def visits_on(request: ChatRequest, opened: Conversation | None, changes: Changes) -> list[Visit]:
    """Where the others are, told in exchange for where this screen is. One look into Redis."""
    screen, sellers = uuid_or_none(request.GET.get("screen", "")), list(changes.cursor.seen)
    if screen is None:
        return []
    if opened is not None and request.GET.get("visible") == "1":
        visits = presence.come(request.user, opened, str(screen), sellers)
    else:
        visits = presence.leave(request.user, str(screen), sellers)
    return company.others(visits, request.user)


def company_parts(
    request: ChatRequest, opened: Conversation | None, visits: list[Visit], changes: Changes
) -> dict[str, Any]:
    """What of it is drawn again beside what is drawn anyway; empty when all is as the screen shows it."""
    if opened is not None:
        company.attach([opened], visits)
    shown, state = request.GET.get("viewers"), company.state_of(visits)
    if shown is None:
        return {}
    is_other = opened is not None and company_state(opened) != request.GET.get("company", "")
    if shown == state and not is_other:
        return {}
    filters = Filters.from_query(request.user, request.GET)
    chats = set(company.changed_between(shown, state)) - changes.conversations
    return {
        "viewers": state,
        "filters": filters,
        "rows_with_company": rows(request, chats, visits, filters),
        "company_in": opened if is_other else None,
    }


def rows(request: ChatRequest, chats: set[Any], visits: list[Visit], filters: Filters) -> list[Conversation]:
    if not chats:
        return []
    found = Conversation.objects.visible_to(request.user).filter(pk__in=chats)
    rows = list(found.as_seen_by(request.user))
    search.attach(rows, filters.search)
    company.attach(rows, visits)
    return rows


def company_state(conversation: Conversation) -> str:
    return conversation.company.state if conversation.company else ""
