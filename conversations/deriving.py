"""What of conversations follows from their messages: the newest bubble, since when the buyer waits and until when an
answer is due, how much is unread. The same however the messages came, and one statement for many conversations.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from conversations.deadlines.due import Rules, deadline_of
from conversations.models import Conversation

UNREAD_SHOWN = 99

# What counts as an answer, and what as unanswered and unseen, is said for one conversation by
# MessageQuerySet.answers and Conversation.unanswered; tests hold that both say the same.
FOLLOWS = """
    SELECT room.id, newest.id, newest.sent_at, waiting.sent_at, unread.number
    FROM conversations_conversation room
    LEFT JOIN LATERAL (
        SELECT id, sent_at FROM conversations_message
        WHERE conversation_id = room.id AND NOT is_hidden ORDER BY sent_at DESC, sequence DESC, id DESC LIMIT 1
    ) newest ON true
    LEFT JOIN LATERAL (
        SELECT message.sent_at, message.sequence FROM conversations_message message
        LEFT JOIN conversations_outgoingmessage outgoing ON outgoing.message_id = message.id
        WHERE message.conversation_id = room.id AND message.origin IN ('agent', 'seller_centre')
            AND NOT message.is_hidden AND NOT message.payload ? 'refusal'
            AND (outgoing.state IS NULL OR outgoing.state NOT IN ('failed', 'held'))
        ORDER BY message.sent_at DESC, message.sequence DESC, message.id DESC LIMIT 1
    ) answer ON true
    LEFT JOIN LATERAL (
        SELECT sent_at FROM conversations_message
        WHERE conversation_id = room.id AND origin = 'buyer' AND NOT is_hidden
            AND (answer.sent_at IS NULL OR (sent_at, sequence) > (answer.sent_at, answer.sequence))
        ORDER BY sent_at, sequence, id LIMIT 1
    ) waiting ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS number FROM (
            SELECT FROM conversations_message
            WHERE conversation_id = room.id AND origin = 'buyer' AND NOT is_hidden
                AND (answer.sent_at IS NULL OR (sent_at, sequence) > (answer.sent_at, answer.sequence))
                AND (room.seen_at IS NULL OR (sent_at, sequence) > (room.seen_at, room.seen_sequence))
            LIMIT %(unread_shown)s
        ) AS few
    ) unread ON true
    WHERE room.id = ANY(%(rooms)s)
"""
WRITE = """
    UPDATE conversations_conversation room
    SET last_message_id = news.newest, last_message_at = news.newest_at, waiting_since = news.waiting_since,
        unread_count = news.unread, due_soon_at = news.due_soon_at, due_at = news.due_at
    FROM unnest(
        %s::uuid[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::int[], %s::timestamptz[], %s::timestamptz[]
    ) AS news (id, newest, newest_at, waiting_since, unread, due_soon_at, due_at)
    WHERE room.id = news.id
"""


def derive_all(conversations: Sequence[Conversation]) -> None:
    """Recompute and store it for these rows; the caller holds their locks."""
    rows = {conversation.pk: conversation for conversation in conversations}
    with connection.cursor() as cursor:
        cursor.execute(FOLLOWS, {"rooms": list(rows), "unread_shown": UNREAD_SHOWN})
        for key, newest, newest_at, waiting_since, unread in cursor.fetchall():
            row = rows[key]
            row.last_message_id, row.last_message_at = newest, newest_at or row.last_message_at
            row.waiting_since, row.unread_count = waiting_since, unread
        rules = Rules()
        news = []
        for row in rows.values():
            row.due_soon_at, row.due_at = due = deadline_of(row, rules)
            news.append(
                (row.pk, row.last_message_id, row.last_message_at, row.waiting_since, row.unread_count, *due)
            )
        cursor.execute(WRITE, [list(column) for column in zip(*news, strict=True)])
