"""What our database has, asked in plain SQL: the judge shares no code with the judged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, namedtuple_row

from forstok_chat.chaos.plan import Place

BUBBLES = """
SELECT m.id, m.client_id::text, coalesce(m.remote_id, '') AS remote_id, m.origin, m.kind, m.text,
       coalesce(o.state, '') AS state, coalesce(o.needs_person, false) AS needs_person,
       coalesce(o.problem_code, '') AS problem_code, coalesce(o.problem_text, '') AS problem_text,
       coalesce(o.attempts, 0) AS attempts
FROM conversations_message m
JOIN conversations_conversation c ON c.id = m.conversation_id
JOIN marketplaces_shop s ON s.id = c.shop_id
LEFT JOIN conversations_outgoingmessage o ON o.message_id = m.id
WHERE s.marketplace = %s AND s.remote_id = %s AND c.buyer_id = %s
ORDER BY m.sent_at, m.sequence, m.id
"""
UNDER_WAY = {
    "replies under way": "SELECT count(*) FROM conversations_outgoingmessage "
    "WHERE state IN ('queued', 'sending', 'uncertain') AND NOT needs_person",
    "replies not sent": "SELECT count(*) FROM conversations_outgoingmessage WHERE state = 'failed'",
    "pushes to be processed": "SELECT count(*) FROM conversations_push WHERE state = 'received'",
    "readings asked for": "SELECT count(*) FROM conversations_conversation WHERE reading_due_at <= now()",
    "shops not looked at since": "SELECT count(*) FROM marketplaces_shop "
    "WHERE state <> 'inactive' AND (synced_through_at IS NULL OR synced_through_at < %(since)s)",
}


@dataclass(frozen=True)
class Bubble:
    """`state` and what follows it are of the outbox row, empty without one."""

    id: int
    client_id: str
    remote_id: str
    origin: str
    kind: str
    text: str
    state: str
    needs_person: bool
    problem_code: str
    problem_text: str
    attempts: int


@dataclass(frozen=True)
class Shop:
    id: str
    market: str
    remote_id: str
    state: str
    problem: str


class Ours:
    """Each question on a connection of its own: the server is restarted meanwhile. Raises psycopg.Error."""

    def __init__(self, url: str) -> None:
        self.url = url

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            yield connection

    def shops(self) -> list[Shop]:
        question = "SELECT id::text, marketplace AS market, remote_id, state, problem FROM marketplaces_shop"
        with self.connected() as connection, connection.cursor(row_factory=class_row(Shop)) as cursor:
            return cursor.execute(question).fetchall()

    def conversations(self) -> dict[Place, str]:
        question = (
            "SELECT s.marketplace, s.remote_id, c.buyer_id, c.id::text FROM conversations_conversation c "
            "JOIN marketplaces_shop s ON s.id = c.shop_id"
        )
        with self.connected() as connection:
            return {Place(*place): pk for *place, pk in connection.execute(question)}

    def imports_running(self) -> int:
        return self.count(
            "SELECT count(*) FROM marketplaces_shop s LEFT JOIN conversations_import i ON i.shop_id = s.id "
            "WHERE s.state = 'active' AND i.state IS DISTINCT FROM 'done'"
        )

    def bubbles(self, place: Place) -> list[Bubble]:
        """As a thread shows them, oldest first."""
        with self.connected() as connection, connection.cursor(row_factory=class_row(Bubble)) as cursor:
            return cursor.execute(BUBBLES, [place.market, place.shop, place.buyer]).fetchall()

    def failed(self) -> list[tuple[str, str]]:
        """Client ids and reasons of the replies that were told as not sent."""
        question = (
            "SELECT m.client_id::text, o.problem_code FROM conversations_outgoingmessage o "
            "JOIN conversations_message m ON m.id = o.message_id WHERE o.state = 'failed'"
        )
        with self.connected() as connection, connection.cursor(row_factory=namedtuple_row) as cursor:
            return [(row[0], row[1]) for row in cursor.execute(question)]

    def under_way(self, since: datetime) -> dict[str, int]:
        """What keeps a run from being settled: how many of each."""
        counts = {what: self.count(question, since=since) for what, question in UNDER_WAY.items()}
        return {what: count for what, count in counts.items() if count}

    def pushes_given_up(self) -> int:
        return self.count("SELECT count(*) FROM conversations_push WHERE state = 'failed'")

    def count(self, question: str, **values: Any) -> int:
        with self.connected() as connection:
            row = connection.execute(question.encode(), values or None).fetchone()
            return int(row[0]) if row else 0
