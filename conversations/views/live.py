"""What changed on this screen since its cursor, as the parts to draw again. 204 when nothing did."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseClientRefresh

from conversations import panels, screen
from conversations.filters import Filters, uuid_or_none
from conversations.live import Changes, Cursor, changes_since
from conversations.models import Conversation
from conversations.views.thread import seen
from forstok_chat.http import ChatRequest


@require_GET
@never_cache
@login_required
def live(request: ChatRequest) -> HttpResponse:
    request.user.touch()
    cursor = Cursor.parse(request.GET.get("since", ""))
    changes = changes_since(request.user, cursor) if cursor is not None else None
    if changes is None or changes.is_too_much:
        return HttpResponseClientRefresh()
    if not changes:
        return HttpResponse(status=204)
    return render(request, "conversations/live.oob.html", parts(request, changes))


def parts(request: ChatRequest, changes: Changes) -> dict[str, Any]:
    filters = Filters.from_query(request.user, request.GET)
    opened = open_conversation(request, changes)
    changed = changes.rows()
    shown = set(filters.conversations().filter(pk__in=changes.conversations).values_list("pk", flat=True))
    shop = filters.selected_shop()
    return {
        "cursor": changes.cursor,
        "filters": filters,
        "conversation": opened,
        "bubbles": screen.dressed(opened, changes.bubbles_of(opened)) if opened is not None else [],
        "rows_shown": [row for row in changed if row.pk in shown],
        "rows_gone": [row for row in changed if row.pk not in shown],
        "rail": screen.rail(filters),
        "tabs": screen.tabs(filters),
        "unread": screen.unread_conversations(request.user),
        "selected_shop": shop,
        "first_import": screen.first_import(shop) if shop is not None and shop.pk in changes.shops else None,
        **(side(opened, request.GET.get("panel", "")) if opened is not None else {}),
    }


def side(opened: Conversation, panel: str) -> dict[str, Any]:
    """The panel beside the thread, but for the product picker: nobody's choice is swept away."""
    return panels.panel(opened, panel) if panel in {"orders", "buyer"} else {}


def open_conversation(request: ChatRequest, changes: Changes) -> Conversation | None:
    """The conversation on this screen, when it is among the changed ones. Seen by somebody is read."""
    pk = uuid_or_none(request.GET.get("open", ""))
    if pk is None or pk not in changes.conversations:
        return None
    visible = Conversation.objects.visible_to(request.user).with_parts()
    opened = visible.filter(pk=pk).first()
    if opened is not None and opened.unread_count and request.GET.get("visible") == "1":
        seen(opened, request.user)
        opened = visible.get(pk=pk)
    return opened
