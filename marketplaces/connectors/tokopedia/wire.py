"""JSON <-> content. Keys are read in lower case, as the documentation mixes Name and name."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from marketplaces.connectors.tokopedia.markup import text_of
from marketplaces.content import (
    IncomingMessage,
    Kind,
    PushEvent,
    PushKind,
    Receipt,
    RemoteConversation,
    ShopFacts,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CODE = re.compile(r"\b[A-Z]{3,5}(?:_[A-Z]{2,5})+_\d{3}\b|\bERR_TOO_MANY_REQUEST\b")


@dataclass(frozen=True)
class Answer:
    """Either envelope: {header, data}, or {data, status, error_message} of shop-info and registration."""

    data: Any
    code: str
    detail: str
    failed: bool


def read_answer(body: bytes) -> Answer | None:
    """None for what is no answer of the API, such as a gateway's page."""
    try:
        whole = json.loads(body)
    except ValueError:
        return None
    if not isinstance(whole, dict):
        return None
    header = folded(whole.get("header")) if isinstance(whole.get("header"), dict) else {}
    reason = str(header.get("reason") or "") or joined(whole.get("error_message"))
    code = code_in(header.get("error_code"), reason)
    return Answer(
        data=whole.get("data"),
        code=code,
        detail=(reason or str(header.get("messages") or "") or json.dumps(whole))[:500],
        failed=bool(code) or (whole.get("data") is None and bool(reason)),
    )


def joined(errors: Any) -> str:
    return "; ".join(map(str, errors)) if isinstance(errors, list) else str(errors or "")


def code_in(error_code: Any, reason: str) -> str:
    """Chat answers say 0 even when they fail; the code, if any, is then in the reason."""
    stated = "" if str(error_code or "0") == "0" else str(error_code)
    found = CODE.search(f"{stated} {reason}")
    return found[0] if found else stated


def folded(value: Any) -> Any:
    """The same with all keys in lower case."""
    if isinstance(value, dict):
        return {str(key).lower(): folded(inner) for key, inner in value.items()}
    return [folded(inner) for inner in value] if isinstance(value, list) else value


def instant(milliseconds: Any) -> datetime:
    return EPOCH + timedelta(milliseconds=int(milliseconds))


# Shops


def shop_facts(data: Iterable[Any]) -> list[ShopFacts]:
    rows = [folded(each) for each in data]
    return [ShopFacts(remote_id=str(row["shop_id"]), name=str(row.get("shop_name") or "")) for row in rows]


# Conversations


def conversations(data: Iterable[Any]) -> tuple[RemoteConversation, ...]:
    """The order of the answer is not documented, so it is sorted here."""
    rows = sorted((folded(each) for each in data), key=last_reply_time, reverse=True)
    return tuple(map(conversation, rows))


def last_reply_time(row: Mapping[str, Any]) -> int:
    return int(row["attributes"].get("last_reply_time") or 0)


def conversation(row: Mapping[str, Any]) -> RemoteConversation:
    attributes, contact = row["attributes"], row["attributes"]["contact"]
    about = contact.get("attributes") or {}
    time = last_reply_time(row)
    return RemoteConversation(
        remote_id=str(row["msg_id"]),
        buyer_id=str(contact["id"]),
        buyer_name=str(about.get("name") or ""),
        buyer_avatar_url=str(about.get("thumbnail") or ""),
        last_message_at=instant(time) if time else None,
        version=version(time, str(attributes.get("last_reply_msg") or "")),
        unread_count=int(attributes.get("unreads") or 0),
        is_pinned=attributes.get("pin_status") == 1,
    )


def version(time: int, preview: str) -> str:
    """Two bubbles may share a millisecond, so the preview counts too."""
    return f"{time}-{zlib.crc32(preview.encode('utf-8', 'replace')):08x}"


# Bubbles


def messages(data: Iterable[Any]) -> tuple[IncomingMessage, ...]:
    """The order of the answer is not documented, so it is sorted here."""
    found = [message(each) for each in data]
    return tuple(sorted(found, key=lambda each: (each.sent_at, each.sequence), reverse=True))


def message(raw: Mapping[str, Any]) -> IncomingMessage:
    row = folded(raw)
    text = text_of(str(row.get("msg") or ""))
    role = str(row.get("role") or "").lower()
    kind, payload = kind_of(text, row.get("attachment_id"))
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


def kind_of(text: str, attachment: Any) -> tuple[Kind, dict[str, str]]:
    """List Reply tells that something is attached, but not what: only the shop's own app can show it."""
    if not text:
        return Kind.UNKNOWN, {"label": "attachment" if attachment else "empty"}
    return Kind.TEXT, {"attachment": str(attachment)} if attachment else {}


def receipt(data: Any) -> Receipt:
    """The answer to a reply has a time but no id."""
    time = folded(data).get("reply_time") if isinstance(data, dict) else None
    return Receipt(sent_at=instant(time) if time else None)


# Pushes


def push_event(push: Any) -> PushEvent:
    """A chat push has neither an id nor a time for its bubble: it only tells where to read.

    The documentation calls the buyer buyer_id, live pushes say user_id. Pushes about orders, products and
    discussions below a product have no msg_id.
    """
    row = folded(push)
    shop = str(row.get("shop_id") or "")
    if not (shop and row.get("msg_id")):
        return PushEvent(PushKind.IGNORED, shop)
    about = RemoteConversation(
        remote_id=str(row["msg_id"]),
        buyer_id=str(row.get("buyer_id") or row.get("user_id") or ""),
        buyer_name=str(row.get("full_name") or ""),
        buyer_avatar_url=str(row.get("thumbnail") or ""),
    )
    return PushEvent(PushKind.MESSAGE, shop, about)
