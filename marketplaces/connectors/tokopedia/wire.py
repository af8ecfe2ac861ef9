"""JSON -> content: the two envelopes, shops, conversations."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marketplaces.connectors.tokopedia.values import folded, instant, part
from marketplaces.content import RemoteConversation, ShopFacts

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
    whole = {name.lower(): value for name, value in whole.items()}
    header = folded(part(whole, "header"))
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
