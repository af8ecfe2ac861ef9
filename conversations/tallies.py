"""Adding up the tallies, see models/tally.py: reading them, and making few rows of many."""

from __future__ import annotations

from django.db import connection

# One statement: whoever reads meanwhile sees all rows of before or all of after, and a second one finds nothing to do.
COMPACT = """
    WITH busy AS (
        SELECT array_agg(id) AS ids FROM conversations_tally
        GROUP BY shop_id, platform, status, assignee_id, is_unread HAVING count(*) > 1 OR sum(number) = 0
    ), gone AS (
        DELETE FROM conversations_tally WHERE id IN (SELECT unnest(ids) FROM busy)
        RETURNING shop_id, platform, status, assignee_id, is_unread, number
    )
    INSERT INTO conversations_tally (shop_id, platform, status, assignee_id, is_unread, number)
    SELECT shop_id, platform, status, assignee_id, is_unread, sum(number) FROM gone
    GROUP BY shop_id, platform, status, assignee_id, is_unread HAVING sum(number) <> 0
"""


def compact() -> None:
    """One row for each sort of conversation that there is."""
    with connection.cursor() as cursor:
        cursor.execute(COMPACT)
