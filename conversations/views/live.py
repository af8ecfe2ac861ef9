"""What changed on this screen since its cursor, as the parts to draw again. 204 when nothing did."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event

from conversations import alerts, company, freshness, groups, guard, held, pages, panels, screen, search
from conversations.days import drawn_at, renamed_since
from conversations.filters import Filters, uuid_or_none
from conversations.live import Changes, Cursor, changes_since, too_much
from conversations.models import Conversation, Message
from conversations.overview import overview
from conversations.presence import Visit
from conversations.views.company import company_parts, visits_on
from conversations.views.thread import is_news, seen
from forstok_chat.http import ChatRequest


@require_GET
@never_cache
@login_required
def live(request: ChatRequest) -> HttpResponse:
    request.user.touch()
    if request.GET.get("signed_out"):  # signed in again in another tab, which made this page's forms invalid
        return HttpResponseClientRefresh()
    opened = open_conversation(request)
    cursor = Cursor.parse(request.GET.get("since", ""))
    changes = changes_since(request.user, cursor) if cursor is not None else too_much(request.user)
    thread = thread_parts(request, opened, changes) if opened is not None else {}
    visits = visits_on(request, opened, changes)
    around = company_parts(request, opened, visits, changes)
    if not changes and not thread and is_fresh(request):
        return (
            render(request, "conversations/company.oob.html", around) if around else HttpResponse(status=204)
        )
    response = render(
        request, "conversations/live.oob.html", parts(request, changes, visits) | thread | around
    )
    return telling(response, request, changes)


def is_fresh(request: ChatRequest) -> bool:
    """What the screen tells of its shops, up to when all is here, is so still."""
    shown = request.GET.get("fresh")
    return shown is None or shown == freshness.state_for(request.user)


def parts(request: ChatRequest, changes: Changes, visits: list[Visit]) -> dict[str, Any]:
    """All but the thread. With too much to be told one by one, the list is drawn as a whole."""
    filters = Filters.from_query(request.user, request.GET)
    changed = changes.rows(request.user)
    shown = set(filters.conversations().filter(pk__in=changes.conversations).values_list("pk", flat=True))
    search.attach(changed, filters.search)
    rows = screen.rows(filters) if changes.is_too_much else None
    company.attach([*changed, *(rows.conversations if rows else [])], visits)
    shop = filters.selected_shop()
    is_told_of_shop = shop is not None and (changes.is_too_much or shop.pk in changes.shops)
    return {
        "now": timezone.now(),
        "cursor": changes.cursor,
        "filters": filters,
        "rows": rows,
        "rows_shown": [row for row in changed if row.pk in shown],
        "rows_gone": [row for row in changed if row.pk not in shown],
        **vars(overview(filters)),
        "switches": screen.switches(filters),
        "selected_shop": shop,
        "held_in_shop": held.of_shop(shop) if shop is not None else None,
        "first_import": screen.first_import(shop) if is_told_of_shop else None,
    }


def telling(response: HttpResponse, request: ChatRequest, changes: Changes) -> HttpResponse:
    """With a word for a tab that nobody looks at, which static/js/alerts.js shows."""
    if request.GET.get("visible") != "0" or not changes.messages:
        return response
    told = alerts.on_screen(request.user, changes.messages)
    return response if told is None else trigger_client_event(response, "forstok:alert", asdict(told))


def thread_parts(request: ChatRequest, opened: Conversation, changes: Changes) -> dict[str, Any]:
    """What of the open conversation is drawn again; empty when nothing is."""
    drawn = drawn_at(request.GET.get("drawn", ""))
    days = renamed_since(drawn, opened.shop.zone)
    told_seen = request.GET.get(guard.FIELD, "")  # nothing while the end of the thread is not on the screen
    is_other_state = request.GET.get("shop_state", opened.shop.state) != opened.shop.state
    if is_other_state or changes.is_too_much:
        thread = screen.page(opened, pages.newest(opened)) | {"is_whole": True}
        thread |= {"form": screen.composer(opened, request.user)} if is_other_state else {}
    elif opened.pk in changes.conversations:
        changed, gone = changes.bubbles_of(opened), changes.bubbles_hidden_in(opened)
        noted = changes.notes_of(opened)
        followers = groups.with_followers(opened, [*changed, *gone])
        thread = {
            "bubbles": screen.dressed(opened, [each for each in followers if not each.is_hidden]),
            "bubbles_gone": gone,
            "notes": [note for note in noted if note.deleted_at is None],
            "notes_gone": [note for note in noted if note.deleted_at is not None],
            "heard": heard(changed, drawn),
            "seen": told_seen and guard.mark(changed, told_seen),
        }
    elif days:
        thread = {}
    else:
        return {}
    around = {"conversation": opened, "days": days, "held_here": held.in_room(opened)}
    return side(opened, request.GET.get("panel", "")) | around | thread


def heard(changed: list[Message], drawn: datetime) -> Message | None:
    """What a screen reader says: the buyer's newest words, once."""
    news = [message for message in changed if message.is_from_buyer and message.received_at >= drawn]
    return news[-1] if news else None


def side(opened: Conversation, panel: str) -> dict[str, Any]:
    """The panel beside the thread, but for the product picker: nobody's choice is swept away."""
    return panels.panel(opened, panel) if panel in {"orders", "buyer"} else {}


def open_conversation(request: ChatRequest) -> Conversation | None:
    """The conversation on this screen. Seen by somebody is read."""
    if (pk := uuid_or_none(request.GET.get("open", ""))) is None:
        return None
    visible = Conversation.objects.visible_to(request.user).as_seen_by(request.user)
    opened = visible.filter(pk=pk).first()
    if opened is not None and is_news(opened) and request.GET.get("visible") == "1":
        seen(opened, request.user)
        opened = visible.get(pk=pk)
    return opened
