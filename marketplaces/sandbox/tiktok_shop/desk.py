"""The shop's desk (tiktok_shop.md 3): who takes chats, which sessions there were, how well they were answered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from marketplaces.sandbox.tiktok_shop.errors import invalid
from marketplaces.sandbox.tiktok_shop.gate import Call
from marketplaces.sandbox.tiktok_shop.paging import page
from marketplaces.sandbox.tiktok_shop.sessions import Session, sessions_of
from marketplaces.sandbox.world import Room

IN_TIME_S, GUIDED_S = 86400, 7 * 86400
JAKARTA = timedelta(hours=7)
OLDEST_S = 90 * 86400
MOST_SESSIONS = 50


def get_settings(call: Call) -> dict[str, Any]:
    return {"can_accept_chat": call.shop.id not in call.access.refuses_chats}


def update_settings(call: Call) -> dict[str, Any]:
    accepts = call.body.get("can_accept_chat")
    if not isinstance(accepts, bool):
        raise invalid("can_accept_chat")
    (call.access.refuses_chats.discard if accepts else call.access.refuses_chats.add)(call.shop.id)
    call.sandbox.state_changed()
    return {}


def search_sessions(call: Call) -> dict[str, Any]:
    """Newest first, of the last ninety days."""
    size, _ = call.page_size(MOST_SESSIONS), call.locale
    since, until = call.number("begin_time_ge", -1), call.number("begin_time_lt", -1)
    if until < since or since < call.now - OLDEST_S:
        raise invalid("begin_time_ge")
    name = str(call.body.get("buyer_nickname", "")).lower()
    found = [
        (room, session)
        for room, session in _sessions(call, since, until)
        if name in call.sandbox.world.buyer_of(room).name.lower()
    ]
    shown, token = page(
        found, lambda pair: (pair[1].began_at, int(pair[1].id)), call.query.get("page_token", ""), size
    )
    return {"sessions": [_session(call, *pair) for pair in shown], "next_page_token": token}


def performance(call: Call) -> dict[str, Any]:
    """Of the sessions that began on these days; nobody has rated the shop yet."""
    since, until = _moment(call, "support_date_ge"), _moment(call, "support_date_lt")
    found = _sessions(call, since, until)
    waits = [wait for _, session in found if (wait := _wait(session)) is not None]
    bought = _guided(call, found)
    return {
        "performance": {
            "support_session_count": len(found),
            "response_percentage": _share(sum(wait <= IN_TIME_S for wait in waits), len(found)),
            "response_time_mins": f"{sum(waits) / len(waits) / 60:.1f}" if waits else "0.0",
            "satisfaction_percentage": "0.0",
            "conversion_rate": _share(len(bought), len(found)),
            "cs_guided_gmv": str(sum(bought)),
            "currency": "IDR",
        }
    }


def _sessions(call: Call, since: int, until: int) -> list[tuple[Room, Session]]:
    return [
        (room, session)
        for room in call.sandbox.world.rooms_of(call.shop)
        for session in sessions_of(room)
        if since <= session.began_at < until
    ]


def _session(call: Call, room: Room, session: Session) -> dict[str, Any]:
    """Nobody tagged or rated it."""
    wait = _wait(session)
    return {
        "id": session.id,
        "conversation_id": str(room.id),
        "begin_time": session.began_at,
        "end_time": session.messages[-1].at_s,
        "buyer_nickname": call.sandbox.world.buyer_of(room).name,
        "chat_tags": [],
        "first_response_late": wait is None or wait > IN_TIME_S,
        "first_response_time": wait or 0,
    }


def _moment(call: Call, name: str) -> int:
    """The midnight in Jakarta that begins a day of the query, in seconds."""
    try:
        day = date.fromisoformat(call.query.get(name, ""))
    except ValueError:
        raise invalid(name) from None
    return int((datetime(day.year, day.month, day.day, tzinfo=UTC) - JAKARTA).timestamp())


def _wait(session: Session) -> int | None:
    return session.answer.at_s - session.began_at if session.answer else None


def _guided(call: Call, found: list[tuple[Room, Session]]) -> list[int]:
    """What was paid within a week of an answer, for each session after which something was."""
    totals = []
    for room, session in found:
        orders = call.sandbox.world.catalogue.orders_between(call.shop, room.buyer_id)
        at = session.answer.at_s if session.answer else None
        paid = sum(order.total for order in orders if at and 0 <= order.created_at - at <= GUIDED_S)
        totals += [paid] if paid else []
    return totals


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "0.0"
