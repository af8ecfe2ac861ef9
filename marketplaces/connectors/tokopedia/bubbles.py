"""A bubble of List Reply -> content. https://developer.tokopedia.com/openapi/guide/#/chat/list-reply"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marketplaces.connectors.tokopedia.markup import text_of
from marketplaces.connectors.tokopedia.values import folded, identifier, instant
from marketplaces.content import IncomingMessage, Kind, Receipt


def messages(data: Iterable[Any]) -> tuple[IncomingMessage, ...]:
    """The order of the answer is not documented, so it is sorted here."""
    found = [message(each) for each in data]
    return tuple(sorted(found, key=lambda each: (each.sent_at, each.sequence), reverse=True))


def message(raw: Mapping[str, Any]) -> IncomingMessage:
    row = folded(raw)
    text = text_of(str(row.get("msg") or ""))
    role = str(row.get("role") or "").lower()
    kind, payload = kind_of(text, identifier(row.get("attachment_id")))
    return IncomingMessage(
        remote_id=str(row["reply_id"]),
        is_from_buyer=bool(row.get("is_opposite", role == "user")),
        sent_at=instant(row["reply_time"]),
        sequence=int(row["reply_id"]),
        kind=kind,
        text=text,
        payload=payload,
        sender_name=str(row.get("sender_name") or ""),
        is_automatic=role == "tokopedia admin",
        raw=raw,
    )


def kind_of(text: str, attachment: str) -> tuple[Kind, dict[str, str]]:
    """List Reply tells that something is attached, but not what: that stands in the push alone."""
    attached = {"attachment": attachment} if attachment else {}
    if text:
        return Kind.TEXT, attached
    return Kind.UNKNOWN, {"label": "attachment" if attachment else "empty"} | attached


def receipt(data: Any) -> Receipt:
    """The answer to a reply has a time but no id."""
    time = folded(data).get("reply_time") if isinstance(data, dict) else None
    return Receipt(sent_at=instant(time) if time else None)
