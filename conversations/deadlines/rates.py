"""How well shops answer in time, for the board: one statement over their messages, whatever the number of shops.

A turn begins with a buyer's first bubble after the shop's last answer and ends with the next answer. Which bubbles are
answers, and how long one may take, is told by the rule of the time; over how many days is counted, by the rule of
today. Definitions: docs/deadlines.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from marketplaces.models.reply_rule import DAY_S, MONDAY, WEEK, WORKING_DAYS


@dataclass(frozen=True)
class Rate:
    """Of one shop. Turns: `in_time`, `late` (answered late, or not at all and too late by now), `open` (neither yet).
    Conversations that wait and are not resolved: `waiting`, of them `due_soon` and `overdue`.
    `hours`, `window_days`: today's rule; None where the marketplace sets no time."""

    shop: UUID
    hours: int | None
    window_days: int | None
    in_time: int
    late: int
    open: int
    waiting: int
    due_soon: int
    overdue: int

    @property
    def now(self) -> float | None:
        """Share of those in time among the turns that are decided; None before there is one."""
        return share(self.in_time, self.in_time + self.late)

    @property
    def if_unanswered(self) -> float | None:
        return share(self.in_time, self.in_time + self.late + self.open)

    @property
    def if_answered(self) -> float | None:
        return share(self.in_time + self.open, self.in_time + self.late + self.open)


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def rates(shops: Iterable[UUID], now: datetime) -> dict[UUID, Rate]:
    with connection.cursor() as cursor:
        cursor.execute(
            STATEMENT, {"shops": list(shops), "now": now, "time_zone": settings.TIME_ZONE, "monday": MONDAY}
        )
        found = [Rate(*row) for row in cursor.fetchall()]
    return {rate.shop: rate for rate in found}


def working_second(moment: str) -> str:
    """ReplyRule's working_second in SQL; `moment`: a column without time zone, in the shop's own."""
    days = f"({moment}::date - %(monday)s)"
    return (
        f"(({days} / {WEEK}) * {WORKING_DAYS} + least({days} % {WEEK}, {WORKING_DAYS})) * {DAY_S}"
        f" + CASE WHEN {days} % {WEEK} < {WORKING_DAYS} THEN extract(epoch FROM {moment}::time) ELSE 0 END"
    ).replace(" % ", " %% ")


BUBBLE = """
    SELECT message.id, message.sent_at, message.sequence, message.origin = 'buyer' AS is_buyers
    FROM conversations_message AS message
    LEFT JOIN rules AS rule ON rule.marketplace = shop.marketplace
        AND message.sent_at >= rule.valid_from AND (message.sent_at < rule.valid_until OR rule.valid_until IS NULL)
    WHERE message.conversation_id = room.id AND NOT message.is_hidden AND (
        message.origin = 'buyer'
        OR message.origin = 'automatic' AND rule.counts_automatic
        OR message.origin IN ('agent', 'seller_centre') AND NOT jsonb_exists(message.payload, 'refusal')
            AND NOT EXISTS (
                SELECT FROM conversations_outgoingmessage AS outgoing
                WHERE outgoing.message_id = message.id AND outgoing.state IN ('failed', 'held')
            )
    )
"""

STATEMENT = f"""
WITH rules AS (
    SELECT marketplace, hours, counts_automatic, is_working_days_only, window_days,
        valid_from::timestamp AT TIME ZONE %(time_zone)s AS valid_from,
        lead(valid_from) OVER (PARTITION BY marketplace ORDER BY valid_from)::timestamp AT TIME ZONE %(time_zone)s
            AS valid_until
    FROM marketplaces_replyrule
), shops AS (
    SELECT shop.id, shop.marketplace, coalesce(nullif(shop.time_zone, ''), %(time_zone)s) AS time_zone,
        rule.hours, rule.window_days, %(now)s - rule.window_days * interval '1 day' AS since
    FROM marketplaces_shop AS shop
    LEFT JOIN rules AS rule ON rule.marketplace = shop.marketplace
        AND %(now)s >= rule.valid_from AND (%(now)s < rule.valid_until OR rule.valid_until IS NULL)
    WHERE shop.id = ANY(%(shops)s)
), bubbles AS (
    SELECT shop.id AS shop_id, shop.marketplace, shop.time_zone, shop.since, room.id AS room_id, bubble.*
    FROM shops AS shop
    JOIN conversations_conversation AS room ON room.shop_id = shop.id AND room.last_message_at >= shop.since
    CROSS JOIN LATERAL (
        ({BUBBLE} AND message.sent_at >= shop.since)
        UNION ALL
        -- The last one before: whether the first of these days begins a turn.
        ({BUBBLE} AND message.sent_at < shop.since
            ORDER BY message.sent_at DESC, message.sequence DESC, message.id DESC LIMIT 1)
    ) AS bubble
), turns AS (
    SELECT *, lag(is_buyers) OVER (PARTITION BY room_id ORDER BY sent_at, sequence, id) AS goes_on,
        min(sent_at) FILTER (WHERE NOT is_buyers)
            OVER (PARTITION BY room_id ORDER BY sent_at DESC, sequence DESC, id DESC) AS answered_at
    FROM bubbles
), judged AS (
    SELECT turn.shop_id, turn.answered_at IS NOT NULL AS is_answered,
        CASE WHEN rule.is_working_days_only
            THEN {working_second("(coalesce(answered_at, %(now)s) AT TIME ZONE turn.time_zone)")}
                - ({working_second("(sent_at AT TIME ZONE turn.time_zone)")})
            ELSE extract(epoch FROM coalesce(answered_at, %(now)s) - sent_at)
        END <= rule.hours * 3600 AS is_in_time
    FROM turns AS turn
    JOIN rules AS rule ON rule.marketplace = turn.marketplace
        AND turn.sent_at >= rule.valid_from AND (turn.sent_at < rule.valid_until OR rule.valid_until IS NULL)
    WHERE is_buyers AND goes_on IS NOT TRUE AND sent_at >= since
), counted AS (
    SELECT shop_id, count(*) FILTER (WHERE is_answered AND is_in_time) AS in_time,
        count(*) FILTER (WHERE NOT is_in_time) AS late,
        count(*) FILTER (WHERE NOT is_answered AND is_in_time) AS open
    FROM judged GROUP BY shop_id
), waiting AS (
    SELECT shop_id, count(*) AS waiting,
        count(*) FILTER (WHERE due_soon_at <= %(now)s AND due_at > %(now)s) AS due_soon,
        count(*) FILTER (WHERE due_at <= %(now)s) AS overdue
    FROM conversations_conversation
    WHERE shop_id = ANY(%(shops)s) AND waiting_since IS NOT NULL AND status <> 'resolved'
    GROUP BY shop_id
)
SELECT shops.id, shops.hours, shops.window_days, coalesce(in_time, 0), coalesce(late, 0), coalesce(open, 0),
    coalesce(waiting.waiting, 0), coalesce(due_soon, 0), coalesce(overdue, 0)
FROM shops
LEFT JOIN counted ON counted.shop_id = shops.id
LEFT JOIN waiting ON waiting.shop_id = shops.id
"""  # noqa: S608  (of constants alone)
