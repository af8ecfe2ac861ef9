"""One thing done to many chats. Queue: `slow`, as it may take minutes."""

from __future__ import annotations

from celery import shared_task

from conversations.bulk import running
from conversations.tasks.nudges import nudge


@shared_task
def run_bulk(bulk_id: str) -> None:
    action = running.claim(bulk_id)
    if action is not None and running.run(action):
        nudge(run_bulk, bulk_id)
